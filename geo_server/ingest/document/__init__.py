"""Our own floorplan document, read back without loss. Nothing is repaired; what cannot be is refused by name."""
