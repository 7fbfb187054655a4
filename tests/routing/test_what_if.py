"""What-if: what is lost, what it hangs on, and who is worst off; every figure that of the planner."""

from dataclasses import replace

import pytest

from geo_server.domain.places import Floorplan, ZoneCategory
from geo_server.domain.routes import RouteStatus
from geo_server.domain.what_if import Subject, WhatIf
from geo_server.routing.compiled import compile_floorplan
from geo_server.routing.plan import plan
from geo_server.routing.request import PlanRequest
from geo_server.routing.what_if import what_if
from tests.routing.planning import AT_1, two_levels
from tests.routing.plans import NOW, Sketch, closure, grid_building, threat, two_exits, uid

ASKED = PlanRequest(profile=AT_1, now=NOW)


def ask(floorplan: Floorplan, *closed: str) -> WhatIf:
    return what_if(compile_floorplan(floorplan), replace(ASKED, closures=[closure(name) for name in closed]))


def wing() -> Floorplan:
    """A hall with two exits, and behind one door a wing of a corridor with three rooms on it."""
    sketch = Sketch()
    sketch.zone("hall", (0, 0, 20, 3), category=ZoneCategory.CORRIDOR)
    sketch.zone("wing", (20, 0, 40, 3), category=ZoneCategory.CORRIDOR)
    sketch.zone("office", (0, 3, 5, 8))
    for k in range(3):
        sketch.zone(f"10{k}", (21 + 6 * k, 3, 27 + 6 * k, 8))
        sketch.door(f"door 10{k}", [(22 + 6 * k, 3), (23 + 6 * k, 3)], (f"10{k}", "wing"))
    sketch.door("office door", [(1, 3), (2, 3)], ("office", "hall"))
    sketch.door("fire door", [(20, 1), (20, 2)], ("hall", "wing"))
    sketch.door("front", [(0, 1), (0, 2)], ("hall", None), out=True, number="1")
    sketch.door("back", [(10, 0), (11, 0)], ("hall", None), out=True, number="2")
    return sketch.build()


def test_a_wing_behind_one_door_hangs_on_it() -> None:
    answer = ask(wing())
    rooms = {uid(f"10{k}") for k in range(3)}
    first = next(choke for choke in answer.chokes if choke.subject is not Subject.ZONE)
    assert (first.subject_id, set(first.zone_ids)) == (uid("fire door"), rooms | {uid("wing")})
    by_zone = {outlook.zone_id: outlook for outlook in answer.outlooks}
    assert by_zone[uid("100")].choke_ids == (uid("door 100"), uid("fire door"))
    assert by_zone[uid("100")].chokes_beyond == (uid("fire door"),)
    assert (by_zone[uid("office")].independent_ways, by_zone[uid("office")].chokes_beyond) == (1, ())
    assert (by_zone[uid("hall")].independent_ways, by_zone[uid("hall")].doors) == (2, 4)
    assert "Without the door between hall and wing, 3 zones would have no way out: room 100, room 101, room 102." in (
        answer.words
    )
    assert "1 zone has one door only, and from there two independent ways out." in " ".join(answer.words)


def test_a_closed_door_names_who_loses_the_way_out() -> None:
    answer = ask(wing(), "fire door")
    assert "3 zones have lost the way out there usually is: room 100, room 101, room 102." in answer.words
    assert [o.route.status for o in answer.outlooks[:4]] == [RouteStatus.UNREACHABLE] * 4
    assert {o.independent_ways for o in answer.outlooks[:4]} == {0}
    assert all(o.usual_time_s is not None for o in answer.outlooks)


def test_a_closed_exit_names_who_needs_longer_and_by_how_much() -> None:
    """The room's door is 22 m from the west exit and 38 m from the east one, at 1 m/s."""
    answer = ask(two_exits(), "west")
    assert any(sentence.startswith("1 zone needs longer than usual, room by 1") for sentence in answer.words)
    (room,) = [o for o in answer.outlooks if o.zone_id == uid("room")]
    assert room.route.time_s is not None
    assert room.usual_time_s is not None
    assert room.route.time_s - room.usual_time_s == pytest.approx(16, abs=0.1)


def test_stairs_are_named_as_what_an_upper_level_hangs_on() -> None:
    answer = ask(two_levels())
    stairs = next(choke for choke in answer.chokes if choke.subject is Subject.TRANSITION)
    assert stairs.name == "the stairs from hall to upper hall"
    assert set(stairs.zone_ids) == {uid("attic"), uid("upper hall")}


@pytest.mark.parametrize("seed", range(4))
def test_its_routes_are_those_of_the_plan_and_the_worst_come_first(seed: int) -> None:
    compiled = compile_floorplan(grid_building(seed))
    request = replace(ASKED, threats=[threat(9, 3, speed_mps=1.5)])
    answer, made = what_if(compiled, request), plan(compiled, request)
    assert answer.plan == made
    assert sorted((o.route for o in answer.outlooks), key=lambda r: str(r.zone_id)) == list(made.routes)
    without = [o.route.margin_s for o in answer.outlooks if o.route.status is RouteStatus.NO_GUARANTEED_ROUTE]
    assert without == sorted(margin for margin in without if margin is not None)
    ranks = ["unreachable", "no_guaranteed_route", "safe_detour", "safe_shortest"]
    statuses = [ranks.index(o.route.status) for o in answer.outlooks]
    assert statuses == sorted(statuses)
    if without:
        assert any("no guaranteed way out" in sentence for sentence in answer.words)


def test_with_people_it_says_what_each_exit_has_to_let_through_and_how_much_later_all_are_out() -> None:
    """60 people through one door of 0.6 m of effective width take 77 s; through two, half of it."""
    people = {uid(name): 20 for name in ("100", "101", "102")}
    usual, shut = (
        what_if(compile_floorplan(wing()), replace(ASKED, people=people, closures=[closure(name) for name in names]))
        for names in ((), ("back",))
    )
    assert shut.plan.egress is not None
    assert usual.plan.egress is not None
    assert usual.usual_clearance_s == shut.usual_clearance_s == usual.plan.egress.clearance_s
    assert [(load.exit_id, load.people) for load in shut.plan.egress.exits] == [(uid("front"), 60)]
    assert {o.exits for o in usual.outlooks} == {2}
    assert {o.exits for o in shut.outlooks} == {1}
    said = " ".join(shut.words)
    assert "4 zones can come to one exit only" in said
    assert "60 people: the last is out after" in said
    assert "later than usual." in said
    assert "Exits, the last to be clear first: exit 1 60 people, clear after" in said
    stuck = replace(ASKED, people={uid("100"): 40, uid("office"): 20}, closures=[closure("fire door")])
    assert any("40 of them have no way out" in one for one in what_if(compile_floorplan(wing()), stuck).words)


def test_a_floorplan_without_zones_where_people_stay_says_so() -> None:
    sketch = Sketch()
    sketch.zone("hall", (0, 0, 20, 3), category=ZoneCategory.CORRIDOR)
    answer = ask(sketch.build())
    assert answer.words == ("No zone is one where people stay.",)
    assert [o.independent_ways for o in answer.outlooks] == [0]
