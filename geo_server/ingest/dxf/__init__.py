"""DXF drawings: what was drawn as lines, arcs and texts to rooms, doors, stairs and names. The only user of ezdxf."""
