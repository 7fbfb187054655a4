"""Clearance times beside JuPedSim's, a model that moves every person: the same buildings, people, speed and exits.

JuPedSim is heavy and wants libraries of its own, so it lives in an environment beside the tree. What it said is kept in
``jupedsim.json``; tests and docs hold it against what the planner says now. To walk again:
``python3 -m venv VENV && VENV/bin/pip install jupedsim`` and ``python -m tests.routing.walkers --python VENV/bin/python``.
"""

import argparse
import json
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import shapely
from shapely.geometry.base import BaseGeometry

from geo_server.domain.places import Floorplan, ZoneCategory
from geo_server.domain.routes import EvacuationPlan
from geo_server.routing.compiled import compile_floorplan
from geo_server.routing.plan import plan
from geo_server.routing.profiles import ADULT
from geo_server.routing.request import PlanRequest
from tests.routing.plans import NOW, Sketch, uid
from tests.routing.published_crowds import twelve_rooms

KEPT = Path(__file__).with_name("jupedsim.json")
SCRIPT = Path(__file__).with_name("walk_in_jupedsim.py")
SEEDS = (1, 2, 3)
WALL_M = 0.1
"""Walls that zones share have no thickness on a plan; nobody walks through these."""

BEYOND_M = 1.0
"""How far a way out is followed behind its door."""


@dataclass(frozen=True)
class Building:
    """A building with people in it, by zone."""

    built: str
    floorplan: Floorplan
    people: Mapping[UUID, int]

    def plan(self) -> EvacuationPlan:
        """The plan of an empty threat list: everybody leaves at once."""
        return plan(compile_floorplan(self.floorplan), PlanRequest(people=self.people, reaction_s=0.0, now=NOW))

    def clearance_s(self) -> float:
        """What the planner says."""
        egress = self.plan().egress
        assert egress is not None
        assert egress.clearance_s is not None
        return egress.clearance_s


def room() -> Building:
    sketch = Sketch()
    sketch.zone("room", (0, 0, 10, 10))
    sketch.door("exit", [(10, 4.5), (10, 5.5)], ("room", None), out=True, width_m=1.0)
    return Building("room 10 x 10 m with 100 persons and one exit of 1.0 m", sketch.build(), {uid("room"): 100})


def wide_room() -> Building:
    sketch = Sketch()
    sketch.zone("room", (0, 0, 10, 10))
    sketch.door("exit", [(10, 4.1), (10, 5.9)], ("room", None), out=True, width_m=1.8)
    return Building("the same with an exit of 1.8 m", sketch.build(), {uid("room"): 100})


def two_ends() -> Building:
    floorplan, _ = twelve_rooms()
    openings = {o.id: float(o.line.length) for o in floorplan.openings}
    assert set(openings.values()) == {1.0}
    people = {zone.id: 8 for zone in floorplan.zones if zone.category is not ZoneCategory.CORRIDOR}
    return Building(
        "corridor of RiMEA 10: 12 rooms with 8 persons each, an exit of 1.0 m at either end", floorplan, people
    )


def wing() -> Building:
    sketch = Sketch()
    sketch.zone("corridor", (0, 0, 24, 2.4), category=ZoneCategory.CORRIDOR)
    sketch.door("exit", [(24, 0.6), (24, 1.8)], ("corridor", None), out=True, width_m=1.2)
    for k in range(3):
        sketch.zone(f"room {k}", (8 * k, 2.4, 8 * k + 8, 9.4))
        sketch.door(f"door {k}", [(8 * k + 1, 2.4), (8 * k + 2, 2.4)], (f"room {k}", "corridor"), width_m=1.0)
    people = {uid(f"room {k}"): 25 for k in range(3)}
    return Building(
        "3 classrooms of 25 persons with doors of 1.0 m on a corridor with one exit of 1.2 m", sketch.build(), people
    )


BUILDINGS: dict[str, Callable[[], Building]] = {
    "room": room,
    "wide room": wide_room,
    "two ends": two_ends,
    "wing": wing,
}


def walks(building: Building, seed: int) -> dict[str, Any]:
    """A building as JuPedSim takes it: everybody goes to the exit that the plan sends them to."""
    floorplan, egress = building.floorplan, building.plan().egress
    assert egress is not None
    inside = {zone.id: zone.polygon.buffer(-WALL_M / 2, join_style="mitre") for zone in floorplan.zones}
    doorways = [o.line.buffer(BEYOND_M if o.exit else WALL_M, cap_style="flat") for o in floorplan.openings]
    indoors = shapely.union_all([zone.polygon for zone in floorplan.zones])
    exits: dict[str, BaseGeometry] = {
        str(o.id): o.line.buffer(BEYOND_M, cap_style="flat") - indoors.buffer(BEYOND_M / 2)
        for o in floorplan.openings
        if o.exit
    }
    return {
        "walkable": shapely.union_all([*inside.values(), *doorways]).wkt,
        "exits": {name: place.wkt for name, place in exits.items()},
        "groups": [
            {"place": inside[zone_id].wkt, "people": share.people, "exit": str(share.exit_id)}
            for zone_id, shares in egress.shares.items()
            for share in shares
        ],
        "speed_mps": ADULT.level_mps,
        "seed": seed,
    }


def kept() -> dict[str, Any]:
    """What JuPedSim said last: its ``version``, and ``seconds`` of each building, one a seed."""
    said: dict[str, Any] = json.loads(KEPT.read_text())
    return said


def main() -> None:
    """Walk, keep what came of it, and print both figures."""
    asked = argparse.ArgumentParser(description="Hold clearance times against JuPedSim.")
    asked.add_argument("--python", required=True, help="a Python that has jupedsim")
    python = asked.parse_args().python
    questions = [walks(make(), seed) for make in BUILDINGS.values() for seed in SEEDS]
    done = subprocess.run(
        [python, str(SCRIPT)], input=json.dumps(questions), capture_output=True, text=True, check=True
    )
    answer = json.loads(done.stdout)
    seconds = {name: answer["seconds"][k * len(SEEDS) :][: len(SEEDS)] for k, name in enumerate(BUILDINGS)}
    KEPT.write_text(json.dumps({"version": answer["version"], "seconds": seconds}, indent=1) + "\n")
    for name, make in BUILDINGS.items():
        print(f"{make().built}: ours {make().clearance_s():.1f} s, JuPedSim {seconds[name]} s")


if __name__ == "__main__":
    main()
