"""What lines of a drawing are for."""

from enum import StrEnum


class Role(StrEnum):
    """What a layer, or a line of its own, is for."""

    WALL = "wall"
    COLUMN = "column"
    DOOR = "door"
    GLAZING = "glazing"
    STAIRS = "stairs"
    RAMP = "ramp"
    LIFT = "lift"
    VOID = "void"
    AREA = "area"
    WALKABLE = "walkable"
    LABEL = "label"
    EXCLUDE = "exclude"
    UNKNOWN = "unknown"
