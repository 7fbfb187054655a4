"""Writers: floorplans and plans as documents and pages. Pure; the only package that knows folium."""
