"""What is asked of the planner and cannot be is refused, or flagged, by name."""

from dataclasses import replace
from datetime import datetime

import pytest

from geo_server.domain.errors import InvalidInput
from geo_server.domain.routes import RouteStatus
from geo_server.routing.compiled import compile_floorplan
from geo_server.routing.profiles import PROFILES, find_profile
from tests.routing.planning import make, route_of
from tests.routing.plans import Sketch, closure, two_exits, uid


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"margin_s": float("nan")}, "margin_s is nan"),
        ({"reaction_s": -1.0}, "reaction_s is -1"),
        ({"now": datetime(2026, 3, 2)}, "no time zone"),  # noqa: DTZ001 - the fault that is tested
        ({"closures": [closure("no such door")]}, "cannot be closed"),
    ],
)
def test_a_request_that_cannot_be_planned_is_refused(wanted: dict[str, object], words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        make(two_exits(), **wanted)


def test_zones_that_overlap_are_refused_by_name() -> None:
    sketch = Sketch()
    sketch.zone("library", (0, 0, 5, 5))
    sketch.zone("archive", (3, 0, 8, 5))
    with pytest.raises(InvalidInput, match=r"library .* and archive .* overlap"):
        compile_floorplan(sketch.build())


def test_an_opening_far_from_its_zone_is_flagged_and_not_used_by_people() -> None:
    sketch = Sketch()
    sketch.zone("room", (0, 0, 5, 5))
    sketch.door("lost", [(50, 1), (50, 2)], ("room", None), out=True)
    made = make(sketch.build())
    assert route_of(made, "room").status is RouteStatus.UNREACHABLE
    assert any("too far from zone room" in str(flag) for flag in made.assumptions["flags"])  # type: ignore[attr-defined]


def test_a_zone_without_doors_and_a_floorplan_without_exits_are_flagged_by_name() -> None:
    sketch = Sketch()
    sketch.zone("hall", (0, 0, 10, 4))
    sketch.zone("shut", (0, 5, 4, 9))
    shut = f"Zone shut ({uid('shut')}) has no way out."
    sketch.door("exit", [(0, 1), (0, 2)], ("hall", None), out=True)
    made = make(sketch.build())
    assert made.assumptions["flags"] == [shut]
    assert route_of(made, "shut").status is RouteStatus.UNREACHABLE
    no_exit = replace(sketch.build(), openings=())
    assert "No opening of the floorplan is marked as an exit." in make(no_exit).assumptions["flags"]  # type: ignore[operator]


def test_an_unknown_profile_is_refused_with_the_names_of_those_there_are() -> None:
    with pytest.raises(InvalidInput, match="pilot") as refused:
        find_profile("pilot")
    assert "wheelchair" in str(refused.value)


def test_every_profile_says_where_its_figures_come_from() -> None:
    assert all(profile.source for profile in PROFILES.values())
