"""Routes in words: turn by turn for people who walk, one sentence for a radio."""

import math
from collections.abc import Iterator, Sequence
from uuid import UUID

from shapely import LineString

from geo_server.domain.places import Transition, TransitionCategory, Zone
from geo_server.domain.routes import Destination, Onward, RouteStatus
from geo_server.routing.compiled import CompiledFloorplan
from geo_server.routing.courses import Course, once_a_course
from geo_server.routing.edges import KINDS
from geo_server.routing.names import door_words, end_words, exit_words, zone_words
from geo_server.routing.nodes import NodeKind
from geo_server.routing.trails import Trail
from geo_server.routing.visibility import Vertex

STRAIGHT_ON_DEG = 30.0
BACK_DEG = 150.0

TURN_M = 2.5
"""Metres before and behind a door over which a turn is judged: nobody counts the step through the door."""

NO_WAY = {
    Destination.EXITS: "There is no way out of here that can be used.",
    Destination.SHELTER: "There is no way to a shelter from here that can be used.",
    Destination.LOCKABLE: "There is no way from here to a room that can be locked that can be used.",
    Destination.ASSEMBLY_POINTS: "There is no way to an assembly point from here that can be used.",
}
"""Said where there is no way."""

NONE_AHEAD = "Outside, there is no assembly point to which people are sure to be ahead of the threat."
NOT_KNOWN = "Outside, no way to an assembly point is known."

AIMS = {
    Destination.EXITS: "way out",
    Destination.SHELTER: "way to a shelter",
    Destination.LOCKABLE: "way to a room to lock",
    Destination.ASSEMBLY_POINTS: "way to an assembly point",
}
"""What a way is called by where it leads."""


@once_a_course
def turn_by_turn(course: Course) -> tuple[str, ...]:
    """A course as sentences, one a door or flight of stairs."""
    compiled, zone = course.compiled, course.zone
    if compiled.subjects[course.exit] == zone.id:
        return (_stay(course, "Stay in"),)
    if course.edges or not _is_assembly_point(course, 0):
        first = f"Leave {zone_words(zone)} {_through(compiled, course, 0, zone.id)}"
    else:
        first = f"Go to {end_words(compiled.floorplan, compiled.subjects[course.exit])}"
    steps = [f"{first} ({_metres(course.walk.metres)})."]
    steps += _onwards(course)
    if course.edges and KINDS[compiled.kinds[course.edges[-1]]] == "refuge":
        return (*steps, _stay(course, "Go into"))
    return tuple(steps)


def onward_words(whole: Course, avoided: Sequence[UUID]) -> str:
    """What to do outside, as one sentence.

    Args:
        whole: A way to an assembly point; its last piece begins at the exit.
        avoided: Assembly points that are nearer and not to be gone to.
    """
    names = " or ".join(end_words(whole.compiled.floorplan, point_id) for point_id in avoided)
    said = _last_outside(whole)
    return f"{said.rstrip('.')}, not to {names}." if names else said


@once_a_course
def _last_outside(whole: Course) -> str:
    return _outside(whole, len(whole.edges))


def _outside(course: Course, position: int) -> str:
    """The sentence of a piece of a course that leads to an assembly point."""
    compiled, edge = course.compiled, course.edges[position - 1]
    before = _line(compiled, course.edges[position - 2]) if position > 1 else course.walk.line
    end = end_words(compiled.floorplan, compiled.subjects[course.nodes[position]])
    turn = _turn(before, _line(compiled, edge)).replace("keep", "go", 1)
    go = f"go {_metres(float(compiled.occupant_m[edge]))} to {end}"
    return f"Outside, {turn} and {go}." if turn not in {"go on", "go straight on"} else f"Outside, {go}."


def _line(compiled: CompiledFloorplan, edge: int) -> Sequence[Vertex]:
    """The line of an edge; empty for flights."""
    ends = compiled.nodes[compiled.tails[edge]], compiled.nodes[compiled.heads[edge]]
    line: Sequence[Vertex] = compiled.graph.edges[(*ends, compiled.keys[edge])]["line"]
    return line


def _is_assembly_point(course: Course, position: int) -> bool:
    return course.compiled.node_kinds[course.nodes[position]] is NodeKind.ASSEMBLY_POINT


def way_in(course: Course, door: str, zone: Zone) -> tuple[str, ...]:
    """A course from outside to a zone as sentences.

    Args:
        course: Its walk leads over open ground to the door, or has no length.
        door: What the door is called.
        zone: Where it leads.
    """
    steps = [f"Go {_metres(course.walk.metres)} outside to {door}."] if course.walk.metres else []
    return (*steps, f"Enter by {door}.", *_onwards(course), f"That is {zone_words(zone)}.")


def _onwards(course: Course) -> Iterator[str]:
    """The sentences of a course after its first node."""
    compiled = course.compiled
    arriving: Sequence[Vertex] = course.walk.line
    for position, edge in enumerate(course.edges, start=1):
        key, kind = compiled.keys[edge], KINDS[compiled.kinds[edge]]
        if kind == "refuge":
            return
        if _is_assembly_point(course, position):
            yield _outside(course, position)
            return
        if kind != "walk":
            yield _climb(compiled, course.nodes[position], kind, float(compiled.occupant_m[edge]))
            arriving = ()
            continue
        line = _line(compiled, edge)
        passed = compiled.floorplan.zone_by_id[UUID(key)]
        way = _through(compiled, course, position, passed.id)
        length = _metres(float(compiled.occupant_m[edge]))
        yield f"In {zone_words(passed)} {_turn(arriving, line)} and go {length} {way.replace('by', 'to', 1)}."
        arriving = line


def _stay(course: Course, verb: str) -> str:
    """What to do in a refuge."""
    place = zone_words(course.compiled.floorplan.zone_by_id[course.compiled.subjects[course.exit]])
    locks = int(course.compiled.locks[course.edges[-1]]) if course.edges else 0
    if not locks:
        return f"{verb} {place}{' and stay there' if verb != 'Stay in' else ''}."
    return f"{verb} {place}; close and lock {'its door' if locks == 1 else f'all {locks} doors'}."


def radio_sentence(
    compiled: CompiledFloorplan,
    zone: Zone,
    status: RouteStatus,
    trail: Trail | None,
    *,
    to: Destination = Destination.EXITS,
    margin_s: float | None = None,
    latest_s: float | None = None,
    onward: Onward | None = None,
) -> str:
    """One sentence for a radio."""
    who = zone_words(zone)
    who = who[:1].upper() + who[1:]
    if trail is None:
        return f"{who}: no {AIMS[to]}."
    if status is RouteStatus.NO_GUARANTEED_ROUTE:
        first = (
            f"can be first by {-margin_s:.0f} seconds" if margin_s is not None and margin_s < 0 else "can be too close"
        )
        return f"{who}: no guaranteed {AIMS[to]}, the threat {first}."
    until = f", leave within {math.floor(latest_s)} seconds" if latest_s is not None else ""
    by = _passed(trail.course)
    way = end_words(compiled.floorplan, compiled.subjects[trail.exit])
    if compiled.subjects[trail.exit] == zone.id:
        return f"{who}: {_stay(trail.course, 'stay in').rstrip('.')}, {math.ceil(trail.seconds)} seconds{until}."
    go = f"out by {way}" if to is Destination.EXITS else f"{_out_by(trail.course)}to {way}"
    return (
        f"{who}: {go}{by}, {_metres(trail.metres)}, {math.ceil(trail.seconds)} seconds{until}{_then(compiled, onward)}."
    )


def _out_by(course: Course) -> str:
    """The exit that a way to an assembly point leads out by."""
    floorplan = course.compiled.floorplan
    if not _is_assembly_point(course, -1):
        return ""
    passed = [floorplan.opening_by_id.get(course.compiled.subjects[node]) for node in course.nodes]
    out = [opening.id for opening in passed if opening is not None and opening.exit]
    return f"out by {exit_words(floorplan, out[-1])} " if out else ""


def _then(compiled: CompiledFloorplan, onward: Onward | None) -> str:
    if onward is None or onward.assembly_point_id is None or onward.distance_m is None:
        return ""
    return f"; then {_metres(onward.distance_m)} to {end_words(compiled.floorplan, onward.assembly_point_id)}"


@once_a_course
def _passed(course: Course) -> str:
    compiled, zone = course.compiled, course.zone
    names: list[str] = []
    for edge in course.edges:
        if KINDS[compiled.kinds[edge]] == "walk":
            name = zone_words(compiled.floorplan.zone_by_id[UUID(compiled.keys[edge])])
            if name not in names and name != zone_words(zone):
                names.append(name)
    return f" through {' and '.join(names)}" if names else ""


def _through(compiled: CompiledFloorplan, course: Course, position: int, zone_id: UUID) -> str:
    """How a zone is left at a node of a course: ``by`` what."""
    node = course.nodes[position]
    subject = compiled.subjects[node]
    floorplan = compiled.floorplan
    opening = floorplan.opening_by_id.get(subject)
    if opening is None:
        what = _climbed(floorplan.transition_by_id[subject])
        taken = KINDS[compiled.kinds[course.edges[position]]] != "walk"
        return f"by the {what}" if taken else f"past the {what}"
    if opening.exit and (node == course.exit or _is_assembly_point(course, position + 1)):
        return f"by {exit_words(floorplan, subject)}"
    return f"by {door_words(floorplan, opening, zone_id)}"


def _climbed(transition: Transition) -> str:
    return "ramp" if transition.category is TransitionCategory.RAMP or transition.step_free else "stairs"


def _climb(compiled: CompiledFloorplan, node: int, kind: str, metres: float) -> str:
    level = compiled.floorplan.level_by_id[UUID(compiled.graph.nodes[compiled.nodes[node]]["level_id"])]
    up = compiled.node_kinds[node] is NodeKind.HEAD
    what = "ramp" if kind == "ramp" else "stairs"
    return f"Go {'up' if up else 'down'} the {what} to {level.name} ({_metres(metres)})."


def _turn(arriving: Sequence[Vertex], leaving: Sequence[Vertex]) -> str:
    if len(arriving) < 2 or len(leaving) < 2:
        return "go on"
    door = leaving[0]
    behind, ahead = _at(arriving[::-1], TURN_M), _at(leaving, TURN_M)
    angle = math.degrees(math.remainder(_bearing(door, ahead) - _bearing(behind, door), math.tau))
    if abs(angle) < STRAIGHT_ON_DEG:
        return "keep straight on"
    if abs(angle) > BACK_DEG:
        return "turn back"
    return "turn left" if angle > 0 else "turn right"


def _at(line: Sequence[Vertex], metres: float) -> Vertex:
    """The place so far along a line, or its end."""
    place = LineString(line).interpolate(metres)
    return (float(place.x), float(place.y))


def _bearing(a: Vertex, b: Vertex) -> float:
    return math.atan2(b[1] - a[1], b[0] - a[0])


def _metres(metres: float) -> str:
    return f"{math.ceil(metres - 1e-9)} m"
