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
from geo_server.domain.incidents import Threat
from geo_server.domain.places import AssemblyPoint, Floorplan, Level, TransitionCategory, Wall, ZoneCategory
from geo_server.routing.compiled import compile_floorplan
from geo_server.routing.fields import threat_arrivals
from geo_server.routing.threats import locate
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


def threatened_s(plan: Floorplan, danger: Threat, zone_name: str) -> float:
    """Seconds after which a threat can be in a zone at the earliest."""
    compiled = compile_floorplan(plan)
    located = locate(compiled, danger)
    arrivals = threat_arrivals(compiled, [(located, 0.0, danger.speed_mps)]).nodes
    return float(min(arrivals[compiled.zone_nodes[uid(zone_name)]]))


WRONG_WAYS: dict[str, tuple[Callable[[Floorplan], Floorplan], str]] = {
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
    "stairs from a zone to itself": (lambda plan: stairs(plan, zones=(uid("hall"), uid("hall"))), "stairs"),
    "stairs on another level than their foot": (lambda plan: stairs(plan, level_id=uid("L1")), "stairs"),
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


@pytest.mark.parametrize("what", WRONG_WAYS)
def test_a_way_that_contradicts_itself_is_flagged_and_nobody_is_sent_through_it_but_a_threat_may_come(
    what: str,
) -> None:
    """It may be in force from before anybody looked for it: the rest of the campus still has its ways."""
    broken, name = WRONG_WAYS[what]
    compiled = compile_floorplan(broken(with_point()))
    assert any(str(uid(name)) in flag and "Nobody is sent through it" in flag for flag in compiled.ways.flags)
    through = [
        told
        for tail, head, key, told in compiled.graph.edges(keys=True, data=True)
        if str(uid(name)) in tail + head + key
    ]
    assert through
    assert {told["occupant_m"] for told in through} == {math.inf}
    assert all(math.isfinite(told["threat_m"]) for told in through)
    made = make(broken(with_point()), threat(2, 4, ordinal=1, radius_m=0.5, speed_mps=1.0), choices=True)
    assert route_of(made, "hall").exit_id == uid("exit")
    assert route_of(made, "attic").exit_id is None


def test_an_exit_between_two_rooms_is_no_way_out_but_a_way_in_for_a_threat_in_the_open() -> None:
    danger = threat(2, 30, radius_m=0.5, speed_mps=1.0)
    right, wrong = with_point(), opening(with_point(), "attic door", exit=True)
    assert route_of(make(wrong, danger), "attic").exit_id is None
    assert threatened_s(wrong, danger, "attic") == pytest.approx(27.5)
    assert threatened_s(right, danger, "attic") > 28


def test_behind_a_door_with_one_zone_on_both_sides_may_be_whatever_it_is_drawn_at() -> None:
    danger = threat(2, 4, ordinal=1, radius_m=0.5, speed_mps=1.0)
    wrong = opening(with_point(), "attic door", zones=(uid("attic"), uid("attic")))
    assert threatened_s(wrong, danger, "upper hall") == threatened_s(with_point(), danger, "upper hall") < math.inf


def test_on_stairs_that_go_down_from_their_foot_people_are_given_the_time_that_it_takes_up() -> None:
    plan = with_point()
    turned = stairs(
        plan, zones=(uid("upper hall"), uid("hall")), level_id=uid("L1"), geometry=LineString([(12, 1), (18, 1)])
    )
    compiled = compile_floorplan(turned)
    (flag,) = compiled.ways.flags
    assert flag.startswith(f"Transition {uid('stairs')} has")
    assert flag.endswith("either way.")
    seconds = compiled.occupant_s(AT_1)
    both = [k for k, key in enumerate(compiled.keys) if key == str(uid("stairs"))]
    assert seconds[both].tolist() == [10.0 / AT_1.stairs_up_mps] * 2
    assert route_of(make(turned), "attic").exit_id == uid("exit")


def on_a_hillside() -> Floorplan:
    """Level 1 of one building and the main entrance of its neighbour, joined by stairs that lead up to the latter."""
    plan = with_point()
    beside = Level(uid("beside"), uid("another building"), 0, "Beside")
    annex = replace(plan.zones[0], id=uid("annex"), level_id=beside.id, polygon=box(24, 0, 30, 2), name="annex")
    up = replace(
        plan.transitions[0],
        id=uid("steps"),
        level_id=uid("L1"),
        zones=(uid("upper hall"), annex.id),
        geometry=LineString([(20, 1), (24, 1)]),
    )
    return replace(
        plan,
        levels=(*plan.levels, beside),
        zones=(*plan.zones, annex),
        transitions=(*plan.transitions, up),
    )


def test_stairs_between_buildings_lead_up_or_down_whatever_their_ordinals_say() -> None:
    compiled = compile_floorplan(on_a_hillside())
    (flag,) = compiled.ways.flags
    assert flag.startswith(f"Transition {uid('steps')} joins two buildings")
    seconds = compiled.occupant_s(AT_1)
    both = [k for k, key in enumerate(compiled.keys) if key == str(uid("steps"))]
    assert seconds[both].tolist() == [10.0 / AT_1.stairs_up_mps] * 2
    assert route_of(make(on_a_hillside()), "annex").exit_id == uid("exit")


def test_an_elevator_within_one_level_or_between_buildings_is_no_flag_because_nobody_is_sent_by_it() -> None:
    plan = on_a_hillside()
    lifts = tuple(replace(way, category=TransitionCategory.ELEVATOR) for way in plan.transitions)
    assert not any("nobody says" in flag for flag in compile_floorplan(replace(plan, transitions=lifts)).ways.flags)


def test_a_door_of_another_level_is_where_it_is_drawn_when_levels_lie_side_by_side() -> None:
    """The door stands in the hall's drawing, the rooms that it joins lie 100 m east: a threat comes straight through."""
    plan = opening(with_point(), "attic door", level_id=uid("L0"))
    apart = replace(
        plan,
        levels=(plan.levels[0], replace(plan.levels[1], shift_m=(-100.0, 0.0))),
        zones=tuple(
            replace(z, polygon=shapely.transform(z.polygon, to_the_east)) if z.level_id == uid("L1") else z
            for z in plan.zones
        ),
        transitions=tuple(replace(t, geometry=LineString([(18, 1), (112, 1)])) for t in plan.transitions),
    )
    ways = [compile_floorplan(one).ways.graph for one in (plan, apart)]
    near, far = (
        graph.edges[f"opening:{uid('attic door')}", f"head:{uid('stairs')}", str(uid("upper hall"))]["threat_m"]
        for graph in ways
    )
    assert far == pytest.approx(near)


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
    (flag,) = compiled.ways.flags
    assert flag.startswith(f"Transition {uid('steps')} joins two zones of one ordinal")
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
