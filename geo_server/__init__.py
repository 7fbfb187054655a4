"""A map-first situational-awareness server for schools and campuses."""
