"""Pens for doors: one function for each way to draw leaves and swings, on a layer with an AIA name, in metres."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise

from tests.ingest.dxf.floor import Door, Floor, Spot, Wall
from tests.ingest.dxf.pens import Space, box_of, nothing

DOOR = {"layer": "A-DOOR"}


def _swing(hinge: Spot, latch: Spot, tip: Spot, share: float = 1.0) -> tuple[float, float, float, float]:
    """Radius, angle of the shut leaf, angle of the open one, 1 when it turns to the left."""
    shut = math.atan2(latch[1] - hinge[1], latch[0] - hinge[0])
    turn = (math.atan2(tip[1] - hinge[1], tip[0] - hinge[0]) - shut + math.pi) % math.tau - math.pi
    return math.dist(hinge, latch), shut, shut + share * turn, math.copysign(1.0, turn)


def _at(hinge: Spot, radius: float, angle: float) -> Spot:
    return hinge[0] + radius * math.cos(angle), hinge[1] + radius * math.sin(angle)


def _arc(space: Space, hinge: Spot, latch: Spot, tip: Spot, share: float = 1.0) -> None:
    radius, shut, opened, left = _swing(hinge, latch, tip, share)
    first, last = (shut, opened) if left > 0 else (opened, shut)
    space.add_arc(hinge, radius, math.degrees(first), math.degrees(last), dxfattribs=DOOR)


def _leaves(floor: Floor) -> Iterator[tuple[Spot, Spot, Spot]]:
    for door in floor.doors:
        yield from door.leaf_places()


def arc_and_line(floor: Floor, space: Space) -> None:
    """The leaf as a line, its swing as an arc."""
    for hinge, latch, tip in _leaves(floor):
        space.add_line(hinge, tip, dxfattribs=DOOR)
        _arc(space, hinge, latch, tip)


def half_open(floor: Floor, space: Space) -> None:
    """Leaves that stand open by 45 degrees."""
    for hinge, latch, tip in _leaves(floor):
        radius, _, angle, _ = _swing(hinge, latch, tip, 0.5)
        space.add_line(hinge, _at(hinge, radius, angle), dxfattribs=DOOR)
        _arc(space, hinge, latch, tip, 0.5)


def thick_leaf(floor: Floor, space: Space) -> None:
    """The leaf as a thin rectangle."""
    for hinge, latch, tip in _leaves(floor):
        _, shut, _, _ = _swing(hinge, latch, tip)
        corner = hinge[0] + 0.04 * math.cos(shut), hinge[1] + 0.04 * math.sin(shut)
        far = tip[0] + 0.04 * math.cos(shut), tip[1] + 0.04 * math.sin(shut)
        space.add_lwpolyline([hinge, corner, far, tip], close=True, dxfattribs=DOOR)
        _arc(space, hinge, latch, tip)


def bulged(floor: Floor, space: Space) -> None:
    """Leaf and swing as one closed polyline with a bulge."""
    for hinge, latch, tip in _leaves(floor):
        _, _, _, left = _swing(hinge, latch, tip)
        bulge = left * math.tan(math.pi / 8)
        space.add_lwpolyline([(*hinge, 0), (*latch, bulge), (*tip, 0)], format="xyb", close=True, dxfattribs=DOOR)


def splined(floor: Floor, space: Space) -> None:
    """The swing as a spline."""
    for hinge, latch, tip in _leaves(floor):
        radius, shut, opened, _ = _swing(hinge, latch, tip)
        points = [_at(hinge, radius, shut + (opened - shut) * i / 6) for i in range(7)]
        space.add_spline(points, dxfattribs=DOOR)
        space.add_line(hinge, tip, dxfattribs=DOOR)


def chopped(floor: Floor, space: Space) -> None:
    """The swing as many short lines."""
    for hinge, latch, tip in _leaves(floor):
        radius, shut, opened, _ = _swing(hinge, latch, tip)
        points = [_at(hinge, radius, shut + (opened - shut) * i / 9) for i in range(10)]
        for a, b in pairwise(points):
            space.add_line(a, b, dxfattribs=DOOR)
        space.add_line(hinge, tip, dxfattribs=DOOR)


def blocks(floor: Floor, space: Space) -> None:
    """One block, used at each leaf, turned, scaled and mirrored."""
    name = "D-90"
    block = space.doc.blocks.new(name)
    block.add_line((0, 0), (0, 1), dxfattribs={"layer": "0"})
    block.add_arc((0, 0), 1, 0, 90, dxfattribs={"layer": "0"})
    for hinge, latch, tip in _leaves(floor):
        radius, shut, _, left = _swing(hinge, latch, tip)
        space.add_blockref(
            name,
            hinge,
            dxfattribs={**DOOR, "xscale": radius, "yscale": left * radius, "rotation": math.degrees(shut)},
        )


def sliding(floor: Floor, space: Space) -> None:
    """A panel in the doorway, along the wall."""
    for door in floor.doors:
        (a, b), (c, d) = door.hinge, door.latch
        piece = Wall((a, b), (a + 0.55 * (c - a), b + 0.55 * (d - b)), 0.05)
        other = Wall((a + 0.45 * (c - a), b + 0.45 * (d - b)), (c, d), 0.05)
        for panel, off in ((piece, 0.03), (other, -0.03)):
            ux, uy = (c - a) / door.width, (d - b) / door.width
            corners = [(x - uy * off, y + ux * off) for x, y in box_of(panel)]
            space.add_lwpolyline(corners, close=True, dxfattribs=DOOR)


def _threshold(door: Door) -> Sequence[tuple[Spot, Spot]]:
    ring = list(door.gap.exterior.coords)
    sides = [(a, b) for a, b in pairwise(ring) if abs(math.dist(a, b) - door.width) < 1e-6]
    return [((a[0], a[1]), (b[0], b[1])) for a, b in sides]


def thresholds(floor: Floor, space: Space) -> None:
    """A line across the doorway in the plane of each face of the wall, and nothing else."""
    for door in floor.doors:
        for a, b in _threshold(door):
            space.add_line(a, b, dxfattribs=DOOR)


def threshold_and_arc(floor: Floor, space: Space) -> None:
    """Leaf, swing, and a line across the doorway on each face."""
    arc_and_line(floor, space)
    thresholds(floor, space)


DOORS: Mapping[str, Callable[[Floor, Space], None]] = {
    "arc": arc_and_line,
    "half open": half_open,
    "thick leaf": thick_leaf,
    "bulge": bulged,
    "spline": splined,
    "chopped": chopped,
    "blocks": blocks,
    "sliding": sliding,
    "thresholds": thresholds,
    "threshold and arc": threshold_and_arc,
    "none": nothing,
}
