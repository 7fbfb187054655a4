"""IFC in: spaces, doors, storeys and stairs of a building model. The only package that knows ifcopenshell, which is an
extra (``geo-server[ifc]``)."""
