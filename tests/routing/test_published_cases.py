"""The published verification cases that a planner can be held to, each with its source."""

import pytest

from geo_server.routing.compiled import compile_floorplan
from geo_server.routing.profiles import Profile
from tests.routing.planning import AT_1, make, route_of, two_levels
from tests.routing.plans import closure, corridor_40m, two_exits, uid


def test_rimea_1_forty_metres_at_1_33_take_between_26_and_34_seconds() -> None:
    """RiMEA guideline, test 1: corridor 2 x 40 m, one person at 1.33 m/s."""
    made = make(corridor_40m(), profile=Profile("RiMEA 1", 1.33, 0.0, 0.0, 0.0, "RiMEA, test 1"))
    seconds = route_of(made, "corridor").time_s
    assert seconds is not None
    assert 26 <= seconds <= 34


def test_imo_1_forty_metres_at_1_metre_a_second_take_forty_seconds() -> None:
    """IMO MSC.1/Circ.1238, annex 3, test 1. The start is a corner: the way to the middle of the exit is 12.5 mm longer,
    and with clearance a little more."""
    assert route_of(make(corridor_40m()), "corridor").time_s == pytest.approx(40.0, abs=0.2)


def test_rimea_2_and_3_stairs_are_walked_along_their_slope_up_and_down() -> None:
    """RiMEA guideline, tests 2 and 3: a stair of 10 m along its slope; here 0.5 m/s up and 0.65 m/s down."""
    compiled = compile_floorplan(two_levels())
    seconds = compiled.occupant_s(AT_1)
    times = {
        compiled.nodes[t].partition(":")[0]: s
        for t, h, s in zip(compiled.tails, compiled.heads, seconds, strict=True)
        if compiled.subjects[t] == compiled.subjects[h]
    }
    assert times == pytest.approx({"foot": 10 / 0.5, "head": 10 / 0.65})


def test_nist_4_1_a_closed_exit_sends_people_to_the_other() -> None:
    """NIST TN 1822, test 4.1: dynamic availability of exits."""
    floorplan = two_exits()
    before, after = make(floorplan), make(floorplan, closures=[closure("west")])
    assert route_of(before, "room").exit_id == uid("west")
    moved = route_of(after, "room")
    assert moved.exit_id == uid("east")
    assert [(a.exit_id, a.reason) for a in moved.avoided] == [(uid("west"), "closed")]
