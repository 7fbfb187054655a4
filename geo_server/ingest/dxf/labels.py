"""Texts to names: which texts are room stamps, what each says, and which zone it names. All lengths in metres.

Terminology:
    stamp: the texts that name one room together: number, name, area.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import shapely
from shapely import LineString, Point, Polygon, STRtree

from geo_server.ingest.dxf.drawing import Label, Vertex
from geo_server.ingest.dxf.plain import plain_words
from geo_server.ingest.dxf.profile import asset_of, category_of, is_door_block, role_of, tokens
from geo_server.ingest.dxf.role import Role
from geo_server.ingest.dxf.stated import NUMBER_WORDS, is_number, states_value, without_area, written_area

LONGEST_NAME = 48
TAG_REACH_M = 0.6
"""A tag of a door or window stands this near to it."""
NEAR_M = 1.0
"""A stamp may stand this far outside its zone."""

_SIZE = re.compile(r"\d\s*['\"]?\s*[xX×]\s*\d")
_MEASURE = re.compile(r"^[+\-±]?\s*[ø∅r=]?\s*[+\-±]?\d+(?:[.,]\d+)?\s*(?:mm|cm|m|'|\"|%|°)?$", re.IGNORECASE)
_LEVEL_MARK = re.compile(r"^[+\-±]\s*\d")
_LETTER = re.compile(r"[^\W\d_]{2,}|[^\W\d_]\.?[^\W\d_]")

_NAME_TAGS = frozenset(
    [
        "NAME",
        "ROOMNAME",
        "RAUMNAME",
        "NOM",
        "NOMBRE",
        "NOME",
        "NAAM",
        "BEZEICHNUNG",
        "DESCRIPTION",
        "DESC",
        "USE",
        "NUTZUNG",
        "TITLE",
    ]
)
_AREA_TAGS = frozenset(["AREA", "SF", "SQFT", "M2", "FLACHE", "FLAECHE", "SURFACE", "SUPERFICIE", "SUP"])
_TAGS = _NAME_TAGS | NUMBER_WORDS | _AREA_TAGS
_ROOM_ROLES = frozenset({Role.LABEL, Role.AREA, Role.WALL, Role.UNKNOWN, Role.STAIRS, Role.LIFT, Role.RAMP})
_DOOR_WORDS = frozenset(
    [
        "DOOR",
        "DOORS",
        "TUER",
        "TUR",
        "TUREN",
        "PORTE",
        "PORTES",
        "PUERTA",
        "PUERTAS",
        "PORTA",
        "DEUR",
        "WINDOW",
        "WINDOWS",
        "FENSTER",
        "WNDW",
    ]
)


@dataclass
class Stamp:
    """What the texts of one room say.

    Args:
        at: Where the first of them stands.
        spare: Other lines that read like a number.
        area_m2: The written area, or None.
        handles: Of the texts.
        pointed: It stands elsewhere, and a leader points from it to where it is.
    """

    at: Vertex
    number: str = ""
    names: list[str] = field(default_factory=list)
    spare: list[str] = field(default_factory=list)
    area_m2: float | None = None
    height: float = 0.0
    handles: list[str] = field(default_factory=list)
    pointed: bool = False

    @property
    def name(self) -> str:
        """The words of the name, joined."""
        return " ".join(self.names)


def find_stamps(labels: Sequence[Label]) -> list[Stamp]:
    """The room stamps among the texts of a level."""
    groups: dict[str, list[Label]] = defaultdict(list)
    loose = []
    pointed = [t for t in labels if t.tip is not None]
    for label in room_labels([t for t in labels if t.tip is None]):
        if label.insert:
            groups[label.insert].append(label)
        else:
            loose.append(label)
    stamps = [_stamp(group) for _, group in sorted(groups.items())]
    stamps += [_stamp(group) for group in _stacks(loose)]
    stamps += [_pointed(label, label.tip) for label in pointed if label.tip and _names_a_room(label)]
    return [stamp for stamp in stamps if stamp.number or stamp.names or stamp.area_m2]


def _names_a_room(label: Label) -> bool:
    """Whether a text with a leader names what it points to, as notes about how to build do not."""
    return is_number(label.text.strip()) or _speaks_of_use(label.text)


def _pointed(label: Label, tip: Vertex) -> Stamp:
    stamp = _stamp([label])
    stamp.at, stamp.pointed = tip, True
    return stamp


def room_labels(labels: Sequence[Label]) -> list[Label]:
    """Texts that may name rooms: no dimensions, no tags of doors, no lettering of symbols."""
    repeated = Counter((label.block, label.text) for label in labels if label.block and not label.tag)
    kept = []
    for label in labels:
        fixed = label.block and not label.tag and repeated[label.block, label.text] > 2
        symbol = label.block and (asset_of(label.block) is not None or is_door_block(label.block))
        about_doors = any(word in _DOOR_WORDS for word in tokens(label.layer))
        elsewhere = role_of(label.layer) not in _ROOM_ROLES and not label.tag and not _speaks_of_use(label.text)
        if fixed or symbol or about_doors or elsewhere:
            continue
        kept.append(label)
    return kept


def _speaks_of_use(text: str) -> bool:
    """Whether a short text names a use of a room."""
    return len(text) <= LONGEST_NAME and len(text.split()) <= 4 and category_of(text) is not None


def _stacks(labels: Sequence[Label]) -> list[list[Label]]:
    """Texts one below the other, within 2.4 capital heights, as groups from top to bottom."""
    if not labels:
        return []
    parent = list(range(len(labels)))

    def root(index: int) -> int:
        while parent[index] != index:
            index = parent[index]
        return index

    tree = STRtree(shapely.points([label.at for label in labels]))
    reach = max(label.height for label in labels) * 8
    for one, other in zip(
        *tree.query(shapely.points([label.at for label in labels]), predicate="dwithin", distance=reach), strict=True
    ):
        if one < other and _stacked(labels[one], labels[other]):
            parent[root(int(other))] = root(int(one))
    groups: dict[int, list[Label]] = defaultdict(list)
    for index, label in enumerate(labels):
        groups[root(index)].append(label)
    return [sorted(group, key=lambda t: (-t.at[1], t.at[0])) for group in groups.values()]


def _stacked(one: Label, other: Label) -> bool:
    tall = max(one.height, other.height)
    down, aside = abs(one.at[1] - other.at[1]), abs(one.at[0] - other.at[0])
    widest = max(len(one.text), len(other.text)) * tall * 0.31
    return 0.5 * tall < down <= 2.4 * tall and aside <= max(widest, 2 * tall)


def _stamp(labels: Sequence[Label]) -> Stamp:
    stamp = Stamp(labels[0].at)
    tagged = [label for label in labels if _tag_words(label.tag) & _TAGS]
    for label in sorted(tagged or labels, key=lambda label: not _tag_words(label.tag) & NUMBER_WORDS):
        stamp.height = max(stamp.height, label.height)
        stamp.handles.append(label.handle)
        for line in label.text.splitlines():
            _read_line(" ".join(line.split()), label.tag, stamp)
    return stamp


def _read_line(line: str, tag: str, stamp: Stamp) -> None:
    """Add what one line says to a stamp."""
    tag_words = _tag_words(tag)
    area = written_area(line, tag_words & _AREA_TAGS != set())
    if area is not None:
        stamp.area_m2 = stamp.area_m2 or area
        line = without_area(line).strip(" =:()-sS") if _LETTER.search(without_area(line)) else ""
    if not line or len(line) > LONGEST_NAME or _LEVEL_MARK.match(line):
        return
    if tag_words & _NAME_TAGS and not tag_words & {"NUMBER", "NO", "NUM"}:
        stamp.names.append(line)
    elif tag_words & NUMBER_WORDS or is_number(line):
        stamp.spare += [line] if stamp.number else []
        stamp.number = stamp.number or line
    elif not _SIZE.search(line) and not _MEASURE.match(line) and _LETTER.search(line) and not states_value(line):
        stamp.names.append(line)


def _tag_words(tag: str) -> set[str]:
    return set(tokens(tag)) | {"".join(tokens(tag))} if tag else set()


def without_door_tags(stamps: Sequence[Stamp], ways: Sequence[LineString]) -> list[Stamp]:
    """Stamps without those that stand at an opening and name no use: sizes and numbers of doors and windows."""
    tree = STRtree(list(ways))
    return [
        stamp
        for stamp in stamps
        if category_of(stamp.name) is not None
        or stamp.area_m2
        or len(tree.query(Point(stamp.at), predicate="dwithin", distance=TAG_REACH_M)) == 0
    ]


def assign(stamps: Sequence[Stamp], zones: Sequence[Polygon]) -> tuple[dict[int, list[Stamp]], list[Stamp]]:
    """Stamps by index of the zone that they stand in or near, and those that stand in none."""
    found: dict[int, list[Stamp]] = defaultdict(list)
    outside = []
    tree = STRtree(list(zones))
    for stamp in stamps:
        hit = tree.query(Point(stamp.at), predicate="dwithin", distance=NEAR_M)
        if len(hit) == 0:
            outside.append(stamp)
            continue
        nearest = min(hit.tolist(), key=lambda i: (zones[i].distance(Point(stamp.at)), i))
        found[nearest].append(stamp)
    return found, outside


def best_stamp(stamps: Sequence[Stamp]) -> Stamp:
    """One stamp out of those that stand in a zone: number, name and area need not stand together."""
    ranked = sorted(
        stamps, key=lambda s: (s.pointed, category_of(s.name) is None, not s.names, not s.number, -s.height, s.at)
    )
    best = Stamp(ranked[0].at, height=ranked[0].height)
    best.names = list(next((s.names for s in ranked if s.names), []))
    best.number = next((s.number for s in ranked if s.number), "")
    best.area_m2 = next((s.area_m2 for s in ranked if s.area_m2), None)
    return best


def named_count(stamps: Sequence[Stamp]) -> int:
    """How many different names stand in a zone."""
    return len({plain_words(s.name) for s in stamps if s.names and category_of(s.name) is not None})


def names_inside(stamps: Sequence[Stamp], zone: Polygon) -> int:
    """Of how many spaces the names or numbers stand in a zone, those beside it left out; words without a known use are
    one name, however many they are.
    """
    inside = [s for s in stamps if (s.names or s.number) and zone.covers(Point(s.at))]
    numbers = {s.number for s in inside if s.number}
    return max(named_count(inside), len(numbers), min(1, len(inside)))
