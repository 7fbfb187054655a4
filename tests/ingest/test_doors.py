"""Door symbols that people draw in other ways: swings to both sides or in pieces, loose jambs, recesses, leaves at gaps."""

import io
import math
from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import pytest
from ezdxf.document import Drawing as Document
from ezdxf.entities.arc import Arc as ArcEntity
from ezdxf.filemanagement import new

from geo_server.domain.places import OpeningCategory
from geo_server.ingest.dxf.curves import Arc, joined
from geo_server.ingest.pipeline import read_plan
from tests.ingest.dxf.floor import Spot
from tests.ingest.sketch import SWINGS, WAYS, Sketch

DOOR, GAP = OpeningCategory.DOOR, OpeningCategory.GAP
TWO_ROOMS: Mapping[str, Spot] = {"LEFT": (1, 3), "RIGHT": (7, 4)}
HOUSE: list[list[Spot]] = [[(0, 0), (8, 0), (8, 6), (0, 6), (0, 0)]]


def drawn(
    walls: list[list[Spot]],
    doors: list[list[Spot]],
    swings: list[tuple[Spot, float, float, float]],
    names: Mapping[str, Spot] = TWO_ROOMS,
) -> Document:
    """Walls and parts of doors as lines, swings as arcs of centre, radius and two angles in degrees; in metres."""
    document = new("R2010")
    document.header["$INSUNITS"] = 6
    space = document.modelspace()
    for layer, runs in (("A-WALL", walls), ("A-DOOR", doors)):
        for run in runs:
            for a, b in pairwise(run):
                space.add_line(a, b, dxfattribs={"layer": layer})
    for centre, radius, first, last in swings:
        space.add_arc(centre, radius, first, last, dxfattribs={"layer": "A-DOOR"})
    for name, at in names.items():
        space.add_text(name, height=0.2, dxfattribs={"layer": "A-AREA-IDEN"}).set_placement(at)
    return document


def ways(document: Document) -> list[tuple[str, OpeningCategory]]:
    """The two names and the category of each opening."""
    stream = io.StringIO()
    document.write(stream)
    plan = read_plan(stream.getvalue().encode(), "house.dxf").floorplan
    names = {zone.id: zone.name for zone in plan.zones} | {None: "outside"}
    return sorted(("-".join(sorted(names[side] for side in o.zones)), o.category) for o in plan.openings)


def shown(sketch: Sketch) -> list[tuple[str, OpeningCategory]]:
    return ways(sketch.document)


def box_of(low_x: float, low_y: float, high_x: float, high_y: float) -> list[Spot]:
    return [(low_x, low_y), (high_x, low_y), (high_x, high_y), (low_x, high_y), (low_x, low_y)]


EVERY_DOOR = sorted(("-".join(sorted(pair)), DOOR) for pair in WAYS)


def test_leaves_that_swing_both_ways_are_one_door() -> None:
    sketch = Sketch().draw()
    for hinge, latch, tip in SWINGS:
        sketch.door(hinge, latch, (2 * hinge[0] - tip[0], 2 * hinge[1] - tip[1]))
    assert shown(sketch) == EVERY_DOOR


@pytest.mark.parametrize("share", [0.2, 0.5, 0.7])
def test_a_swing_may_be_drawn_in_two_pieces(share: float) -> None:
    sketch = Sketch().draw()
    space = sketch.document.modelspace()
    for arc in [entity for entity in space if isinstance(entity, ArcEntity)]:
        points = [(v.x, v.y) for v in arc.flattening(0.0002)]
        cut = max(4, int(share * len(points)))
        for piece in (points[: cut + 1], points[cut:]):
            space.add_lwpolyline(piece, dxfattribs={"layer": "A-DOOR"})
        space.delete_entity(arc)
    assert shown(sketch) == EVERY_DOOR


def test_jambs_that_stand_apart_from_the_wall_leave_no_hole() -> None:
    walls: list[list[Spot]] = [*HOUSE, [(4, 0), (4, 1.9)], [(4, 3.4), (4, 6)]]
    jambs = [box_of(3.95, 2.1, 4.05, 2.15), box_of(3.95, 3.05, 4.05, 3.1)]
    document = drawn([*walls, *jambs], [[(4, 2.15), (4.9, 2.15)]], [((4, 2.15), 0.9, 0, 90)])
    assert ways(document) == [("LEFT-RIGHT", DOOR)]


def test_what_lines_the_recess_of_a_door_is_no_leaf_though_it_lies_beside_one() -> None:
    walls: list[list[Spot]] = [*HOUSE, [(4, 0), (4, 2)], [(4, 4), (4, 6)]]
    linings: list[list[Spot]] = [
        [(4, 2), (4.9, 2), (4.9, 2.05), (4.85, 2.05)],
        [(4, 4), (4.9, 4), (4.9, 3.95), (4.85, 3.95)],
    ]
    leaves = [box_of(3.9, 2.05, 4.85, 2.09), box_of(3.9, 3.91, 4.85, 3.95)]
    document = drawn(walls, [*linings, *leaves], [((4.85, 2.05), 0.95, 90, 180), ((4.85, 3.95), 0.95, 180, 270)])
    assert ways(document) == [("LEFT-RIGHT", DOOR)]


def test_a_leaf_that_stands_open_at_a_gap_makes_no_door_of_the_gap() -> None:
    walls: list[list[Spot]] = [*HOUSE, [(4, 0), (4, 2.1)], [(4, 3.1), (4, 6)], [(4, 2), (4.2, 2)], [(5.1, 2), (8, 2)]]
    document = drawn(walls, [[(4.2, 2), (4.2, 2.9)]], [((4.2, 2), 0.9, 0, 90)], {**TWO_ROOMS, "LOW": (7, 1)})
    assert ways(document) == [("LEFT-RIGHT", GAP), ("LOW-RIGHT", DOOR)]


@pytest.mark.parametrize("first_deg", np.linspace(-170, 170, 5))
def test_two_pieces_of_an_arc_are_joined_and_two_sides_of_a_leaf_are_not(first_deg: float) -> None:
    def piece(start: float, end: float) -> Arc:
        a, b = ((0.9 * math.cos(math.radians(t)), 0.9 * math.sin(math.radians(t))) for t in (start, end))
        return Arc((0.0, 0.0), 0.9, a, b, abs(end - start))

    whole = joined(piece(first_deg, first_deg + 30), piece(first_deg + 90, first_deg + 30), 0.01)
    assert whole is not None
    assert whole.sweep_deg == pytest.approx(90)
    assert (whole.start, whole.end) == (piece(first_deg, first_deg + 90).start, piece(first_deg, first_deg + 90).end)
    assert joined(piece(first_deg, first_deg + 60), piece(first_deg, first_deg + 30), 0.01) is None
    assert joined(piece(first_deg, first_deg + 30), piece(first_deg + 40, first_deg + 90), 0.01) is None
