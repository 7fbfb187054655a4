"""PostGIS: the only package that speaks SQL."""
