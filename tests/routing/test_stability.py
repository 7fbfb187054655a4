"""Ways that stay as they were: while they are safe, and as long as nothing much shorter is."""

import random
from dataclasses import replace
from uuid import UUID

import pytest

from geo_server.domain.places import Floorplan, ZoneCategory
from geo_server.domain.routes import EvacuationPlan, Route, RouteStatus
from geo_server.routing.compiled import compile_floorplan
from geo_server.routing.plan import plan
from geo_server.routing.profiles import ADULT
from geo_server.routing.request import PlanRequest
from geo_server.routing.stability import GAIN
from tests.routing.campuses import two_storey_campus
from tests.routing.planning import make, route_of, two_levels
from tests.routing.plans import NOW, SAFE, Sketch, closure, grid_building, threat, uid
from tests.routing.pursuer import Pursuer
from tests.routing.test_soundness import narrowest


def passed(route: Route) -> list[UUID]:
    return [
        subject
        for leg in route.legs
        for subject in (*leg.opening_ids, *([leg.transition_id] if leg.transition_id else ()))
    ]


def previous(made: EvacuationPlan) -> dict[UUID, list[UUID]]:
    return {route.zone_id: passed(route) for route in made.routes if route.status in SAFE}


def corridor(west_m: float, east_m: float) -> Floorplan:
    """A room on a corridor with an exit so many metres to the west of its door and to the east."""
    sketch = Sketch()
    sketch.zone("corridor", (-west_m, 0, east_m, 2), category=ZoneCategory.CORRIDOR)
    sketch.zone("room", (-2, 2, 2, 3))
    sketch.door("room door", [(-0.5, 2), (0.5, 2)], ("room", "corridor"))
    sketch.door("west", [(-west_m, 0.5), (-west_m, 1.5)], ("corridor", None), out=True, number="W")
    sketch.door("east", [(east_m, 0.5), (east_m, 1.5)], ("corridor", None), out=True, number="E")
    return sketch.build()


def test_a_little_longer_way_is_kept_and_says_why() -> None:
    floorplan = corridor(28, 30)
    sent_east = previous(make(floorplan, closures=[closure("west")]))
    route = route_of(make(floorplan, previous=sent_east), "room")
    assert (route.exit_id, route.status) == (uid("east"), RouteStatus.SAFE_DETOUR)
    assert [(a.exit_id, a.reason) for a in route.avoided] == [(uid("west"), "kept")]
    assert "too little to send people another way" in route.avoided[0].words
    assert route_of(make(floorplan), "room").exit_id == uid("west")


def test_a_way_is_changed_for_one_that_is_much_shorter() -> None:
    floorplan = corridor(15, 30)
    sent_east = previous(make(floorplan, closures=[closure("west")]))
    assert route_of(make(floorplan, previous=sent_east), "room").exit_id == uid("west")


def test_a_way_that_became_unsafe_or_was_closed_is_left() -> None:
    floorplan = corridor(28, 30)
    sent_east = previous(make(floorplan, closures=[closure("west")]))
    chased = route_of(make(floorplan, threat(20, 1, speed_mps=1.0), previous=sent_east), "room")
    assert (chased.exit_id, chased.status in SAFE) == (uid("west"), True)
    closed = make(floorplan, closures=[closure("east")], previous=sent_east)
    assert route_of(closed, "room").exit_id == uid("west")


@pytest.mark.parametrize(
    "words",
    [["room door", "east", "west"], ["nowhere"], [], ["east"], ["room door"], ["room door", "room door", "east"]],
)
def test_a_former_way_that_is_none_is_disregarded(words: list[str]) -> None:
    floorplan = corridor(28, 30)
    made = make(floorplan, previous={uid("room"): [uid(name) for name in words], uid("gone"): [uid("east")]})
    fresh = make(floorplan)
    kept = route_of(made, "room")
    assert kept.time_s is not None
    assert kept.status in SAFE
    if kept.exit_id != uid("east"):
        assert made.routes == fresh.routes


def test_a_way_over_stairs_is_found_again() -> None:
    made = make(two_levels())
    again = make(two_levels(), previous=previous(made))
    assert again.routes == made.routes
    assert again.parameters_hash != made.parameters_hash


@pytest.mark.parametrize("seed", range(10))
def test_a_kept_way_is_safe_in_space_and_changes_only_where_it_must(seed: int) -> None:
    """Two sightings one after the other; the pursuer of the other tests starts from the second."""
    rng = random.Random(7000 + seed)
    floorplan = grid_building(seed, columns=6, rows=2)
    places = [rng.choice(floorplan.zones).polygon.representative_point() for _ in range(2)]
    compiled = compile_floorplan(floorplan)
    first, second = (
        PlanRequest(threats=[threat(p.x, p.y, speed_mps=1.0)], reaction_s=0.0, margin_s=1.0, now=NOW) for p in places
    )
    before = plan(compiled, first)
    fresh, made = plan(compiled, second), plan(compiled, replace(second, previous=previous(before)))
    pursuer = Pursuer(floorplan, [places[1]])
    for old, new, now in zip(before.routes, fresh.routes, made.routes, strict=True):
        assert (new.status in SAFE) == (now.status in SAFE)
        if now.status in SAFE and now.latest_departure_s is not None:
            assert narrowest(now, pursuer, now.latest_departure_s, 1.0) >= 1.0 - 1e-3
        if old.status not in SAFE or now.status not in SAFE:
            assert now == new
            continue
        assert passed(now) in (passed(old), passed(new))
        if passed(now) == passed(old) != passed(new):
            assert new.time_s is not None
            assert now.time_s is not None
            assert new.time_s >= GAIN * now.time_s - 1e-6


@pytest.mark.parametrize("seed", range(3))
def test_the_same_situation_again_changes_nothing(seed: int) -> None:
    compiled = compile_floorplan(two_storey_campus(seed))
    request = PlanRequest(threats=[threat(9, 3, speed_mps=1.0)], profile=ADULT, now=NOW)
    made = plan(compiled, request)
    again = plan(compiled, replace(request, previous=previous(made)))
    assert again.routes == made.routes
