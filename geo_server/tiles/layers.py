"""The one registry of what tiles hold. The SQL, the TileJSON, the style and the reference page follow from it.

All of it is the published map, so whoever may see that (``Permission.SEE_MAP``) sees every layer.
"""

from dataclasses import dataclass
from enum import StrEnum


class GeometryKind(StrEnum):
    """What a layer's features are."""

    POINT = "point"
    LINE = "line"
    POLYGON = "polygon"


class AttributeKind(StrEnum):
    """Type of an attribute, in the words of TileJSON."""

    STRING = "String"
    NUMBER = "Number"
    BOOLEAN = "Boolean"


@dataclass(frozen=True, slots=True)
class Attribute:
    """A property of a layer's features.

    Args:
        words: What it says, for the reference page.
    """

    name: str
    kind: AttributeKind
    words: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer of a tile.

    Args:
        name: Its name in the tile, the style and the TileJSON.
        words: What it shows, for the reference page.
        attributes: Properties of its features, besides ``id``. A value that is not known is left out of the feature.
        min_zoom: Least zoom at which it is in the tile.
    """

    name: str
    geometry: GeometryKind
    words: str
    attributes: tuple[Attribute, ...]
    min_zoom: int


ID = Attribute("id", AttributeKind.STRING, "UUID of the thing, the same in every answer of the server")
_NAME = Attribute("name", AttributeKind.STRING, "What the drawing or the sign says")
_CATEGORY = Attribute("category", AttributeKind.STRING, "Category of the floorplan document")

LAYERS: tuple[Layer, ...] = (
    Layer(
        "zones",
        GeometryKind.POLYGON,
        "Rooms, corridors, stairs and yards",
        (
            _NAME,
            _CATEGORY,
            Attribute("building", AttributeKind.STRING, "UUID of its building"),
            Attribute("confidence", AttributeKind.NUMBER, "How sure its outline is, from 0 to 1"),
            Attribute(
                "confidence_reasons",
                AttributeKind.STRING,
                "Codes of what that rests on, the strongest first, with commas between (`docs/formats/floorplan.md`)",
            ),
        ),
        min_zoom=13,
    ),
    Layer(
        "walls",
        GeometryKind.LINE,
        "Walls",
        (Attribute("transparent", AttributeKind.BOOLEAN, "One can see through it"),),
        min_zoom=16,
    ),
    Layer(
        "openings",
        GeometryKind.LINE,
        "Doors, gaps and exits, from jamb to jamb",
        (
            _CATEGORY,
            Attribute("exit", AttributeKind.BOOLEAN, "It leads out of the building"),
            Attribute("number", AttributeKind.STRING, "Exterior door number"),
        ),
        min_zoom=16,
    ),
    Layer(
        "transitions",
        GeometryKind.POINT,
        "Stairs, ramps and elevators: the foot on the lower level, the head on the upper",
        (_CATEGORY,),
        min_zoom=16,
    ),
    Layer(
        "assets",
        GeometryKind.POINT,
        "Things that responders look for",
        (_CATEGORY, _NAME),
        min_zoom=17,
    ),
    Layer(
        "assembly_points",
        GeometryKind.POINT,
        "Where people gather, on every level",
        (_NAME,),
        min_zoom=13,
    ),
    Layer(
        "zone_labels",
        GeometryKind.POINT,
        "A place inside each zone for its name",
        (
            _NAME,
            Attribute("alias", AttributeKind.STRING, "What people call it, when that differs"),
            _CATEGORY,
            Attribute("area_m2", AttributeKind.NUMBER, "Area in square metres"),
        ),
        min_zoom=16,
    ),
)
"""In drawing order."""
