"""What the closed lists of IMDF 1.0 (OGC 20-094, *Categories*) mean for a map of ways out."""

from geo_server.domain.places import AssetCategory, OpeningCategory, ZoneCategory

SOLID = frozenset({"brick", "column", "concrete", "drywall", "glass", "structure", "wood"})
"""Units that nobody can be in: walls and columns drawn as areas."""
NOT_WALKABLE = SOLID | {"opentobelow", "vegetation"}
"""Units that are no zones."""

_UNITS: dict[str, ZoneCategory] = {
    **dict.fromkeys(
        (
            "classroom",
            "conferenceroom",
            "firstaid",
            "fitnessroom",
            "huddleroom",
            "kitchen",
            "laboratory",
            "library",
            "mailroom",
            "mothersroom",
            "office",
            "phoneroom",
            "privatelounge",
            "room",
            "smokingarea",
        ),
        ZoneCategory.ROOM,
    ),
    **dict.fromkeys(
        ("auditorium", "foodservice", "movietheater", "recreation", "theater", "fieldofplay"), ZoneCategory.ASSEMBLY
    ),
    **dict.fromkeys(
        ("footbridge", "lobby", "lounge", "movingwalkway", "platform", "waitingroom", "walkway", "walkway.island"),
        ZoneCategory.CORRIDOR,
    ),
    **dict.fromkeys(("escalator", "stairs", "steps"), ZoneCategory.STAIRS),
    **dict.fromkeys(("nonpublic", "serverroom", "storage"), ZoneCategory.SERVICE),
    **dict.fromkeys(("parking", "road", "terrace", "unenclosedarea"), ZoneCategory.OUTDOOR),
    "elevator": ZoneCategory.ELEVATOR,
    "ramp": ZoneCategory.RAMP,
    "shower": ZoneCategory.RESTROOM,
}

_AMENITIES: dict[str, AssetCategory] = {
    "defibrillator": AssetCategory.AED,
    "fireextinguisher": AssetCategory.EXTINGUISHER,
    "firealarmpullstation": AssetCategory.CALL_POINT,
    "firstaid": AssetCategory.TRAUMA_KIT,
    "firehydrant": AssetCategory.HYDRANT,
    "keybox": AssetCategory.KEY_BOX,
}

OPEN_SIDED = frozenset({"walkway", "walkway.island", "lobby", "waitingroom", "unenclosedarea", "platform", "lounge"})
"""Units without walls of their own: two that share an edge are open to each other."""

NOT_FOR_PEOPLE = frozenset({"automobile", "bicycle"})
"""Openings that are not for people on foot."""
SAID_TO_LEAD_OUT = frozenset({"emergencyexit", "pedestrian.principal"})


def unit_category(category: str) -> ZoneCategory:
    """Category of the zone that a unit is."""
    if category.startswith("restroom"):
        return ZoneCategory.RESTROOM
    return _UNITS.get(category, ZoneCategory.UNSPECIFIED)


def opening_category(category: str) -> OpeningCategory:
    """Category of an opening."""
    return OpeningCategory.EMERGENCY_EXIT if category == "emergencyexit" else OpeningCategory.DOOR


def asset_category(category: str) -> AssetCategory | None:
    """Category of a thing that responders look for, or None when an amenity is none."""
    return _AMENITIES.get(category.replace(".", "").replace("_", ""))
