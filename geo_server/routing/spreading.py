"""How a crowd is spread over exits, so that the last one is out sooner."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from geo_server.routing.crowds import Group
from geo_server.routing.passages import Passages
from geo_server.routing.trails import Trail

LONGER = 1.2
"""A way to another exit may be so much longer than the nearest, for people to be sent there to spread a crowd. Both are timed
for whoever of the zone has farthest: in a hall with an exit at either end most people are near to one of them."""

WORTH_S = 5.0
"""Less than this sooner out is not worth sending people another way."""

MOVES = 1000


Move = tuple[Group, Trail, int]
"""A group, a way to another exit, and how many of its people take it."""


@dataclass(frozen=True, slots=True)
class Other:
    """Another way that a group may take, by an exit that is a passage."""

    exit: int
    seconds: float
    trail: Callable[[], Trail]


def spread(groups: Sequence[Group], others: Mapping[UUID, Sequence[Other]], passages: Passages) -> list[Group]:
    """Groups, some of them divided, so that the last exit is clear sooner; those that it gains nothing stay as they are.

    Each time people of the exit that is clear last are sent to another one, as many as make both clear at once. What an
    exit takes is estimated as the longest walk to it and its own queue.

    Args:
        groups: Each with its way.
        others: Other ways of zones.
        passages: Of the floorplan.
    """
    rates: list[float] = passages.flow[passages.of_node].tolist()
    placed = {(group.zone_id, group.trail.way_out): group for group in groups if group.people}
    for _ in range(MOVES):
        move = _best_move(placed, others, rates)
        if move is None:
            break
        group, trail, people = move
        _take(placed, group, people)
        there = placed.get((group.zone_id, trail.way_out), Group(group.zone_id, trail, 0))
        placed[group.zone_id, trail.way_out] = replace(there, people=there.people + people)
    return list(placed.values())


def _take(placed: dict[tuple[UUID, int], Group], group: Group, people: int) -> None:
    key = group.zone_id, group.trail.way_out
    if people == group.people:
        del placed[key]
    else:
        placed[key] = replace(group, people=group.people - people)


def _best_move(
    placed: Mapping[tuple[UUID, int], Group], others: Mapping[UUID, Sequence[Other]], rates: Sequence[float]
) -> Move | None:
    """People to send to another exit: from the exit that is clear last, by the move that ends soonest."""
    clear = _clear_s(placed.values(), rates)
    if not clear:
        return None
    last = max(clear, key=lambda end: (clear[end], end))
    best: tuple[float, str, int, Group, Other, int] | None = None
    for group in (one for one in placed.values() if one.trail.way_out == last):
        for other in others.get(group.zone_id, ()):
            here, there = rates[last], rates[other.exit]
            then = max(clear.get(other.exit, 0.0), other.seconds)
            people = min(group.people, int((clear[last] - then) / (1 / here + 1 / there)))
            ends_s = then + people / there
            if other.exit == last or people < 1 or clear[last] - ends_s < WORTH_S or people / here < WORTH_S:
                continue
            found = (ends_s - people / here, str(group.zone_id), other.exit, group, other, people)
            best = found if best is None or found[:3] < best[:3] else best
    return (best[3], best[4].trail(), best[5]) if best else None


def _clear_s(groups: Iterable[Group], rates: Sequence[float]) -> dict[int, float]:
    """Seconds after which each end is clear."""
    walk_s: dict[int, float] = {}
    queue_s: dict[int, float] = {}
    for group in groups:
        end = group.trail.way_out
        walk_s[end] = max(walk_s.get(end, 0.0), group.trail.seconds)
        queue_s[end] = queue_s.get(end, 0.0) + group.people / rates[end]
    return {end: walk_s[end] + queue_s[end] for end in walk_s}
