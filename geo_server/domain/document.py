"""Words of the floorplan document that its writer and its reader share. See ``docs/formats/floorplan.md``."""

from enum import StrEnum

DRAWING_METRES = "drawing-metres"
"""Value of the top member ``frame`` in a document whose coordinates are metres in a drawing's own axes."""

LONLAT_DECIMALS = 7
"""Decimals of a degree: at most 1.2 cm apart, 6 mm off."""

METRES_DECIMALS = 3
"""Decimals of a metre."""


class FeatureType(StrEnum):
    """Value of ``properties.feature_type``."""

    SITE = "site"
    BUILDING = "building"
    LEVEL = "level"
    ZONE = "zone"
    OPENING = "opening"
    TRANSITION = "transition"
    WALL = "wall"
    ASSET = "asset"
    ASSEMBLY_POINT = "assembly_point"
