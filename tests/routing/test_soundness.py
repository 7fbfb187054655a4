"""The guarantee, tested in space: nobody who follows a safe route in time is ever met by an all-knowing pursuer."""

import random

import numpy as np
import pytest
from shapely import LineString, Point, Polygon

from geo_server.domain.places import Floorplan
from geo_server.domain.routes import Choice, Leg, Route
from geo_server.routing.compiled import compile_floorplan
from geo_server.routing.fields import threat_arrivals
from geo_server.routing.plan import plan
from geo_server.routing.profiles import ADULT
from geo_server.routing.request import PlanRequest
from geo_server.routing.threats import locate
from tests.routing.plans import NOW, SAFE, grid_building, threat
from tests.routing.pursuer import Pursuer


def samples(leg: Leg) -> list[tuple[Point, float]]:
    """Places along a leg every 50 cm, each with its latest arrival."""
    line = LineString(leg.coordinates)
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(np.asarray(leg.coordinates), axis=0).T))])
    metres = np.union1d(np.arange(0, line.length, 0.5), along)
    return [(line.interpolate(m), float(np.interp(m, along, leg.arrive_s))) for m in metres]


def narrowest(route: Route | Choice, pursuer: Pursuer, departure_s: float, speed_mps: float) -> float:
    """Least seconds by which the pursuer is later than a person on the route."""
    visited = [sample for leg in route.legs for sample in samples(leg)]
    chased_s = pursuer.metres_to_each([place for place, _ in visited]) / speed_mps
    return float((chased_s - departure_s - np.array([at_s for _, at_s in visited])).min())


def beginnings(centre: Point, radius_m: float, floorplan: Floorplan) -> list[Point]:
    angles = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    rim = [Point(centre.x + radius_m * np.cos(a), centre.y + radius_m * np.sin(a)) for a in angles]
    return [p for p in [centre, *rim] if any(zone.polygon.covers(p) for zone in floorplan.zones)]


@pytest.mark.parametrize("seed", range(16))
def test_a_pursuer_never_meets_anyone_who_leaves_on_a_safe_route_in_time(seed: int) -> None:
    rng = random.Random(1000 + seed)
    floorplan = grid_building(seed)
    zone = rng.choice(floorplan.zones)
    centre = zone.polygon.representative_point()
    danger = threat(centre.x, centre.y, radius_m=rng.choice([0.0, 2.0]), speed_mps=rng.choice([0.5, 1.2, 2.0]))
    margin_s = rng.choice([0.0, 3.0])
    made = plan(compile_floorplan(floorplan), PlanRequest(threats=[danger], reaction_s=0.0, margin_s=margin_s, now=NOW))
    speed_mps = max(danger.speed_mps, ADULT.level_mps)
    pursuer = Pursuer(floorplan, beginnings(centre, danger.radius_m, floorplan))
    for route in made.routes:
        if route.status in SAFE and route.latest_departure_s is not None:
            ahead = narrowest(route, pursuer, route.latest_departure_s, speed_mps)
            assert ahead >= margin_s - 1e-3, (seed, route.zone_id, ahead)


@pytest.mark.parametrize("seed", range(8))
def test_nobody_who_sets_out_from_anywhere_in_a_zone_is_met_on_its_safe_route(seed: int) -> None:
    """They walk to the first door of the route by the shortest way that the pursuer's own search finds, then follow it."""
    rng = random.Random(2000 + seed)
    floorplan = grid_building(seed, columns=3, rows=2)
    centre = rng.choice(floorplan.zones).polygon.representative_point()
    danger = threat(centre.x, centre.y, speed_mps=rng.choice([1.2, 2.0]))
    made = plan(compile_floorplan(floorplan), PlanRequest(threats=[danger], reaction_s=0.0, margin_s=0.0, now=NOW))
    pursuer = Pursuer(floorplan, [centre])
    for route in made.routes:
        if route.status not in SAFE or route.latest_departure_s is None:
            continue
        door = floorplan.opening_by_id[route.legs[0].opening_ids[0]].line.interpolate(0.5, normalized=True)
        polygon = floorplan.zone_by_id[route.zone_id].polygon
        anywhere = [place for place in scattered(polygon, rng) if polygon.covers(place)]
        last_s = float(Pursuer(floorplan, [door]).metres_to_each(anywhere).max()) / ADULT.level_mps
        visited = [sample for leg in route.legs for sample in samples(leg)]
        door_s = next(at_s for place, at_s in visited if place.distance(door) < 1e-6)
        rest = [(place, last_s + at_s - door_s) for place, at_s in visited if at_s >= door_s]
        chased_s = pursuer.metres_to_each([place for place, _ in rest]) / danger.speed_mps
        ahead = (chased_s - route.latest_departure_s - np.array([at_s for _, at_s in rest])).min()
        assert ahead >= -1e-3, (seed, route.zone_id, ahead)


def scattered(polygon: Polygon, rng: random.Random) -> list[Point]:
    """The corners of a polygon, and places here and there in its box."""
    west, south, east, north = polygon.bounds
    corners = [Point(xy) for ring in (polygon.exterior, *polygon.interiors) for xy in ring.coords]
    return corners + [Point(rng.uniform(west, east), rng.uniform(south, north)) for _ in range(200)]


@pytest.mark.parametrize("seed", range(6))
def test_arrivals_of_the_threat_at_doors_are_never_later_than_the_pursuers(seed: int) -> None:
    floorplan = grid_building(seed)
    compiled = compile_floorplan(floorplan)
    zone = random.Random(seed).choice(floorplan.zones)
    centre = zone.polygon.representative_point()
    arrivals = threat_arrivals(compiled, [(locate(compiled, threat(centre.x, centre.y)), 0.0, 1.0)])
    pursuer = Pursuer(floorplan, [centre])
    for node, arrival in zip(compiled.nodes, arrivals.nodes, strict=True):
        opening = next(o for o in floorplan.openings if node.endswith(str(o.id)))
        exact = pursuer.metres_to([Point(xy) for xy in opening.line.segmentize(0.1).coords])
        assert arrival <= exact + 1e-6
        # Wall thickness and the steps from door to door are left out, no more than that.
        assert arrival >= 0.6 * exact - 1.0


def test_the_oracle_itself_finds_a_pursuer_who_is_first_when_people_leave_too_late() -> None:
    """Guards against a test that can never fail: leaving ten seconds late, somebody is met."""
    floorplan = grid_building(3)
    zone = floorplan.zones[0]
    centre = zone.polygon.representative_point()
    danger = threat(centre.x, centre.y, speed_mps=1.2)
    made = plan(compile_floorplan(floorplan), PlanRequest(threats=[danger], reaction_s=0.0, margin_s=0.0, now=NOW))
    pursuer = Pursuer(floorplan, [centre])
    late = [
        narrowest(route, pursuer, route.latest_departure_s + 10, 1.2)
        for route in made.routes
        if route.status in SAFE and route.latest_departure_s is not None
    ]
    assert late
    assert min(late) < 0
