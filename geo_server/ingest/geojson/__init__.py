"""GeoJSON of other people's making: polygons with properties of any name."""
