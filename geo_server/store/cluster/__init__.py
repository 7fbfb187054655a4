"""The parts of a private PostgreSQL cluster: which binaries, as which user, in which folder, under whose lock."""
