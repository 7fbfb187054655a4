"""People in each other's way at doors and stairs: how long they may wait, and how they spread over exits.

A door or a flight of stairs lets ``F`` people through a second, one after the other in the order in which they come, and never
stands idle while somebody waits. Of who comes from another door ``u``, no more than ``1 + F_u * (L + walk)`` are there within any ``L``
seconds, whenever they set out and however fast they walk; of who comes from a zone all ``N`` may be there at once. Nobody then
waits longer than the most that ``people(L) / F - L`` can be (network calculus: Cruz 1991), and never longer than until all are
through. That bound is added at every door and flight of a way.

Sources:
    SFPE Handbook of Fire Protection Engineering, hydraulic model: flow ``F = Fs * We`` of the effective width ``We``, the
        clear width less 0.15 m on either side of doors and stairs. ``Fs`` at its most is ``k / (4 * 0.266)``: 1.316 persons
        a second and metre on the level (1.3 is used), and on stairs with ``k = 51.8 * sqrt(tread / riser)`` m/min.

Terminology:
    passage: a door or a flight of stairs of a way.
    group: people of one zone who take one way.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from operator import add
from uuid import UUID

from geo_server.domain.places import Floorplan, Transition, TransitionCategory
from geo_server.routing.compiled import KINDS, LEVEL
from geo_server.routing.courses import Course, once_a_course
from geo_server.routing.trails import Trail

LEVEL_FLOW = 1.3
"""Persons a second and metre of effective width, through doors and on ramps."""

BOUNDARY_M = 0.15
"""Of the clear width, unused on either side."""

LEAST_WIDTH_M = 0.1
"""Effective width of a door that is narrower than its boundaries."""

STAIR_WIDTH_M = 1.0
"""Clear width that stairs and ramps are taken to have: floorplans do not say. An assumption, on the narrow side."""

RISERS_M, TREADS_M = (0.165, 0.191), (0.254, 0.330)
"""For which the formula for stairs holds; others, and those that are not known, are taken as the slowest of these."""

LONGER = 1.2
"""A way to another exit may be so much longer than the nearest, for people to be sent there to spread a crowd. Both are timed
for whoever of the zone has farthest: in a hall with an exit at either end most people are near to one of them."""

WORTH_S = 5.0
"""Less than this sooner out is not worth sending people another way."""

MOVES = 1000


@dataclass(frozen=True, slots=True)
class Group:
    """People of a zone who take one way."""

    zone_id: UUID
    trail: Trail
    people: int


def flows(floorplan: Floorplan) -> dict[UUID, float]:
    """Persons a second through each opening and transition, at most."""
    doors = {opening.id: LEVEL_FLOW * effective_m(opening.width_m) for opening in floorplan.openings}
    return doors | {way.id: stair_flow(way) * effective_m(STAIR_WIDTH_M) for way in floorplan.transitions}


def effective_m(width_m: float) -> float:
    """Effective width of a clear width."""
    return max(width_m - 2 * BOUNDARY_M, LEAST_WIDTH_M)


def stair_flow(way: Transition) -> float:
    """Persons a second and metre of effective width."""
    if way.category is TransitionCategory.RAMP or way.step_free:
        return LEVEL_FLOW
    riser, tread = way.riser_m or RISERS_M[1], way.tread_m or TREADS_M[0]
    if not (RISERS_M[0] <= riser <= RISERS_M[1] and TREADS_M[0] <= tread <= TREADS_M[1]):
        riser, tread = RISERS_M[1], TREADS_M[0]
    return 51.8 * math.sqrt(tread / riser) / 60 / (4 * 0.266)


@once_a_course
def passages(course: Course) -> tuple[tuple[int, UUID], ...]:
    """The doors and flights of a way, each with the position of the node at which one is through."""
    compiled = course.compiled
    return tuple(
        (position, compiled.subjects[node])
        for position, node in enumerate(course.nodes)
        if compiled.nodes[node].startswith("opening:")
        or (position and KINDS[compiled.kinds[course.edges[position - 1]]] not in LEVEL)
    )


@once_a_course
def passed(course: Course) -> frozenset[UUID]:
    """The doors and flights of a way."""
    return frozenset(subject_id for _, subject_id in passages(course))


Links = dict[UUID | None, tuple[int, float]]
"""Where people come to a passage from: the passage before (None: from their zone), how many, and the longest walk from it."""


def steps(trail: Trail) -> tuple[tuple[UUID, UUID | None, float], ...]:
    """The passages of a way in order, each with the one before (None: the zone) and the seconds from there."""
    found: list[tuple[UUID, UUID | None, float]] = []
    before, left_s = None, 0.0
    for position, subject_id in passages(trail.course):
        at_s = trail.arrive_s[position]
        found.append((subject_id, before, at_s - left_s))
        before, left_s = subject_id, at_s
    return tuple(found)


def links(groups: Iterable[Group]) -> dict[UUID, Links]:
    """Where people come to each passage from."""
    found: defaultdict[UUID, Links] = defaultdict(dict)
    for group in groups:
        for subject_id, before, walk_s in steps(group.trail):
            come = found[subject_id]
            people, longest_s = come.get(before, (0, 0.0))
            come[before] = people + group.people, max(longest_s, walk_s)
    return found


def waits(come: Mapping[UUID, Links], flow: Mapping[UUID, float]) -> dict[UUID, float]:
    """Seconds that people wait at each passage, at most, their own way through included."""
    return {subject_id: _longest_wait_s(from_, flow[subject_id], flow) for subject_id, from_ in come.items()}


def waits_if_moved(
    come: Mapping[UUID, Links],
    gone: Mapping[UUID, Links],
    moved: Group,
    flow: Mapping[UUID, float],
    wait_s: Mapping[UUID, float],
) -> dict[UUID, float]:
    """:func:`waits` at the passages of a way if all people of a zone leave theirs and take that one.

    Args:
        come: Where all people come from, those of the zone among them.
        gone: Where those of the zone come from.
        moved: They on that way.
        flow: Of each passage.
        wait_s: Waited as they are: where they pass as before, nobody waits longer or shorter.
    """
    found = {}
    for at, new in links([moved]).items():
        left = gone.get(at, {})
        same = new == left
        found[at] = wait_s[at] if same else _longest_wait_s(_moved(come.get(at, {}), left, new), flow[at], flow)
    return found


def _moved(come: Links, gone: Links, new: Links) -> Links:
    """Links without some people and with others. The longest walk stays even if only they had it: a bound all the same."""
    found = dict(come)
    for before, (fewer, _) in gone.items():
        people, walk_s = found[before]
        found[before] = people - fewer, walk_s
    for before, (more, walk_s) in new.items():
        people, longest_s = found.get(before, (0, 0.0))
        found[before] = people + more, max(longest_s, walk_s)
    return found


def _longest_wait_s(come: Links, rate: float, flow: Mapping[UUID, float]) -> float:
    """The most that people(L) / rate - L can be: it grows for as long as more come than get through."""
    people_by, inflow, last = 0.0, 0.0, []
    for before, (people, walk_s) in come.items():
        upstream = flow[before] if before else math.inf
        ends_s = (people - 1) / upstream - walk_s
        if people and ends_s > 0:
            people_by += 1 + upstream * walk_s
            inflow += upstream
            last.append((ends_s, upstream))
        else:
            people_by += people
    at_s = 0.0
    for ends_s, upstream in sorted(last):
        if inflow <= rate:
            break
        people_by += inflow * (ends_s - at_s)
        at_s, inflow = ends_s, inflow - upstream
    return people_by / rate - at_s


def delayed(trail: Trail, wait_s: Mapping[UUID, float]) -> Trail:
    """The same way with the waits on it: every node is reached so much later, at the latest."""
    more = [0.0] * len(trail.nodes)
    for position, subject_id in passages(trail.course):
        more[position] = wait_s.get(subject_id, 0.0)
    waited = list(accumulate(more))
    return replace(trail, arrive_s=tuple(map(add, trail.arrive_s, waited)), queue_s=waited[-1])


def spread(
    groups: Sequence[Group], options: Callable[[Group], Sequence[Trail]], flow: Mapping[UUID, float]
) -> list[Group]:
    """Groups, some of them divided, so that the last exit is clear sooner; those that it gains nothing stay as they are.

    Each time people of the exit that is clear last are sent to another one, as many as make both clear at once. What an
    exit takes is estimated as the longest walk to it and its own queue.

    Args:
        groups: Each with its way.
        options: Other ways that a group may take, to ends that are passages.
        flow: Of each passage.
    """
    placed = {(group.zone_id, group.trail.exit): group for group in groups if group.people}
    others = {group.zone_id: [t for t in options(group) if t.exit != group.trail.exit] for group in placed.values()}
    for _ in range(MOVES):
        step = _best_move(placed, others, flow)
        if step is None:
            break
        group, trail, people = step
        _take(placed, group, people)
        there = placed.get((group.zone_id, trail.exit), Group(group.zone_id, trail, 0))
        placed[group.zone_id, trail.exit] = replace(there, people=there.people + people)
    return list(placed.values())


def _take(placed: dict[tuple[UUID, int], Group], group: Group, people: int) -> None:
    key = group.zone_id, group.trail.exit
    if people == group.people:
        del placed[key]
    else:
        placed[key] = replace(group, people=group.people - people)


def _best_move(
    placed: Mapping[tuple[UUID, int], Group], others: Mapping[UUID, Sequence[Trail]], flow: Mapping[UUID, float]
) -> tuple[Group, Trail, int] | None:
    """People to send to another exit: from the exit that is clear last, by the move that ends soonest."""
    clear = _clear_s(placed.values(), flow)
    if not clear:
        return None
    last = max(clear, key=lambda end: (clear[end], end))
    best: tuple[float, str, int, Group, Trail, int] | None = None
    for group in (one for one in placed.values() if one.trail.exit == last):
        for trail in others[group.zone_id]:
            here, there = (flow[t.compiled.subjects[t.exit]] for t in (group.trail, trail))
            then = max(clear.get(trail.exit, 0.0), trail.seconds)
            people = min(group.people, int((clear[last] - then) / (1 / here + 1 / there)))
            ends_s = then + people / there
            if trail.exit == last or people < 1 or clear[last] - ends_s < WORTH_S or people / here < WORTH_S:
                continue
            found = (ends_s - people / here, str(group.zone_id), trail.exit, group, trail, people)
            best = found if best is None or found[:3] < best[:3] else best
    return best[3:] if best else None


def _clear_s(groups: Iterable[Group], flow: Mapping[UUID, float]) -> dict[int, float]:
    """Seconds after which each end is clear."""
    walk_s: dict[int, float] = {}
    queue_s: dict[int, float] = {}
    for group in groups:
        end = group.trail.exit
        walk_s[end] = max(walk_s.get(end, 0.0), group.trail.seconds)
        rate = flow.get(group.trail.compiled.subjects[end], math.inf)
        queue_s[end] = queue_s.get(end, 0.0) + group.people / rate
    return {end: walk_s[end] + queue_s[end] for end in walk_s}
