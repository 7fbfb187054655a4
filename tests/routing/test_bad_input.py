"""What a floorplan says that cannot be is refused by name, or flagged and taken on the safe side: never a wrong route."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
import shapely
from shapely import LineString, MultiPolygon, Point, Polygon, box

from geo_server.domain.errors import InvalidInput
from geo_server.domain.places import AssemblyPoint, Floorplan, Level, TransitionCategory, Wall, ZoneCategory
from geo_server.routing.compiled import compile_floorplan
from tests.routing.planning import AT_1, make, route_of, two_levels
from tests.routing.plans import Sketch, threat, uid

NAN = math.nan


def with_point() -> Floorplan:
    """Two levels with stairs, an exit, a wall and an assembly point."""
    plan = two_levels()
    wall = Wall(uid("wall"), uid("L0"), LineString([(-5, 0), (-5, 4)]))
    return replace(plan, walls=(wall,), assembly_points=(AssemblyPoint(uid("point"), Point(-9, 1), "Field"),))


def zone(plan: Floorplan, name: str, **changed: object) -> Floorplan:
    return replace(plan, zones=tuple(replace(z, **changed) if z.id == uid(name) else z for z in plan.zones))  # type: ignore[arg-type]


def opening(plan: Floorplan, name: str, **changed: object) -> Floorplan:
    return replace(plan, openings=tuple(replace(o, **changed) if o.id == uid(name) else o for o in plan.openings))  # type: ignore[arg-type]


def stairs(plan: Floorplan, **changed: object) -> Floorplan:
    return replace(plan, transitions=tuple(replace(t, **changed) for t in plan.transitions))  # type: ignore[arg-type]


def to_the_east(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(xy + np.array([100.0, 0.0]), dtype=np.float64)


HOLE_OUTSIDE = Polygon(box(0, 2, 4, 6).exterior, [box(10, 10, 11, 11).exterior])
BROKEN: dict[str, tuple[Callable[[Floorplan], Floorplan], str]] = {
    "a hole outside its shell": (lambda plan: zone(plan, "attic", polygon=HOLE_OUTSIDE), "attic"),
    "edges that cross": (
        lambda plan: zone(plan, "attic", polygon=Polygon([(0, 2), (4, 6), (4, 2), (0, 6)])),
        "attic",
    ),
    "a vertex that is not a number": (
        lambda plan: zone(plan, "attic", polygon=Polygon([(0, 2), (4, 2), (NAN, NAN), (4, 6), (0, 6)])),
        "attic",
    ),
    "no area": (lambda plan: zone(plan, "attic", polygon=Polygon([(0, 2), (4, 2), (2, 2)])), "attic"),
    "one zone on both sides": (
        lambda plan: opening(plan, "attic door", zones=(uid("attic"), uid("attic"))),
        "attic door",
    ),
    "an exit into a room": (lambda plan: opening(plan, "attic door", exit=True), "attic door"),
    "a door on another level than its zones": (
        lambda plan: opening(plan, "attic door", level_id=uid("L0")),
        "attic door",
    ),
    "a door from level to level": (
        lambda plan: opening(plan, "attic door", zones=(uid("attic"), uid("hall"))),
        "attic door",
    ),
    "a line with a vertex that is not a number": (
        lambda plan: opening(plan, "exit", line=LineString([(0, 0.5), (NAN, NAN), (0, 1.5)])),
        "exit",
    ),
    "an empty line": (lambda plan: opening(plan, "exit", line=LineString()), "exit"),
    "a negative width": (lambda plan: opening(plan, "exit", width_m=-0.9), "exit"),
    "a width that is not a number": (lambda plan: opening(plan, "exit", width_m=NAN), "exit"),
    "a lock for ever": (lambda plan: opening(plan, "exit", lock_delay_s=math.inf), "exit"),
    "stairs of no length": (lambda plan: stairs(plan, length_m=0.0), "stairs"),
    "stairs of a length that is not a number": (lambda plan: stairs(plan, length_m=NAN), "stairs"),
    "stairs with negative steps": (lambda plan: stairs(plan, riser_m=-0.17, tread_m=0.3), "stairs"),
    "stairs from a zone to itself": (lambda plan: stairs(plan, zones=(uid("hall"), uid("hall"))), "stairs"),
    "stairs that go down from their foot": (
        lambda plan: stairs(plan, zones=(uid("upper hall"), uid("hall")), level_id=uid("L1")),
        "stairs",
    ),
    "stairs on another level than their foot": (lambda plan: stairs(plan, level_id=uid("L1")), "stairs"),
    "a level shifted to no place": (
        lambda plan: replace(plan, levels=tuple(replace(one, shift_m=(NAN, 0.0)) for one in plan.levels)),
        "L0",
    ),
    "an outline at no place": (
        lambda plan: replace(plan, outlines={uid("L1"): MultiPolygon([Polygon([(0, 0), (NAN, 1), (1, 1)])])}),
        "L1",
    ),
    "a wall at no place": (
        lambda plan: replace(plan, walls=(replace(plan.walls[0], line=LineString([(0, 0), (NAN, 4)])),)),
        "wall",
    ),
    "a wall of negative thickness": (
        lambda plan: replace(plan, walls=(replace(plan.walls[0], thickness_m=-1),)),
        "wall",
    ),
    "an assembly point at no place": (
        lambda plan: replace(plan, assembly_points=(AssemblyPoint(uid("point"), Point(NAN, 1), "Field"),)),
        "point",
    ),
    "an id given twice": (lambda plan: opening(plan, "exit", id=uid("hall")), "hall"),
    "two assembly points of one id": (
        lambda plan: replace(plan, assembly_points=(*plan.assembly_points, *plan.assembly_points)),
        "point",
    ),
}


def test_the_floorplan_itself_is_sound() -> None:
    assert compile_floorplan(with_point()).ways.flags == ()


@pytest.mark.parametrize("what", BROKEN)
def test_what_cannot_be_is_refused_with_its_name(what: str) -> None:
    broken, name = BROKEN[what]
    with np.errstate(invalid="ignore"):
        wrong = broken(with_point())
    with pytest.raises(InvalidInput, match=str(uid(name))):
        compile_floorplan(wrong)


def test_stairs_that_are_said_to_be_shorter_than_their_line_are_flagged_and_taken_on_the_safe_side() -> None:
    # Six metres as drawn; whoever walks two is given the time for six, and a threat that for two.
    short = stairs(with_point(), length_m=2.0)
    compiled = compile_floorplan(short)
    (flag,) = compiled.ways.flags
    assert flag.startswith(f"Transition {uid('stairs')} is 2 m long, but 6.0 m as drawn")
    told = compiled.graph.edges[f"head:{uid('stairs')}", f"foot:{uid('stairs')}", str(uid("stairs"))]
    assert (told["occupant_m"], told["threat_m"]) == (6.0, 2.0)


def test_of_levels_drawn_side_by_side_the_line_of_stairs_is_measured_as_they_lie_over_each_other() -> None:
    plan = with_point()
    apart = replace(
        plan,
        levels=(plan.levels[0], replace(plan.levels[1], shift_m=(-100.0, 0.0))),
        zones=tuple(
            replace(z, polygon=shapely.transform(z.polygon, to_the_east)) if z.level_id == uid("L1") else z
            for z in plan.zones
        ),
        openings=tuple(
            replace(o, line=shapely.transform(o.line, to_the_east)) if o.level_id == uid("L1") else o
            for o in plan.openings
        ),
        transitions=tuple(replace(t, geometry=LineString([(18, 1), (112, 1)])) for t in plan.transitions),
    )
    assert compile_floorplan(apart).ways.flags == ()
    assert route_of(make(apart), "attic").time_s == pytest.approx(route_of(make(plan), "attic").time_s)


def test_steps_within_one_level_are_flagged_and_take_the_time_that_they_take_up_either_way() -> None:
    sketch = Sketch()
    sketch.zone("dais", (0, 0, 5, 5))
    sketch.zone("hall", (6, 0, 15, 5), category=ZoneCategory.CORRIDOR)
    sketch.door("exit", [(15, 1), (15, 2)], ("hall", None), out=True)
    sketch.stairs("steps", [(5, 2), (6, 2)], ("hall", "dais"), 3.0, TransitionCategory.STAIRS)
    compiled = compile_floorplan(sketch.build())
    assert [flag.partition(": ")[0] for flag in compiled.ways.flags] == [
        f"Transition {uid('steps')} joins two zones of one ordinal"
    ]
    seconds = compiled.occupant_s(AT_1)
    steps = [k for k, key in enumerate(compiled.keys) if key == str(uid("steps"))]
    assert seconds[steps].tolist() == [3.0 / AT_1.stairs_up_mps] * 2


def test_a_door_far_from_its_zone_is_flagged_and_nobody_is_sent_through_it_but_a_threat_may_come() -> None:
    far = opening(with_point(), "exit", line=LineString([(-4, 0.5), (-4, 1.5)]))
    made = make(far, threat(30, 1, radius_m=0.5, speed_mps=1.0))
    assert route_of(made, "hall").exit_id is None
    flags = made.assumptions["flags"]
    assert isinstance(flags, list)
    assert any(str(uid("exit")) in flag and "too far from zone hall" in flag for flag in flags)


def test_a_door_between_buildings_may_join_levels_of_other_ordinals() -> None:
    """On a slope the ground level of one building is the first of its neighbour."""
    plan = with_point()
    beside = Level(uid("beside"), uid("another building"), 0, "Beside")
    annex = replace(plan.zones[0], id=uid("annex"), level_id=beside.id, polygon=box(20, 0, 30, 2), name="annex")
    door = replace(plan.openings[0], id=uid("bridge"), level_id=uid("L1"), line=LineString([(20, 0.5), (20, 1.5)]))
    joined = replace(
        plan,
        levels=(*plan.levels, beside),
        zones=(*plan.zones, annex),
        openings=(*plan.openings, replace(door, zones=(uid("upper hall"), uid("annex")), exit=False)),
    )
    assert route_of(make(joined), "annex").exit_id == uid("exit")
