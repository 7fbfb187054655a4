"""Routes in words: turn by turn for people who walk, one sentence for a radio."""

import math
from collections.abc import Iterator, Sequence
from uuid import UUID

from shapely import LineString

from geo_server.domain.places import (
    AssemblyPoint,
    Floorplan,
    Opening,
    Transition,
    TransitionCategory,
    Zone,
    ZoneCategory,
)
from geo_server.domain.routes import Destination, RouteStatus
from geo_server.routing.compiled import KINDS, CompiledFloorplan
from geo_server.routing.courses import Course, once_a_course
from geo_server.routing.graph import ground_line
from geo_server.routing.trails import Trail
from geo_server.routing.visibility import Vertex

STRAIGHT_ON_DEG = 30.0
BACK_DEG = 150.0

TURN_M = 2.5
"""Metres before and behind a door over which a turn is judged: nobody counts the step through the door."""

TITLES = {
    ZoneCategory.ROOM: "room",
    ZoneCategory.CORRIDOR: "corridor",
    ZoneCategory.STAIRS: "stairs",
    ZoneCategory.RESTROOM: "restroom",
}
"""Said before a name that is only a number."""


NO_WAY = {
    Destination.EXITS: "There is no way out of here that can be used.",
    Destination.SHELTER: "There is no way to a shelter from here that can be used.",
    Destination.LOCKABLE: "There is no way from here to a room that can be locked that can be used.",
}
"""Said where there is no way."""

AIMS = {
    Destination.EXITS: "way out",
    Destination.SHELTER: "way to a shelter",
    Destination.LOCKABLE: "way to a room to lock",
}
"""What a way is called by where it leads."""


def zone_words(zone: Zone) -> str:
    """What people call a zone: its alias, else its name, with ``room`` before a bare number."""
    name = zone.alias or zone.name
    title = TITLES.get(zone.category, "zone")
    return f"{title} {name}" if name[:1].isdigit() else name


def exit_words(floorplan: Floorplan, opening_id: UUID) -> str:
    """What an exit is called: its door number, else the zone that it leads out of."""
    opening = floorplan.opening_by_id[opening_id]
    if opening.number:
        return f"exit {opening.number}"
    inside = [floorplan.zone_by_id[z] for z in opening.zones if z is not None]
    inside = [zone for zone in inside if zone.category is not ZoneCategory.OUTDOOR] or inside
    return f"the exit of {zone_words(inside[0])}"


def end_words(floorplan: Floorplan, end_id: UUID) -> str:
    """What the end of a way is called: an exit, or the zone of a refuge."""
    zone = floorplan.zone_by_id.get(end_id)
    return exit_words(floorplan, end_id) if zone is None else zone_words(zone)


def subject_words(floorplan: Floorplan, subject_id: UUID) -> str:
    """What an opening, a transition or a zone is called among all of a floorplan."""
    zone, transition = floorplan.zone_by_id.get(subject_id), floorplan.transition_by_id.get(subject_id)
    if zone is not None:
        return zone_words(zone)
    if transition is not None:
        lower, upper = (floorplan.zone_by_id[zone_id] for zone_id in transition.zones)
        return f"the {transition.category.value} from {zone_words(lower)} to {zone_words(upper)}"
    opening = floorplan.opening_by_id[subject_id]
    if opening.exit:
        return exit_words(floorplan, subject_id)
    one, other = (zone_words(floorplan.zone_by_id[z]) if z else "the outside" for z in opening.zones)
    return f"{_door_name(opening)} between {one} and {other}"


def nearest_assembly_point(floorplan: Floorplan, opening_id: UUID) -> tuple[AssemblyPoint, float] | None:
    """The assembly point nearest to an exit, with its metres in a straight line; None when there are none."""
    line = ground_line(floorplan, floorplan.opening_by_id[opening_id])
    found = min(
        ((line.distance(point.point), str(point.id), point) for point in floorplan.assembly_points), default=None
    )
    return (found[2], found[0]) if found else None


@once_a_course
def turn_by_turn(course: Course) -> tuple[str, ...]:
    """A course as sentences, one a door or flight of stairs."""
    compiled, zone = course.compiled, course.zone
    floorplan = compiled.floorplan
    if compiled.subjects[course.exit] == zone.id:
        return (_stay(course, "Stay in"),)
    steps = [f"Leave {zone_words(zone)} {_through(compiled, course, 0, zone.id)} ({_metres(course.walk.metres)})."]
    steps += _onwards(course)
    if course.edges and KINDS[compiled.kinds[course.edges[-1]]] == "refuge":
        return (*steps, _stay(course, "Go into"))
    last = nearest_assembly_point(floorplan, compiled.subjects[course.exit])
    if last:
        steps.append(f"Outside, go to assembly point {last[0].name}, {_metres(last[1])} away in a straight line.")
    return tuple(steps)


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
        if kind != "walk":
            yield _climb(compiled, course.nodes[position], kind)
            arriving = ()
            continue
        line = compiled.graph.edges[compiled.nodes[compiled.tails[edge]], compiled.nodes[compiled.heads[edge]], key][
            "line"
        ]
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
    by = _passed(compiled, zone, trail)
    way = end_words(compiled.floorplan, compiled.subjects[trail.exit])
    if compiled.subjects[trail.exit] == zone.id:
        return f"{who}: {_stay(trail.course, 'stay in').rstrip('.')}, {math.ceil(trail.seconds)} seconds{until}."
    go = f"out by {way}" if to is Destination.EXITS else f"to {way}"
    return f"{who}: {go}{by}, {_metres(trail.metres)}, {math.ceil(trail.seconds)} seconds{until}."


def _passed(compiled: CompiledFloorplan, zone: Zone, trail: Trail) -> str:
    names: list[str] = []
    for edge in trail.edges:
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
    if node == course.exit and opening.exit:
        return f"by {exit_words(floorplan, subject)}"
    return f"by {_door_words(floorplan, opening, zone_id)}"


def _climbed(transition: Transition) -> str:
    return "ramp" if transition.category is TransitionCategory.RAMP or transition.step_free else "stairs"


def _door_words(floorplan: Floorplan, opening: Opening, zone_id: UUID) -> str:
    beyond = next((z for z in opening.zones if z != zone_id), None)
    return f"{_door_name(opening)} to {zone_words(floorplan.zone_by_id[beyond]) if beyond else 'the outside'}"


def _door_name(opening: Opening) -> str:
    what = "opening" if opening.category == "gap" else "door"
    return f"the {what} {opening.number}" if opening.number else f"the {what}"


def _climb(compiled: CompiledFloorplan, node: int, kind: str) -> str:
    level = compiled.floorplan.level_by_id[UUID(compiled.graph.nodes[compiled.nodes[node]]["level_id"])]
    up = compiled.nodes[node].startswith("head:")
    what = "ramp" if kind == "ramp" else "stairs"
    return f"Go {'up' if up else 'down'} the {what} to {level.name}."


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
