"""Doors and gaps to openings: which two zones each joins, and which lead out. All lengths in metres."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import shapely
from shapely import LineString, Point, Polygon, STRtree
from shapely.geometry.base import BaseGeometry

from geo_server.domain.findings import Finding
from geo_server.domain.places import OpeningCategory
from geo_server.ingest.codes import make_finding
from geo_server.ingest.dxf.doors import DoorSymbol
from geo_server.ingest.dxf.drawing import Vertex
from geo_server.ingest.dxf.segments import Segments, as_lines, lengths
from geo_server.ingest.dxf.walls import HEALED_M, Bridge, Filling, bridge_segments, faces_beside, full_runs, runs_beside

PROBES_M = (0.06, 0.15, 0.25, 0.4, 0.55, 0.7, 0.85, 1.0)
"""Distances from the chord at which its two sides are looked for: through the thickest wall."""
BESIDE_M = 0.2
"""How far from its wall a door's chord may be drawn."""
OUTSIDE_M = 1.2
"""A door leads out when this far in front of it there is no building."""
BRIDGED_M = 0.03
"""Lines that are nearer to a gap, and to the edge of a zone, do not part them."""
ALONG_SHARE, DRAWN_SHARE = 0.5, 1.2
"""A door is drawn in a gap when lines run along this share of it, or are together this many times as long as it is wide."""
FILLING_M = 0.4
"""How far from a gap's middle line the lines of a sliding door or a window are drawn."""
LEAST_PANES = 3
"""So many lines from side to side are a window: a sill on each face of the wall, and a pane."""
FRAME_M, FLUSH_M = 0.2, 0.05
"""Half the depth that the frame of a window may have in a thin wall; how far its sill may stick out of a thick one."""
LEAST_EXIT_M = 0.75
"""A gap that may be a door to outside is at least this wide."""
LEAST_GAP_M = 0.6
"""A gap that people pass is at least this wide."""


@dataclass(frozen=True, slots=True)
class FoundOpening:
    """An opening before it has an id.

    Args:
        sides: Indices of the zones on its two sides, None for outside.
        number: Exterior door number, or None.
    """

    line: LineString
    sides: tuple[int | None, int | None]
    category: OpeningCategory
    exit: bool
    handle: str = ""
    layer: str = ""
    number: str | None = None


@dataclass
class FoundOpenings:
    """Openings of a level and what was noticed."""

    openings: list[FoundOpening] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def footprint_of(polygons: Sequence[Polygon], reach: float = 0.75) -> BaseGeometry:
    """What a level covers: its zones and walls, with notches narrower than twice a reach closed, courtyards kept."""
    if not polygons:
        return Polygon()
    different = list({polygon.wkb: polygon for polygon in polygons}.values())
    merged = shapely.union_all(shapely.buffer(np.array(different, dtype=object), reach, join_style="mitre"))
    return shapely.buffer(merged, -reach, join_style="mitre")


def find_openings(
    bridges: Sequence[Bridge],
    doors: Sequence[DoorSymbol],
    zones: Sequence[Polygon],
    footprint: BaseGeometry,
    barriers: Segments,
) -> FoundOpenings:
    """Openings of a level.

    Args:
        bridges: Chords of door symbols and bridges over gaps.
        doors: Door symbols; ``Bridge.symbol`` counts in them.
        zones: None overlapping.
        footprint: What the level covers.
        barriers: A gap without a symbol is no opening when one stands between it and a zone.
    """
    found = FoundOpenings()
    walls = STRtree(as_lines(barriers))
    for bridge, sides in zip(bridges, zones_beside(bridges, zones), strict=True):
        door = doors[bridge.symbol] if bridge.symbol is not None else None
        if door is None and not (_passable(bridge, sides) and _is_clear(bridge, sides, zones, walls)):
            _note_gap_outside(bridge, sides, footprint, found)
            continue
        if sides[0] == sides[1]:
            if door is not None:
                _note_odd_door(bridge, door, sides[0], found)
            continue
        _add(bridge, door, sides, footprint, found)
    return found


def _passable(bridge: Bridge, sides: tuple[int | None, int | None]) -> bool:
    """Whether a gap without a door symbol is a way: wide enough, no window, and to outside only with a door in it."""
    if bridge.width_m < LEAST_GAP_M or bridge.filled is Filling.WINDOW or sides == (None, None):
        return False
    return None not in sides or bridge.filled in {Filling.DOOR, Filling.UNKNOWN}


def _is_clear(bridge: Bridge, sides: tuple[int | None, int | None], zones: Sequence[Polygon], walls: STRtree) -> bool:
    """Whether one gets from the middle of a gap, or from one of its quarters, to the zones on both sides."""
    return all(
        side is None
        or any(_reaches(Point(*_beside(bridge, 0.0, share)), zones[side], walls) for share in (0.5, 0.25, 0.75))
        for side in sides
    )


def _reaches(at: Point, zone: Polygon, walls: STRtree) -> bool:
    way = shapely.shortest_line(at, zone)
    if way.length <= 2 * BRIDGED_M:
        return True
    start, end = shapely.line_interpolate_point(way, [BRIDGED_M, way.length - BRIDGED_M])
    return len(walls.query(LineString([start, end]), predicate="intersects")) == 0


def fill_gaps(
    bridges: Sequence[Bridge], doors: Sequence[DoorSymbol], door_lines: Segments, unsaid: Segments, barriers: Segments
) -> list[Bridge]:
    """Gaps with what is drawn in them: lines on door layers without an arc are sliding doors, or windows when three run
    from side to side in the thickness of the wall, on whatever layer. Where no door is drawn at all, any gap may be one.

    Args:
        bridges: Chords of door symbols and bridges over gaps.
        doors: Door symbols.
        door_lines: Segments on layers of doors.
        unsaid: Segments on layers that say nothing.
        barriers: Walls; what is drawn in front of them are steps.
    """
    trees = [(lines, STRtree(as_lines(lines))) for lines in (door_lines, unsaid, barriers)]
    filled = [_filling(bridge, *trees) for bridge in bridges]
    empty = Filling.NOTHING if doors or Filling.DOOR in filled else Filling.UNKNOWN
    return [replace(b, filled=empty if f is Filling.NOTHING else f) for b, f in zip(bridges, filled, strict=True)]


_Lines = tuple[Segments, STRtree]


def _filling(bridge: Bridge, of_doors: _Lines, unsaid: _Lines, walls: _Lines) -> Filling:
    if bridge.symbol is not None:
        return Filling.NOTHING
    if any(_has_panes(bridge, lines, walls) for lines in (of_doors, unsaid)):
        return Filling.WINDOW
    along = runs_beside(bridge, *of_doors, FILLING_M) >= ALONG_SHARE
    return Filling.DOOR if along or _drawn_in(bridge, *of_doors) >= DRAWN_SHARE else Filling.NOTHING


def _drawn_in(bridge: Bridge, lines: Segments, tree: STRtree) -> float:
    """How much is drawn in a gap, as a multiple of its width: the wings of a revolving door, the folds of a folding one."""
    gap = LineString([bridge.start, bridge.end]).buffer(FILLING_M, cap_style="flat")
    near = as_lines(lines[tree.query(gap, predicate="intersects")])
    return float(shapely.length(shapely.intersection(near, gap)).sum()) / (bridge.width_m or 1.0)


def _has_panes(bridge: Bridge, lines: _Lines, walls: _Lines) -> bool:
    """Whether a window is drawn in a gap: enough lines from side to side between the faces of its wall."""
    aside = full_runs(bridge, *lines, FILLING_M)
    if len(aside) < LEAST_PANES:
        return False
    faces = faces_beside(bridge, *walls)
    low = min(-FRAME_M, faces.min(initial=0.0) - FLUSH_M)
    high = max(FRAME_M, faces.max(initial=0.0) + FLUSH_M)
    return int(((low <= aside) & (aside <= high)).sum()) >= LEAST_PANES


def _add(
    bridge: Bridge,
    door: DoorSymbol | None,
    sides: tuple[int | None, int | None],
    footprint: BaseGeometry,
    found: FoundOpenings,
) -> None:
    leads_out = None in sides and _is_outside(bridge, sides, footprint)
    if None in sides and not leads_out:
        if door is not None:
            _note_odd_door(bridge, door, sides[0] if sides[0] is not None else sides[1], found)
        return
    is_door = door is not None or bridge.filled is Filling.DOOR
    if not is_door:
        found.findings.append(
            make_finding(
                "opening-assumed",
                f"A gap of {bridge.width_m:.2f} m without a door symbol is taken for a way through.",
                at=bridge.middle,
            )
        )
    found.openings.append(
        FoundOpening(
            line=LineString([bridge.start, bridge.end]),
            sides=sides,
            category=OpeningCategory.DOOR if is_door else OpeningCategory.GAP,
            exit=leads_out,
            handle=door.handle if door else "",
            layer=door.layer if door else "",
        )
    )


def _note_odd_door(bridge: Bridge, door: DoorSymbol, side: int | None, found: FoundOpenings) -> None:
    where = "stands at no zone" if side is None else "has the same zone on both sides, or nothing on one"
    found.findings.append(
        make_finding("door-one-zone", f"A door {where}.", at=bridge.middle, layer=door.layer, handle=door.handle)
    )


def _note_gap_outside(
    bridge: Bridge, sides: tuple[int | None, int | None], footprint: BaseGeometry, found: FoundOpenings
) -> None:
    """Tell of a gap that may be an exit, where nothing is drawn that says what it is."""
    empty = bridge.filled is Filling.NOTHING and bridge.width_m >= LEAST_EXIT_M
    if empty and sides.count(None) == 1 and _is_outside(bridge, sides, footprint):
        words = (
            f"A gap of {bridge.width_m:.2f} m in an outside wall, with neither a door nor a window in it, is no exit."
        )
        found.findings.append(make_finding("gap-outside", words, at=bridge.middle))


def zones_beside(bridges: Sequence[Bridge], zones: Sequence[Polygon]) -> list[tuple[int | None, int | None]]:
    """The first zone on each side of each bridge, looked for from its middle and its quarters."""
    tree = STRtree(np.array(zones, dtype=object))
    ends = bridge_segments(bridges)
    found = np.stack([_zones_on(ends, side, tree) for side in (1.0, -1.0)], axis=1)
    same = np.flatnonzero(found[:, 0] == found[:, 1])  # the chord may be drawn beside its wall
    found[same] = np.stack([_zones_on(ends[same], side, tree, BESIDE_M) for side in (1.0, -1.0)], axis=1)
    return [(None if a < 0 else a, None if b < 0 else b) for a, b in found.tolist()]


def _zones_on(bridges: Segments, side: float, tree: STRtree, least: float = 0.0) -> npt.NDArray[np.intp]:
    """The zone that two of three probes agree on, nearest first: frames and posts in a doorway mislead single ones; -1 is
    none.
    """
    found = np.full(len(bridges), -1, dtype=np.intp)
    sizes = lengths(bridges)
    steps = bridges[:, 2:] - bridges[:, :2]
    across = np.stack([-steps[:, 1], steps[:, 0]], axis=1) / np.where(sizes > 0, sizes, 1.0)[:, None]
    left = np.arange(len(bridges))
    for distance in (probe for probe in PROBES_M if probe >= least):
        off = bridges[left, :2] + side * distance * across[left]
        hits = np.stack([_zones_at(off + share * steps[left], tree) for share in (0.5, 0.25, 0.75)], axis=1)
        one, other, last = hits.T
        agreed = np.where((one >= 0) & ((one == other) | (one == last)), one, np.where(other == last, other, -1))
        found[left] = agreed
        left = left[agreed < 0]
    return found


def _zones_at(points: npt.NDArray[np.float64], tree: STRtree) -> npt.NDArray[np.intp]:
    """The zone that holds each point, the first of several; -1 is none."""
    which, zone = tree.query(shapely.points(points), predicate="within")
    found = np.full(len(points), len(tree), dtype=np.intp)
    np.minimum.at(found, which, zone)
    return np.where(found == len(tree), -1, found)


def _beside(bridge: Bridge, offset: float, share: float = 0.5) -> Vertex:
    start, end = np.array(bridge.start), np.array(bridge.end)
    along = (end - start) / (bridge.width_m or 1.0)
    at = start + share * (end - start) + offset * np.array([-along[1], along[0]])
    return float(at[0]), float(at[1])


def _is_outside(bridge: Bridge, sides: tuple[int | None, int | None], footprint: BaseGeometry) -> bool:
    side = 1.0 if sides[0] is None else -1.0
    return not footprint.intersects(Point(_beside(bridge, side * OUTSIDE_M)))


def healed(bridges: Sequence[Bridge]) -> list[Finding]:
    """Findings for gaps that were slips of the pen."""
    return [
        make_finding("gap-healed", f"A gap of {b.width_m * 1000:.0f} mm was closed.", at=b.middle)
        for b in bridges
        if b.symbol is None and 0.002 < b.width_m < HEALED_M
    ]
