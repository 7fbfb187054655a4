"""What OpenStreetMap tags mean for a map of ways out. Source: OpenStreetMap wiki, *Simple Indoor Tagging*, *Key:room*,
*Key:entrance*, *Key:emergency*, read as tables."""

import re
from collections.abc import Mapping

from geo_server.domain.places import AssetCategory, ZoneCategory

SPACES = frozenset({"room", "corridor", "area"})
"""Values of ``indoor`` that are zones."""

_ROOMS: dict[str, ZoneCategory] = {
    **dict.fromkeys(("toilet", "toilets", "restroom", "shower", "bathroom", "washroom"), ZoneCategory.RESTROOM),
    **dict.fromkeys(
        ("auditorium", "lecture", "lecture_hall", "hall", "canteen", "gym", "sports", "chapel", "stage", "cinema"),
        ZoneCategory.ASSEMBLY,
    ),
    **dict.fromkeys(
        ("storage", "technical", "utility", "shaft", "kitchen", "laundry", "locker", "plant", "server"),
        ZoneCategory.SERVICE,
    ),
    **dict.fromkeys(("corridor", "lobby", "entrance", "hallway"), ZoneCategory.CORRIDOR),
    **dict.fromkeys(("balcony", "terrace", "courtyard"), ZoneCategory.OUTDOOR),
    "stairs": ZoneCategory.STAIRS,
    "elevator": ZoneCategory.ELEVATOR,
    "shelter": ZoneCategory.SHELTER,
}

_INDOOR: dict[str, ZoneCategory] = {
    "room": ZoneCategory.ROOM,
    "corridor": ZoneCategory.CORRIDOR,
    "area": ZoneCategory.UNSPECIFIED,
}

_ASSETS: dict[str, AssetCategory] = {
    "defibrillator": AssetCategory.AED,
    "fire_extinguisher": AssetCategory.EXTINGUISHER,
    "fire_alarm_box": AssetCategory.CALL_POINT,
    "fire_hydrant": AssetCategory.HYDRANT,
    "key_depot": AssetCategory.KEY_BOX,
    "first_aid_kit": AssetCategory.TRAUMA_KIT,
}

EXIT_VALUES = frozenset(
    {"yes", "main", "secondary", "emergency", "exit", "service", "staircase", "home", "garage", "shop"}
)
"""Values of ``entrance`` that lead out of the building."""

_MISREAD = re.compile(r"[├┬│┤╬─-╿]")
"""Characters that appear where UTF-8 was read as a DOS code page."""


def is_space(tags: Mapping[str, str]) -> bool:
    """Whether an area with these tags is a zone."""
    return tags.get("indoor") in SPACES or _is_elevator(tags) or (_is_stairs(tags) and "level" in tags)


def is_open_space(tags: Mapping[str, str]) -> bool:
    """Whether a line with these tags is the outline of a zone that was never closed."""
    return tags.get("indoor") in SPACES


def zone_category(tags: Mapping[str, str]) -> ZoneCategory:
    """Category of a zone."""
    if _is_elevator(tags):
        return ZoneCategory.ELEVATOR
    if _is_stairs(tags):
        return ZoneCategory.STAIRS
    if tags.get("ramp") == "yes" and tags.get("indoor") != "room":
        return ZoneCategory.RAMP
    if tags.get("amenity") == "toilets":
        return ZoneCategory.RESTROOM
    return _ROOMS.get(tags.get("room", ""), _INDOOR.get(tags.get("indoor", ""), ZoneCategory.UNSPECIFIED))


def zone_names(tags: Mapping[str, str]) -> tuple[str | None, str | None]:
    """What the sign says and what people call it: ``ref`` and ``name``; the second only when both are given."""
    ref, name = (mend_text(tags.get(key, "").strip()) for key in ("ref", "name"))
    if ref and name and ref != name:
        return ref, name
    return ref or name or None, None


def asset_category(tags: Mapping[str, str]) -> AssetCategory | None:
    """Category of a thing that responders look for, or None when it is none."""
    return _ASSETS.get(tags.get("emergency", ""))


def leads_out(tags: Mapping[str, str]) -> bool:
    """Whether a door leads out of the building."""
    return tags.get("entrance") in EXIT_VALUES


def is_door(tags: Mapping[str, str]) -> bool:
    """Whether a node is a way through a wall; ``door=no`` is an opening without a leaf."""
    return "door" in tags or leads_out(tags) or tags.get("indoor") == "door"


def mend_text(text: str) -> str:
    """Text as it was before UTF-8 bytes were read as code page 850 or 437; other text stays as it is."""
    if not _MISREAD.search(text):
        return text
    for page in ("cp437", "cp850"):
        try:
            return text.encode(page).decode("utf-8")
        except UnicodeError:
            continue
    return text


def read_metres(text: str | None) -> float | None:
    """A length tag in metres (``1.2``, ``1.2 m``, ``90 cm``, ``3'``, ``3'6"``), or None when it cannot be read."""
    match = re.fullmatch(r"""\s*(\d+(?:[.,]\d+)?)\s*(m|cm|mm|')?\s*(?:(\d+)\s*")?\s*""", text or "")
    if match is None:
        return None
    factor = {"m": 1.0, "cm": 0.01, "mm": 0.001, "'": 0.3048}[match[2] or "m"]
    return float(match[1].replace(",", ".")) * factor + float(match[3] or 0) * 0.0254


def _is_elevator(tags: Mapping[str, str]) -> bool:
    return tags.get("highway") == "elevator" or "elevator" in {tags.get("room"), tags.get("indoor")}


def _is_stairs(tags: Mapping[str, str]) -> bool:
    return tags.get("stairs") == "yes" or tags.get("room") == "stairs" or tags.get("highway") == "steps"
