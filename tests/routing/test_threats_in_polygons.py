"""A threat of which a polygon is known: where it is, how soon it is elsewhere, and what a plan says of it."""

import json
import math
import random
from dataclasses import replace
from typing import Any
from uuid import UUID

import numpy as np
import pytest
import shapely
from shapely import Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from geo_server.domain.errors import InvalidInput
from geo_server.domain.incidents import Threat
from geo_server.domain.places import Floorplan, ZoneCategory
from geo_server.domain.regions import region_within
from geo_server.domain.routes import RouteStatus
from geo_server.routing import rims
from geo_server.routing.compiled import compile_floorplan
from geo_server.routing.fields import Arrivals, threat_arrivals
from geo_server.routing.threats import locate
from tests.routing.campuses import gathering_campus
from tests.routing.planning import make, route_of
from tests.routing.plans import Sketch, grid_building, threat, two_exits, uid
from tests.routing.test_campus_soundness import WHERE, somewhere
from tests.routing.wiggles import drawn_as_it_is

Ring = list[tuple[float, float]]


def drawn(ring: Ring, *, ordinal: int = 0, speed_mps: float = 1.0) -> Threat:
    region = region_within(ring, where="polygon")
    at = threat(region.point.x, region.point.y, ordinal=ordinal, radius_m=region.radius_m, speed_mps=speed_mps)
    return replace(at, polygon=region.polygon)


def rectangle(west: float, south: float, east: float, north: float) -> Ring:
    return [(west, south), (east, south), (east, north), (west, north)]


def corridors_in_an_l() -> Floorplan:
    """With an exit at the end of the lower arm."""
    sketch = Sketch()
    sketch.zone(
        "corridor",
        Polygon([(0, 0), (20, 0), (20, 2), (2, 2), (2, 20), (0, 20)]),
        category=ZoneCategory.CORRIDOR,
    )
    sketch.door("exit", [(20, 0.0), (20, 2.0)], ("corridor", None), out=True)
    return sketch.build()


def test_ways_of_a_threat_begin_at_the_nearest_edge_of_its_polygon() -> None:
    drawn_at, at_edge = (
        route_of(make(two_exits(), danger), "room")
        for danger in (drawn(rectangle(30, 0.5, 50, 1.5)), threat(30, 1.5, speed_mps=1.0))
    )
    assert drawn_at.exit_id == uid("west")
    assert drawn_at.margin_s == pytest.approx(at_edge.margin_s)


def test_a_polygon_that_lies_round_a_corner_is_come_out_of_round_that_corner() -> None:
    """The polygon is in the upper arm, and the door at the end of the other: no straight way leads there."""
    compiled = compile_floorplan(corridors_in_an_l())
    located = locate(compiled, drawn(rectangle(0.5, 10, 1.5, 18)))
    (seed,) = located.seeds
    assert seed.terminals_m.tolist() == [pytest.approx(math.hypot(0.5, 8) + 18)]


def test_a_polygon_across_a_wall_is_in_the_zones_on_both_sides_and_holds_their_doors() -> None:
    compiled = compile_floorplan(two_exits())
    located = locate(compiled, drawn(rectangle(21, 1.5, 23, 3)))
    assert {seed.ways.zone_id for seed in located.seeds if seed.inside} == {uid("corridor"), uid("room")}
    arrivals = _arrivals(located.threat)
    assert arrivals.nodes[compiled.index[f"opening:{uid('room door')}"]] == 0.0


def test_a_bent_polygon_is_not_taken_for_its_hull() -> None:
    """A U open to the east: the room in its middle is free, and a disc that holds the U would hold the room."""
    around = [(-1.0, -4.0), (9.0, -4.0), (9.0, -3.0), (0.0, -3.0), (0.0, 9.0), (9.0, 9.0), (9.0, 10.0), (-1.0, 10.0)]
    sketch = Sketch()
    sketch.zone("hall", (-2, -5, 12, 12), category=ZoneCategory.CORRIDOR)
    hall = sketch.zones[0]
    sketch.zones[0] = replace(hall, polygon=Polygon(hall.polygon.exterior, [box(2, -1, 8, 7).exterior]))
    sketch.zone("room", (2, -1, 8, 7))
    sketch.door("room door", [(8, 2), (8, 3)], ("room", "hall"))
    sketch.door("exit", [(12, 2), (12, 3)], ("hall", None), out=True)
    threat_in_u = drawn(around)
    located = locate(compile_floorplan(sketch.build()), threat_in_u)
    assert [seed.ways.zone_id for seed in located.seeds] == [uid("hall")]
    in_disc = locate(compile_floorplan(sketch.build()), replace(threat_in_u, polygon=None))
    assert len(in_disc.seeds) == 2


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("where", WHERE)
def test_a_polygon_of_many_corners_in_a_disc_comes_as_the_disc_does(where: str, seed: int) -> None:
    """The two ways of finding true distances, held to each other."""
    rng = random.Random(f"round {where} {seed}")
    floorplan = gathering_campus(seed)
    danger = replace(somewhere(where, floorplan, rng), radius_m=rng.uniform(1.0, 5.0), speed_mps=1.0)
    corners = danger.point.buffer(danger.radius_m, quad_segs=24).exterior.coords[:-1]
    short_m = danger.radius_m * (1 - math.cos(math.pi / 96))
    polygon = replace(danger, polygon=Polygon(corners))
    disc, many = (_arrivals(one, floorplan).nodes for one in (danger, polygon))
    # Walls give way by a millimetre.
    assert (many >= disc - 2e-3).all()
    # Between two corners of the polygon a way out of the disc may begin a little farther off, seen from round a corner.
    assert (many <= disc + 4 * short_m + 0.05).mean() > 0.9


def _arrivals(danger: Threat, floorplan: object = None) -> Arrivals:
    compiled = compile_floorplan(two_exits() if floorplan is None else floorplan)  # type: ignore[arg-type]
    return threat_arrivals(compiled, [(locate(compiled, danger), 0.0, danger.speed_mps)])


def test_a_polygon_over_the_facade_is_in_the_open_as_well() -> None:
    compiled = compile_floorplan(two_exits())
    inside, over = drawn(rectangle(30, 0.2, 40, 1.8)), drawn(rectangle(30, -3, 40, 1.8))
    assert locate(compiled, inside).ground is None
    ground = locate(compiled, over).ground
    assert ground is not None
    assert "outside" in locate(compiled, over).note


def test_a_polygon_in_no_zone_of_the_building_is_on_both_sides_of_the_wall() -> None:
    compiled = compile_floorplan(grid_building(1))
    between = locate(compiled, drawn([(6.05, 1.0), (6.15, 1.0), (6.15, 2.0), (6.05, 2.0)]))
    assert {seed.ways.zone_id for seed in between.seeds} >= {uid("r0.0"), uid("r1.0")}
    assert "in no zone" in between.note


def test_a_polygon_over_a_part_of_the_building_that_nobody_drew_comes_through_walls() -> None:
    sketch = Sketch()
    for name, at in {"w": (0, 0, 10, 40), "e": (30, 0, 40, 40), "s": (10, 0, 30, 10), "n": (10, 30, 30, 40)}.items():
        sketch.zone(name, at)
    sketch.door("exit", [(0, 5), (0, 6)], ("w", None), out=True)
    compiled = compile_floorplan(sketch.build())
    located = locate(compiled, drawn(rectangle(8, 18, 20, 22)))
    assert "through walls" in located.note
    assert all(not seed.held for seed in located.seeds)


def test_no_zone_that_the_polygon_lies_over_has_a_safe_way_and_the_answer_tells_the_polygon() -> None:
    ring = rectangle(18, 1, 62, 1.9)
    made = make(two_exits(), drawn(ring))
    assert route_of(made, "corridor").status is RouteStatus.NO_GUARANTEED_ROUTE
    told: Any = made.assumptions["threats"]
    assert told[0]["polygon"] == [list(xy) for xy in ring]
    assert set(told[0]["zone_ids"]) == {str(uid("corridor"))}


def test_the_same_polygon_gives_the_same_plan_and_another_one_another_hash() -> None:
    one, two = (make(two_exits(), drawn(rectangle(30, 0.5, 50, 1.5))) for _ in range(2))
    assert one.parameters_hash == two.parameters_hash
    assert json.dumps(one.assumptions, sort_keys=True) == json.dumps(two.assumptions, sort_keys=True)
    # The same disc holds it.
    other = drawn(rectangle(30, 0.5, 50, 1.5))
    smaller = replace(other, polygon=box(30, 0.5, 49, 1.5))
    assert make(two_exits(), smaller).parameters_hash != one.parameters_hash
    as_disc = replace(other, polygon=None)
    assert make(two_exits(), as_disc).parameters_hash != one.parameters_hash


def test_the_map_shows_a_threat_in_its_polygon_at_once_and_round_corners_later() -> None:
    danger = drawn([(0.5, 10), (1.5, 10), (1.5, 18), (1.0, 12), (0.5, 18)])
    areas = {area.at_s: area.area for area in make(corridors_in_an_l(), danger).reach}
    assert danger.polygon is not None
    assert areas[0.0].covers(danger.polygon)
    assert danger.polygon.buffer(0.3).covers(areas[0.0])
    assert areas[15.0].distance(Point(8, 1)) < 1e-6
    assert areas[15.0].distance(Point(15, 1)) > 5
    assert np.isclose(areas[60.0].area, 76)


def test_a_polygon_that_is_none_is_refused() -> None:
    crossed = Polygon([(0, 0), (4, 2), (4, 0), (0, 2)])
    compiled = compile_floorplan(two_exits())
    with pytest.raises(InvalidInput, match="polygon"):
        locate(compiled, replace(threat(1, 1), polygon=crossed))


def hall_in_a_u() -> Floorplan:
    """Two arms of 20 by 40 m, 20 m apart, joined at their lower ends."""
    sketch = Sketch()
    arms = [(0, 0), (60, 0), (60, 40), (40, 40), (40, 10), (20, 10), (20, 40), (0, 40)]
    sketch.zone("hall", Polygon(arms), category=ZoneCategory.CORRIDOR)
    sketch.door("exit", [(60, 1.0), (60, 2.0)], ("hall", None), out=True)
    return sketch.build()


SPREAD_OUT = [(9 + r * math.cos(a), 5 + r * math.sin(a)) for a, r in zip(np.arange(24) / 4, [7, 2.5] * 12, strict=True)]
SITES = {
    "U": (hall_in_a_u(), rectangle(2, 30, 12, 38)),
    **{
        f"campus {seed}": (drawn_as_it_is(gathering_campus(seed), random.Random(seed)), SPREAD_OUT) for seed in range(3)
    },
}


@pytest.mark.parametrize("site", SITES)
def test_where_to_look_around_takes_too_long_the_area_has_all_of_the_exact_one_and_ends_with_the_zones(
    site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    floorplan, ring = SITES[site]

    def areas() -> dict[tuple[UUID, float], BaseGeometry]:
        return {(one.level_id, one.at_s): one.area for one in make(floorplan, drawn(ring)).reach}

    exact = areas()
    monkeypatch.setattr(rims, "MOST_US", 0)
    loose = areas()
    zones = {level.id: [z.polygon for z in floorplan.zones if z.level_id == level.id] for level in floorplan.levels}
    assert exact.keys() == loose.keys()
    for (level_id, at_s), area in exact.items():
        assert area.difference(loose[level_id, at_s].buffer(1e-6)).area < 1e-6
        assert loose[level_id, at_s].difference(shapely.union_all(zones[level_id]).buffer(1e-6)).area < 1e-6
        if at_s == 0.0:
            assert loose[level_id, at_s].symmetric_difference(area).area < 1e-6
    if site == "U":
        # Through the yard between the arms, 28 m, and not round, 78 m.
        other_arm = box(40, 10, 60, 40)
        there = {
            at_s: (exact[at].intersection(other_arm).area, loose[at].intersection(other_arm).area)
            for at in exact
            for at_s in [at[1]]
        }
        assert there[30.0][0] == 0.0 < there[30.0][1]
