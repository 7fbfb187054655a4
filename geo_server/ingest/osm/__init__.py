"""OpenStreetMap Simple Indoor Tagging, as GeoJSON or XML: one building to a floorplan and findings."""
