"""Indoor Mapping Data Format 1.0 (OGC 20-094): an archive of GeoJSON files, one for each type of feature."""
