"""``make prove``: the guarantee tried for as long as one likes, on campuses made by chance, by pursuers of their own kind.

Each trial builds a campus and puts threats somewhere into it, one after the other, known to a disc or to a polygon. Of each it asks
for a plan, its choices and a way in for responders, and on half of the campuses for ways to assembly points; it follows everybody
who was told that a way is safe, from the last moment that it may be left. Where people are counted they queue at its doors, on
every way that was told, and nobody may be anywhere later than that way says. Whoever is met or late is printed with the number
of the trial, by which it can be tried again: ``python -m tests.routing.prove --first NUMBER --seconds 1``.
"""

import argparse
import json
import math
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt
from shapely import Point

from geo_server.domain.entries import Entry, EntryMode
from geo_server.domain.places import Floorplan, ZoneCategory
from geo_server.domain.routes import Choice, Destination, EvacuationPlan, Leg, Onward, Route
from geo_server.routing.compiled import CompiledFloorplan, compile_floorplan
from geo_server.routing.entries import find_entries
from geo_server.routing.plan import plan
from geo_server.routing.profiles import ADULT
from geo_server.routing.request import PlanRequest
from tests.routing.campus_pursuer import CampusGround, CampusPursuer, chase, footprint, free_shape
from tests.routing.campuses import gathering_campus, two_storey_campus
from tests.routing.plans import NOW, SAFE
from tests.routing.queues import queued
from tests.routing.test_campus_soundness import WHERE, drawn, somewhere
from tests.routing.wiggles import drawn_as_it_is

ENDLESS_S = 1e6
"""Where no threat limits a way, the pursuer never comes either."""

TOLERANCE_S = 1e-3

THREATS = 8
"""On each campus: what costs most is to build one, for the planner and for the pursuer."""

AS_IT_IS = 0.4
"""Part of the campuses whose rooms have bent edges, wide gaps and very many vertices."""

STEP_M = 0.5
"""Between places at which somebody who walks may be met, beside all bends."""

KEPT = Path(__file__).with_name("proved.json")
"""What came of the last long run."""

KINDS = ("trials", "threat", "route", "choice", "entry", "onward", "queue")

WRONG = {
    **{kind: f"a {kind} that is called safe is behind its margin" for kind in ("route", "choice", "entry", "onward")},
    "queue": "somebody in a queue is later than their way says",
}


@dataclass(frozen=True)
class Trial:
    """One campus with some threats, one after the other.

    Args:
        number: All dice of it.
        threats: How many.
        late_s: By how much later than they may people leave: more than 0 to see that somebody is met then.
    """

    number: int
    threats: int = THREATS
    late_s: float = 0.0

    def run(self) -> Iterator[tuple[str, float]]:
        """What was followed, each with the seconds by which it was ahead of the pursuer beside its margin, or of its own times."""
        rng = random.Random(f"prove {self.number}")
        build = rng.choice([two_storey_campus, gathering_campus])
        floorplan = build(self.number, columns=rng.choice([3, 5, 7]))
        doors = tuple(replace(door, width_m=rng.choice([0.7, 0.9, 3.0])) for door in floorplan.openings)
        floorplan = replace(floorplan, openings=doors)
        bent = random.Random(f"as it is {self.number}")
        floorplan = drawn_as_it_is(floorplan, bent) if bent.random() < AS_IT_IS else floorplan
        ground, compiled = CampusGround(floorplan), compile_floorplan(floorplan)
        for _ in range(self.threats):
            yield "threat", math.inf
            yield from self._one(ground, compiled, rng)

    def _one(
        self, ground: CampusGround, compiled: CompiledFloorplan, rng: random.Random
    ) -> Iterator[tuple[str, float]]:
        floorplan = ground.floorplan
        # As fast as people or little faster: of those that run, few ways are safe on so small a campus.
        danger = replace(somewhere(rng.choice(WHERE), floorplan, rng), speed_mps=rng.choice([0.95, 0.95, 1.2, 2.0]))
        danger = drawn(danger, rng) if rng.random() < 0.35 else danger
        margin_s = rng.choice([0.0, 0.0, 2.0])
        people = self._people(floorplan, rng)
        request = PlanRequest([danger], reaction_s=0.0, margin_s=margin_s, now=NOW, people=people, choices=True)
        pursuer = chase(ground, danger)
        made = plan(compiled, request)
        to_points = replace(request, to=Destination.ASSEMBLY_POINTS)
        plans = [made, *([plan(compiled, to_points)] if floorplan.assembly_points else [])]
        for one in plans:
            for late_s in queued(one, people or {}, floorplan, rng):
                yield "queue", -late_s
        told = [way for one in plans for way in _told(one)]
        for kind, way in told:
            leave_s = ENDLESS_S if way.latest_departure_s is None else way.latest_departure_s
            yield kind, ahead_s(way.legs, pursuer, leave_s + self.late_s + margin_s)
        for entry in self._entries(floorplan, compiled, request, rng):
            yield "entry", entry_ahead_s(entry, pursuer, self.late_s + margin_s)

    def _people(self, floorplan: Floorplan, rng: random.Random) -> dict[UUID, int] | None:
        """Few people, or many, or nobody said."""
        most = rng.choice([None, None, 2, 10])
        return None if most is None else {zone.id: rng.choice([0, most, 3 * most]) for zone in floorplan.zones}

    def _entries(
        self, floorplan: Floorplan, compiled: CompiledFloorplan, request: PlanRequest, rng: random.Random
    ) -> list[Entry]:
        """Ways in that are called safe, from a place outside, near the building, to some zones."""
        level = floorplan.levels[0]
        building = footprint(floorplan, level)
        outside = (free_shape(floorplan, level) - building.buffer(0.5)) & building.buffer(6.0)
        west, south, east, north = outside.bounds
        places = (Point(rng.uniform(west, east), rng.uniform(south, north)) for _ in range(10_000))
        ground = compiled.ground_around
        start = next(place for place in places if outside.covers(place) and ground.is_outside(place))
        indoors = [zone for zone in floorplan.zones if zone.category is not ZoneCategory.OUTDOOR]
        answers = [find_entries(compiled, request, zone.id, EntryMode.AVOID, start) for zone in rng.sample(indoors, 4)]
        return [entry for answer in answers for entry in answer.entries if entry.safe]


def _told(made: EvacuationPlan) -> Iterator[tuple[str, Route | Choice | Onward]]:
    for route in made.routes:
        if route.status in SAFE:
            yield "route", route
        if route.onward is not None and route.onward.assembly_point_id is not None:
            yield "onward", route.onward
        for choice in route.choices:
            if choice.safe:
                yield "choice", choice


def ahead_s(legs: Sequence[Leg], pursuer: CampusPursuer, left_s: float) -> float:
    """Least seconds by which the pursuer is later than people who follow some legs; infinite where it is nowhere sooner.

    Args:
        legs: Where they walk.
        pursuer: Who is after them.
        left_s: When they set out, and the margin that they are to have.
    """
    return min(
        (_leg_ahead_s(pursuer, leg.level_id, leg.coordinates, leg.arrive_s, left_s) for leg in legs), default=math.inf
    )


def entry_ahead_s(entry: Entry, pursuer: CampusPursuer, left_s: float) -> float:
    """The same of responders, outside and in."""
    outside = np.array(entry.outside)
    walked_s = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(outside, axis=0).T))]) / ADULT.level_mps
    level = pursuer.ground.floorplan.levels[0].id
    return min(_leg_ahead_s(pursuer, level, outside, walked_s, left_s), ahead_s(entry.legs, pursuer, left_s))


def _leg_ahead_s(
    pursuer: CampusPursuer, level: UUID, line: npt.ArrayLike, arrive_s: npt.ArrayLike, left_s: float
) -> float:
    xy, at_s = np.asarray(line, dtype=np.float64), np.asarray(arrive_s, dtype=np.float64)
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))])
    metres = np.union1d(np.arange(0, along[-1], STEP_M), along)
    places = np.column_stack([np.interp(metres, along, xy[:, 0]), np.interp(metres, along, xy[:, 1])])
    return pursuer.ahead(level, places, left_s + np.interp(metres, along, at_s))


def prove(first: int, seconds: float, threats: int = THREATS) -> tuple[Counter[str], list[str]]:
    """Trials for some seconds, one at least: how many of each kind were followed, and who was met."""
    until, number = time.monotonic() + seconds, first
    tried: Counter[str] = Counter()
    met: list[str] = []
    while not tried["trials"] or time.monotonic() < until:
        for kind, ahead in Trial(number, threats).run():
            tried[kind] += 1
            if ahead < -TOLERANCE_S:
                met.append(f"trial {number}, threat {tried['threat']}: {WRONG[kind]} by {-ahead:.3f} s")
        tried["trials"] += 1
        number += 1
    return tried, met


def kept() -> dict[str, Any]:
    """What came of the last long run that was kept: its first number, how many of each of :data:`KINDS`, how many were met."""
    said: dict[str, Any] = json.loads(KEPT.read_text())
    return said


def main() -> int:
    """Run from the command line; 1 when somebody was met."""
    asked = argparse.ArgumentParser(description="Try the guarantee of safe ways on campuses made by chance.")
    asked.add_argument("--seconds", type=float, default=600.0, help="how long (default: 600)")
    asked.add_argument("--first", type=int, default=1000, help="number of the first trial (default: 1000)")
    asked.add_argument("--threats", type=int, default=THREATS, help=f"how many on each campus (default: {THREATS})")
    asked.add_argument("--keep", action="store_true", help=f"keep what came of it in {KEPT.name}, for the docs")
    said = asked.parse_args()
    tried, met = prove(said.first, said.seconds, said.threats)
    if said.keep:
        told = {"first": said.first, **{kind: tried[kind] for kind in KINDS}, "met": len(met)}
        KEPT.write_text(json.dumps(told, indent=1) + "\n")
    counts = ", ".join(f"{tried[kind]} {kind}" for kind in KINDS)
    print(f"{counts}: followed from number {said.first} on; {len(met)} met.")
    print("\n".join(met))
    return 1 if met else 0


if __name__ == "__main__":
    sys.exit(main())
