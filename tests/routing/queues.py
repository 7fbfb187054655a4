"""Queues at doors and stairs as they come about, from what a plan tells alone: it shares no code with the planner.

Everybody walks the line of their way, sets out when they like, never slower than the profile, and is let through each door and
flight of stairs first come, first served. So nobody may be anywhere later than their way says.
"""

import heapq
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from geo_server.domain.places import Floorplan
from geo_server.domain.routes import Choice, EvacuationPlan, Leg, Route

LEVEL_MPS, UP_MPS, DOWN_MPS = 0.95, 0.63, 0.79
"""Of adults."""

STAIRS_PPS = 0.655
"""Persons a second on stairs 1 m wide of steep steps: 0.936 a second and metre of 0.7 m."""


Server: TypeAlias = tuple[int, float]
"""A number of its own, and the seconds that it takes for each person."""


@dataclass(frozen=True)
class Step:
    """A walk, and what one has to queue at behind it; ``told_s`` is when the way says that one is through."""

    walk_s: float
    server: UUID
    told_s: float


@dataclass(frozen=True)
class Party:
    """People of one zone who go one way together or one by one."""

    people: int
    steps: tuple[Step, ...]


def steps_of(way: Route | Choice, floorplan: Floorplan) -> tuple[Step, ...]:
    """The doors and stairs of a way in order."""
    steps: list[Step] = []
    walked_m = 0.0
    for leg, following in zip(way.legs, [*way.legs, None][1:], strict=True):
        doors = list(leg.opening_ids)
        before = leg.coordinates[0]
        for here, at_s in zip(leg.coordinates, leg.arrive_s, strict=True):
            walked_m += math.dist(before, here)
            before = here
            while doors and math.dist(here, middle(floorplan, doors[0])) < 1e-6:
                steps.append(Step(walked_m / LEVEL_MPS, doors.pop(0), at_s))
                walked_m = 0.0
        assert not doors, "all doors of a leg are on its line"
        if following is not None and leg.transition_id is not None:
            climbed_s = flight_s(floorplan, leg, following)
            steps.append(Step(walked_m / LEVEL_MPS + climbed_s, leg.transition_id, following.arrive_s[0]))
            walked_m = 0.0
    return tuple(steps)


def middle(floorplan: Floorplan, opening_id: UUID) -> tuple[float, float]:
    (x, y), *_ = floorplan.opening_by_id[opening_id].line.interpolate(0.5, normalized=True).coords
    return x, y


def flight_s(floorplan: Floorplan, leg: Leg, following: Leg) -> float:
    ordinal = {level.id: level.ordinal for level in floorplan.levels}
    assert leg.transition_id is not None
    up = ordinal[following.level_id] > ordinal[leg.level_id]
    return floorplan.transition_by_id[leg.transition_id].length_m / (UP_MPS if up else DOWN_MPS)


def latest(parties: Sequence[Party], servers: Mapping[UUID, Server], rng: random.Random) -> list[float]:
    """By how many seconds somebody of each party is later somewhere than the way told; below 0 where nobody is."""
    ways = [[(step.walk_s, *servers[step.server], step.told_s) for step in party.steps] for party in parties]
    together = [rng.choice([0.0, 0.0, 20.0]) for _ in parties]
    walkers = [number for number, party in enumerate(parties) for _ in range(party.people)]
    crush = rng.random() < 0.5
    set_out = [together[one] if crush else rng.choice([0.0, rng.uniform(0, 5), together[one]]) for one in walkers]
    hurry = [1.0 if crush else rng.choice([1.0, 1.0, rng.uniform(0.2, 1.0)]) for _ in walkers]
    free = [0.0] * len(servers)
    late = [-math.inf] * len(parties)
    heap = [(set_out[k] + hurry[k] * ways[one][0][0], k, 0) for k, one in enumerate(walkers) if ways[one]]
    heapq.heapify(heap)
    while heap:
        at_s, k, position = heapq.heappop(heap)
        one = walkers[k]
        way = ways[one]
        _, server, takes_s, told_s = way[position]
        through_s = max(at_s, free[server]) + takes_s
        free[server] = through_s
        late[one] = max(late[one], through_s - set_out[k] - told_s)
        if position + 1 < len(way):
            heapq.heappush(heap, (through_s + hurry[k] * way[position + 1][0], k, position + 1))
    return late


def build_servers(floorplan: Floorplan) -> dict[UUID, Server]:
    """What one queues at, by id."""
    takes = {o.id: 1 / (1.3 * max(o.width_m - 0.3, 0.1)) for o in floorplan.openings}
    takes |= {flight.id: 1 / STAIRS_PPS for flight in floorplan.transitions}
    return {server: (number, takes_s) for number, (server, takes_s) in enumerate(takes.items())}


def queued(made: EvacuationPlan, people: Mapping[UUID, int], floorplan: Floorplan, rng: random.Random) -> list[float]:
    """How late people are on the routes of a plan, and on each choice if its zone takes that and all others their routes.

    Nothing is told of the ways of a zone whose people are divided, so plans with such zones are passed over.
    """
    if made.egress is None or any(len(shares) > 1 for shares in made.egress.shares.values()):
        return []
    servers = build_servers(floorplan)
    parties = [Party(people.get(r.zone_id, 0), steps_of(r, floorplan)) for r in made.routes]
    found = latest(parties, servers, rng)
    for number, route in enumerate(made.routes):
        for choice in route.choices if parties[number].people else ():
            moved = Party(parties[number].people, steps_of(choice, floorplan))
            others = [*parties[:number], moved, *parties[number + 1 :]]
            found.append(latest(others, servers, rng)[number])
    return [late_s for late_s in found if late_s > -math.inf]
