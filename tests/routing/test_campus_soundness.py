"""The guarantee in space, for threats in yards, outside, over the facade and on two levels: nobody is ever met."""

import random
from dataclasses import replace

import numpy as np
import pytest
from shapely import Point

from geo_server.domain.entries import Entry
from geo_server.domain.incidents import Threat
from geo_server.domain.places import Floorplan
from geo_server.domain.regions import region_within
from geo_server.domain.routes import Choice, Onward, Route
from geo_server.routing.compiled import compile_floorplan
from geo_server.routing.fields import threat_arrivals
from geo_server.routing.plan import plan
from geo_server.routing.profiles import ADULT
from geo_server.routing.request import PlanRequest
from geo_server.routing.threats import locate
from tests.routing.campus_pursuer import (
    CampusGround,
    CampusPursuer,
    footprint,
    free_shape,
    places_in_disc,
)
from tests.routing.campus_pursuer import chase as pursue
from tests.routing.campuses import YARD, two_storey_campus
from tests.routing.plans import NOW, SAFE, threat, uid
from tests.routing.test_soundness import samples
from tests.routing.wiggles import drawn_as_it_is

WHERE = ("in the yard", "outside", "over the facade", "on the upper level", "on the ground level")


def somewhere(where: str, floorplan: Floorplan, rng: random.Random) -> Threat:
    """A threat as one of the words says, by chance."""
    level = floorplan.levels[1 if where == "on the upper level" else 0]
    building = footprint(floorplan, level)
    west, south, east, north = building.buffer(10).bounds
    radius_m = rng.uniform(1.5, 4.0) if where == "over the facade" else rng.choice([0.0, 0.0, 2.0, 5.0])
    free = {
        "in the yard": YARD,
        "outside": building.buffer(10) - building - YARD,
        "over the facade": building.boundary.buffer(radius_m - 0.5),
    }.get(where, building)
    places = (Point(rng.uniform(west, east), rng.uniform(south, north)) for _ in range(10_000))
    shape = free_shape(floorplan, level)
    at = next(place for place in places if free.covers(place) and places_in_disc(shape, place, radius_m))
    speed_mps = rng.choice([1.2, 2.0, 3.0])
    return threat(at.x, at.y, ordinal=level.ordinal, radius_m=radius_m, speed_mps=speed_mps)


def chase(floorplan: Floorplan, danger: Threat) -> CampusPursuer:
    """The pursuer from anywhere in the disc or polygon, as fast as the planner has it."""
    return pursue(CampusGround(floorplan), danger)


def drawn(danger: Threat, rng: random.Random) -> Threat:
    """A threat of which a polygon is known about where it is: of few corners, often with some that point inwards."""
    corners, widest_m = rng.choice([3, 4, 7]), rng.choice([1.5, 4.0, 8.0])
    turns = [(k + rng.uniform(0, 0.9)) * 2 * np.pi / corners for k in range(corners)]
    reach_m = [rng.uniform(0.2, 1.0) * widest_m for _ in turns]
    ring = [
        (danger.point.x + r * np.cos(turn), danger.point.y + r * np.sin(turn))
        for r, turn in zip(reach_m, turns, strict=True)
    ]
    region = region_within(ring, where="polygon")
    return replace(danger, point=region.point, radius_m=region.radius_m, polygon=region.polygon)


def narrowest(route: Route | Choice | Entry | Onward, pursuer: CampusPursuer, departure_s: float) -> float:
    """Least seconds by which the pursuer is later than a person on the route."""
    least = np.inf
    for leg in route.legs:
        if len(leg.coordinates) > 1:
            places, at_s = zip(*samples(leg), strict=True)
            chased_s = pursuer.seconds_to_each(leg.level_id, list(places))
            least = min(least, float((chased_s - departure_s - np.array(at_s)).min()))
    return least


@pytest.mark.parametrize("drawn_as", ["disc", "polygon"])
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("where", WHERE)
def test_nobody_on_a_safe_route_of_a_campus_is_met_wherever_in_its_disc_or_polygon_the_threat_starts(
    where: str, seed: int, drawn_as: str
) -> None:
    rng = random.Random(f"{where} {seed}")
    floorplan = two_storey_campus(seed)
    floorplan = drawn_as_it_is(floorplan, rng) if seed % 2 else floorplan
    danger = somewhere(where, floorplan, rng)
    danger = drawn(danger, rng) if drawn_as == "polygon" else danger
    pursuer = chase(floorplan, danger)
    made = plan(compile_floorplan(floorplan), PlanRequest(threats=[danger], reaction_s=0.0, margin_s=0.0, now=NOW))
    for route in made.routes:
        if route.status in SAFE:
            # Where no threat limits a route, the pursuer never comes either.
            departure_s = 1e6 if route.latest_departure_s is None else route.latest_departure_s
            ahead = narrowest(route, pursuer, departure_s)
            assert ahead >= -1e-3, (seed, floorplan.zone_by_id[route.zone_id].name, ahead)


@pytest.mark.parametrize("drawn_as", ["disc", "polygon"])
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("where", WHERE)
def test_arrivals_at_all_doors_and_stairs_of_a_campus_are_never_later_than_the_pursuers(
    where: str, seed: int, drawn_as: str
) -> None:
    floorplan, rng = two_storey_campus(seed + 20), random.Random(f"{where} {seed}")
    floorplan = drawn_as_it_is(floorplan, rng) if seed % 2 else floorplan
    danger = somewhere(where, floorplan, rng)
    danger = drawn(danger, rng) if drawn_as == "polygon" else danger
    pursuer, compiled = chase(floorplan, danger), compile_floorplan(floorplan)
    arrivals = threat_arrivals(compiled, [(locate(compiled, danger), 0.0, danger.speed_mps)])
    for node, arrival in zip(compiled.nodes, arrivals.nodes.tolist(), strict=True):
        told = compiled.graph.nodes[node]
        opening = next((o for o in floorplan.openings if node.endswith(str(o.id))), None)
        places = [Point(xy) for xy in opening.line.segmentize(0.1).coords] if opening else [Point(told["x"], told["y"])]
        level_id = next(level.id for level in floorplan.levels if str(level.id) == told["level_id"])
        assert arrival <= pursuer.seconds_to_each(level_id, places).min() + 1e-6, node


def test_the_pursuer_of_the_campus_goes_through_doors_and_round_the_building_but_not_through_walls() -> None:
    """Guards against a pursuer that is too weak to meet anyone, and against one that no plan could be ahead of."""
    floorplan = two_storey_campus(1)
    pursuer = chase(floorplan, threat(4, -5, speed_mps=1.0))
    beyond = Point(9, 14)
    straight, there = Point(4, -5).distance(beyond), pursuer.seconds_to_each(uid("L0"), [beyond])[0]
    assert straight + 0.5 < there < 40
    upper = [z.polygon.representative_point() for z in floorplan.zones if z.level_id == uid("L1")]
    assert np.isfinite(pursuer.seconds_to_each(uid("L1"), upper)).all()
    assert pursuer.seconds_to_each(uid("L1"), [Point(14, 1)])[0] == pytest.approx(8.0)


def test_the_oracle_of_the_campus_meets_who_leaves_too_late() -> None:
    floorplan = two_storey_campus(2)
    danger = threat(-3, -4, speed_mps=ADULT.level_mps)
    made = plan(compile_floorplan(floorplan), PlanRequest(threats=[danger], reaction_s=0.0, margin_s=0.0, now=NOW))
    pursuer = chase(floorplan, danger)
    late = [
        narrowest(route, pursuer, route.latest_departure_s + 30)
        for route in made.routes
        if route.status in SAFE and route.latest_departure_s is not None
    ]
    assert late
    assert min(late) < 0
