"""Threats in yards, beside the facade and on outside stairs: what is in the open is a straight line from every way in."""

import math

import pytest
from shapely import Point, Polygon, box

from geo_server.domain.places import Floorplan, ZoneCategory
from geo_server.domain.routes import RouteStatus
from geo_server.routing.compiled import compile_floorplan
from geo_server.routing.fields import threat_arrivals
from geo_server.routing.threats import locate
from tests.routing.planning import make, route_of
from tests.routing.plans import SAFE, Sketch, threat, uid


def hall(*, yard: bool) -> Floorplan:
    """A hall of 60 m with an exit at its west end, and a door at the far end of its south side: to a yard, or just out."""
    sketch = Sketch()
    sketch.zone("hall", (0, 0, 60, 4), category=ZoneCategory.CORRIDOR)
    sketch.door("west", [(0, 1.5), (0, 2.5)], ("hall", None), out=True)
    if yard:
        sketch.zone("yard", (-6, -8, 60, 0), category=ZoneCategory.OUTDOOR)
    sketch.door("south", [(58, 0), (59, 0)], ("hall", "yard" if yard else None))
    return sketch.build()


def store() -> Floorplan:
    """A store by the west facade whose way out is some 60 m long; the exit of the hall is 6 m along the facade."""
    sketch = Sketch()
    sketch.zone("store", (0, 0, 4, 7))
    sketch.zone("passage", (4, 0, 24, 2), category=ZoneCategory.CORRIDOR)
    sketch.zone("wing", (24, 0, 26, 10), category=ZoneCategory.CORRIDOR)
    sketch.zone("hall", (0, 7, 24, 10), category=ZoneCategory.CORRIDOR)
    sketch.door("store door", [(4, 0.5), (4, 1.5)], ("store", "passage"))
    sketch.door("passage door", [(24, 0.5), (24, 1.5)], ("passage", "wing"))
    sketch.door("hall door", [(24, 8.5), (24, 9.5)], ("wing", "hall"))
    sketch.door("exit", [(0, 8), (0, 9)], ("hall", None), out=True)
    return sketch.build()


def outside_stairs() -> Floorplan:
    """Two halls over each other; the only way from the upper one is down outside stairs that end in a yard."""
    sketch = Sketch()
    sketch.level(1)
    sketch.zone("hall", (0, 0, 30, 4))
    sketch.zone("yard", (30, -10, 50, 10), category=ZoneCategory.OUTDOOR)
    sketch.zone("upper hall", (0, 0, 30, 4), 1)
    sketch.door("west", [(0, 1), (0, 2)], ("hall", None), out=True)
    sketch.door("gate", [(50, 4), (50, 5)], ("yard", None), out=True)
    sketch.stairs("stairs", [(36, 2), (30, 2)], ("yard", "upper hall"), 8.0)
    return sketch.build()


def metres_to(floorplan: Floorplan, node: str, x: float, y: float, radius_m: float = 0.0) -> float:
    """Metres of a threat to a node, as its arrival at 1 m/s says."""
    compiled = compile_floorplan(floorplan)
    arrivals = threat_arrivals(compiled, [(locate(compiled, threat(x, y, radius_m=radius_m)), 0.0, 1.0)])
    return float(arrivals.nodes[compiled.index[node]])


def test_a_yard_that_somebody_drew_makes_no_way_out_safer() -> None:
    danger = threat(-3, -1, speed_mps=1.0)
    drawn, undrawn = (route_of(make(hall(yard=yard), danger), "hall") for yard in (True, False))
    assert drawn.status is undrawn.status is RouteStatus.NO_GUARANTEED_ROUTE
    assert drawn.margin_s == pytest.approx(undrawn.margin_s)


def test_a_threat_in_a_yard_walks_straight_to_exits_elsewhere() -> None:
    assert metres_to(hall(yard=True), f"opening:{uid('west')}", -3, -1) == pytest.approx(math.hypot(3, 2.5))


def test_a_threat_in_a_yard_without_any_way_in_is_in_the_open_all_the_same() -> None:
    sketch = Sketch()
    sketch.zone("room", (0, 0, 8, 8))
    sketch.zone("yard", (-9, 0, -1, 8), category=ZoneCategory.OUTDOOR)
    sketch.door("exit", [(0, 3), (0, 4)], ("room", None), out=True)
    assert metres_to(sketch.build(), f"opening:{uid('exit')}", -3, 3.5) == pytest.approx(3.0)


@pytest.mark.parametrize("x", [2.85, 1.0, 0.2, 0.0, -0.3, -0.8, -2.0])
def test_a_place_near_the_facade_that_may_be_outside_it_is_as_near_the_exit_as_over_open_ground(x: float) -> None:
    """Nearest place of the disc that is outside, straight on: whichever side of the wall its centre was put on."""
    radius_m = 2.9
    outside = Point(x, 2).buffer(radius_m, quad_segs=64).difference(box(0, 0, 26, 10))
    metres = metres_to(store(), f"opening:{uid('exit')}", x, 2, radius_m)
    assert max(0.0, math.hypot(x, 8 - 2) - radius_m) - 1e-6 <= metres <= outside.distance(Point(0, 8)) + 1e-3
    route = route_of(make(store(), threat(x, 2, radius_m=radius_m)), "hall")
    assert route.status is RouteStatus.NO_GUARANTEED_ROUTE


def test_a_place_that_is_surely_inside_comes_by_the_ways_inside() -> None:
    """The disc ends at the inner face of the wall, and a wall between two rooms is no way to the outside either."""
    inside = metres_to(store(), f"opening:{uid('exit')}", 1.5, 1.5, 1.5)
    assert inside > 40
    assert route_of(make(store(), threat(1.5, 1.5, radius_m=1.5, speed_mps=1.2)), "hall").status in SAFE


def test_a_wall_between_rooms_and_a_void_without_doors_are_inside_but_a_courtyard_with_a_door_is_not() -> None:
    def ring(door: tuple[tuple[float, float], tuple[float, float]]) -> Floorplan:
        sketch = Sketch()
        sketch.zone("west", Polygon([(0, 0), (14.8, 0), (14.8, 8), (8, 8), (8, 22), (14.8, 22), (14.8, 30), (0, 30)]))
        sketch.zone("east", Polygon([(30, 0), (15, 0), (15, 8), (22, 8), (22, 22), (15, 22), (15, 30), (30, 30)]))
        sketch.door("exit", list(door), ("west", None), out=True)
        sketch.door("between", [(14.9, 25), (14.9, 26)], ("west", "east"))
        return sketch.build()

    void, court = ring(((0, 1), (0, 2))), ring(((8, 14), (8, 15)))
    notes = {
        (name, at): locate(compile_floorplan(plan), threat(*at, radius_m=2.0)).note
        for name, plan in (("void", void), ("court", court))
        for at in ((14.9, 4.0), (6.5, 12.0))
    }
    assert "outside" not in notes["void", (14.9, 4.0)]
    assert notes["void", (6.5, 12.0)] == ""
    assert "may be outside" in notes["court", (6.5, 12.0)]


def test_the_foot_of_outside_stairs_is_come_to_over_open_ground() -> None:
    """From before the west exit, 36 m from the foot; and by it to the upper hall, which the map of the reach shows."""
    floorplan = outside_stairs()
    foot, head = f"foot:{uid('stairs')}", f"head:{uid('stairs')}"
    assert metres_to(floorplan, foot, -1, 2) == pytest.approx(37)
    assert metres_to(floorplan, head, -1, 2) == pytest.approx(37 + 8)
    reach = make(floorplan, threat(-1, 2)).reach
    assert any(area.level_id == uid("L1") and area.at_s == 30.0 for area in reach)


def test_the_reach_comes_into_a_yard_from_the_open_and_from_doors_that_are_not_on_it() -> None:
    """From 20 m south of the fence, where no gate is, at 2 m/s: within 15 s it is 10 m into the yard."""
    reach = {a.at_s: a.area for a in make(outside_stairs(), threat(40, -30)).reach if a.level_id == uid("L0")}
    assert reach[15.0].intersects(Point(40, -1))
    assert not reach[15.0].intersects(Point(40, 1))
