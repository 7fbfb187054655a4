"""Ways in over open ground with fences and walls on it: round them, and into yards by their gates."""

import random
from dataclasses import replace

import pytest
import shapely
from shapely import LineString, Point

from geo_server.domain.entries import EntryMode
from geo_server.domain.places import Floorplan, Wall, ZoneCategory
from geo_server.routing.compiled import compile_floorplan
from geo_server.routing.entries import find_entries
from geo_server.routing.request import PlanRequest
from tests.routing.campuses import gathering_campus
from tests.routing.planning import AT_1
from tests.routing.plans import NOW, Sketch, uid
from tests.routing.test_entries import block, by, enter


def yard(*, gate: bool) -> Floorplan:
    """The block with its south door on a fenced yard of 20 x 10 m, with or without a gate of 1 m in the east of that."""
    sketch = Sketch()
    sketch.zone("hall", (0, 0, 20, 10), category=ZoneCategory.CORRIDOR)
    sketch.zone("yard", (0, -10.2, 20, -0.2), category=ZoneCategory.OUTDOOR)
    sketch.door("yard door", [(9.5, -0.1), (10.5, -0.1)], ("hall", "yard"))
    sketch.door("north", [(9.5, 10), (10.5, 10)], ("hall", None), out=True, number="1")
    if gate:
        sketch.door("gate", [(20, -5.5), (20, -4.5)], ("yard", None), out=True)
    return sketch.build()


def test_a_wall_in_the_open_is_walked_round() -> None:
    wall = Wall(uid("garden wall"), uid("L0"), LineString([(-2, -2.5), (22, -2.5)]))
    free, walled = (
        by(enter(floorplan, "hall", at=Point(10, -5)), "south")
        for floorplan in (block(), replace(block(), walls=(wall,)))
    )
    assert free.outside_m == pytest.approx(5, abs=0.01)
    # To either end of the wall and back again.
    assert walled.outside_m == pytest.approx(2 * ((12**2 + 2.5**2) ** 0.5), abs=1.5)
    assert not LineString(walled.outside).intersects(wall.line)


def test_a_door_on_a_fenced_yard_is_come_to_by_the_gate() -> None:
    entry = by(enter(yard(gate=True), "hall", at=Point(10, -15)), "yard door")
    way = LineString(entry.outside)
    assert entry.outside_m is not None
    assert entry.outside_m > 20
    through = way.intersection(shapely.box(0, -10.2, 20, -0.2).boundary)
    assert all(
        point.distance(Point(20, -5)) < 1.1 or point.distance(Point(10, -0.2)) < 1.1
        for point in shapely.get_parts(through)
    )


def test_a_door_on_a_yard_with_a_fence_all_round_is_no_way_in() -> None:
    for at in (Point(10, -15), None):
        answer = enter(yard(gate=False), "hall", at=at)
        assert [entry.opening_id for entry in answer.entries] == [uid("north")]


def test_who_is_in_the_yard_walks_straight_to_its_door() -> None:
    entry = by(enter(yard(gate=True), "hall", at=Point(10, -6)), "yard door")
    assert entry.outside_m == pytest.approx(5.9, abs=0.05)


def test_who_is_in_a_yard_with_a_fence_all_round_comes_in_by_its_door_alone() -> None:
    answer = enter(yard(gate=False), "hall", at=Point(10, -6))
    assert [entry.opening_id for entry in answer.entries] == [uid("yard door")]


@pytest.mark.parametrize("seed", range(6))
def test_no_way_in_leads_through_a_wall_or_a_building_of_a_campus(seed: int) -> None:
    rng = random.Random(seed)
    floorplan = gathering_campus(seed)
    compiled = compile_floorplan(floorplan)
    (wall,) = floorplan.walls
    built = [
        zone.polygon
        for zone in floorplan.zones
        if zone.level_id == uid("L0") and zone.category is not ZoneCategory.OUTDOOR
    ]
    solid = shapely.union_all(built).buffer(-0.01)
    request = PlanRequest(profile=AT_1, reaction_s=0.0, margin_s=0.0, now=NOW)
    found = 0
    for _ in range(12):
        start = Point(rng.uniform(-20, 40), rng.uniform(-20, 30))
        if solid.covers(start) or not compiled.ground_around.is_outside(start):
            continue
        for entry in find_entries(compiled, request, uid("r1.1"), EntryMode.APPROACH, start).entries:
            found += 1
            assert not LineString(entry.outside).intersects(wall.line)
            assert not LineString(entry.outside).intersects(solid)
    assert found > 5
