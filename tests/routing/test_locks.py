"""Doors that are propped open and locks that are broken, as people found them."""

from dataclasses import replace

import pytest

from geo_server.domain.entries import EntryMode
from geo_server.domain.places import ZoneCategory
from geo_server.domain.routes import Destination, EvacuationPlan, RouteStatus
from geo_server.routing.compiled import compile_floorplan
from geo_server.routing.digest import floorplan_digest
from geo_server.routing.entries import find_entries
from geo_server.routing.fields import threat_arrivals
from geo_server.routing.plan import plan
from geo_server.routing.request import PlanRequest
from geo_server.routing.threats import locate
from tests.routing.planning import make, route_of
from tests.routing.plans import NOW, SAFE, Sketch, grid_building, threat, uid
from tests.routing.test_refuges import hall_with_rooms


def told(made: EvacuationPlan) -> tuple[object, ...]:
    return made.routes, made.reach, made.egress


@pytest.mark.parametrize("seed", range(4))
def test_a_propped_door_holds_a_threat_as_little_as_one_without_a_lock(seed: int) -> None:
    """Against the same floorplan drawn without those locks, and compiled from the start."""
    grid = grid_building(seed)
    halls = {zone.id for zone in grid.zones[::2]}
    corridor = ZoneCategory.CORRIDOR
    bare = replace(grid, zones=tuple(replace(z, category=corridor) if z.id in halls else z for z in grid.zones))
    rated = replace(bare, openings=tuple(replace(o, lock_delay_s=60.0) for o in bare.openings))
    weak = frozenset(o.id for o in rated.openings[::2])
    drawn = replace(rated, openings=tuple(replace(o, lock_delay_s=0.0) if o.id in weak else o for o in rated.openings))
    request = PlanRequest([threat(3, 3)], reaction_s=0.0, margin_s=0.0, now=NOW)
    compiled, as_drawn = compile_floorplan(rated), compile_floorplan(drawn)
    expected = told(plan(as_drawn, request))
    for faults in ({"propped": weak}, {"lock_broken": weak}):
        assert told(plan(compiled, replace(request, **faults))) == expected  # type: ignore[arg-type]
    assert told(plan(compiled, request)) != expected
    assert told(plan(compiled, replace(request, propped=frozenset({uid("gone from the map")})))) == told(
        plan(compiled, request)
    )
    ways_in = [
        find_entries(one, asked, rated.zones[-1].id, EntryMode.AVOID).entries
        for one, asked in ((compiled, replace(request, propped=weak)), (as_drawn, request))
    ]
    assert ways_in[0] == ways_in[1]


CORRIDOR, STAIRS, ROOM = ZoneCategory.CORRIDOR, ZoneCategory.STAIRS, ZoneCategory.ROOM
UNKNOWN, YARD = ZoneCategory.UNSPECIFIED, ZoneCategory.OUTDOOR
FACED = {(CORRIDOR, ROOM), (STAIRS, ROOM), (YARD, ROOM), (YARD, CORRIDOR), (YARD, STAIRS), (YARD, UNKNOWN)}


@pytest.mark.parametrize("into", [ROOM, CORRIDOR, STAIRS, UNKNOWN, YARD])
@pytest.mark.parametrize("out_of", [ROOM, CORRIDOR, STAIRS, UNKNOWN, YARD])
def test_a_rated_lock_holds_a_threat_only_where_it_surely_faces_it(out_of: ZoneCategory, into: ZoneCategory) -> None:
    """From the first of three zones in a row, 1 m/s, through a rated door into the second, and on to the third."""
    sketch = Sketch()
    for name, x, category in (("first", 0, out_of), ("second", 10, into), ("third", 20, ROOM)):
        sketch.zone(name, (x, 0, x + 10, 4), category=category)
    sketch.door("rated", [(10, 1), (10, 2)], ("first", "second"), lock_delay_s=100.0)
    sketch.door("on", [(20, 1), (20, 2)], ("second", "third"))
    compiled = compile_floorplan(sketch.build())
    arrivals = threat_arrivals(compiled, [(locate(compiled, threat(5, 1.5, speed_mps=1.0)), 0.0, 1.0)])
    there_s = dict(zip(compiled.nodes, arrivals.nodes.tolist(), strict=True))
    assert there_s[f"opening:{uid('rated')}"] == pytest.approx(5.0)
    held_s = there_s[f"opening:{uid('on')}"] - 15.0
    assert held_s == pytest.approx(100.0 if (out_of, into) in FACED else 0.0)


def test_a_room_whose_lock_is_broken_is_no_place_to_hide_and_one_whose_door_was_propped_still_is() -> None:
    to = Destination.LOCKABLE
    usual = route_of(make(hall_with_rooms(), to=to), "open")
    assert (usual.status, usual.exit_id) == (RouteStatus.SAFE_SHORTEST, uid("middle"))
    for subject in ("middle door", "middle"):
        made = make(hall_with_rooms(), to=to, lock_broken=frozenset({uid(subject)}))
        assert route_of(made, "open").exit_id == uid("far")
        assert made.assumptions["lock_broken"] == [str(uid(subject))]
        assert ["Zone middle" in flag for flag in made.assumptions["lock_flags"]] == [True]  # type: ignore[attr-defined]
        assert made.assumptions["floorplan_sha256"] == floorplan_digest(hall_with_rooms()), "that of the map"
    assert route_of(make(hall_with_rooms(), to=to, propped=frozenset({uid("middle door")})), "open") == usual


def test_a_shelter_whose_lock_is_broken_is_nobodys_safe_way_once_a_threat_can_come_there() -> None:
    danger, to = threat(1, 1, speed_mps=1.0), Destination.SHELTER
    assert route_of(make(hall_with_rooms(), danger, to=to), "far").status in SAFE
    broken = make(hall_with_rooms(), danger, to=to, lock_broken=frozenset({uid("far door")}))
    assert {route.status for route in broken.routes} == {RouteStatus.NO_GUARANTEED_ROUTE}
