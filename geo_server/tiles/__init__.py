"""Map layers: which there are, what they carry, how they are drawn. Pure."""
