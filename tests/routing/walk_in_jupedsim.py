"""Walks people out of buildings in JuPedSim. Run by ``tests.routing.walkers`` with a Python that has it; imports nothing of ours.

Standard input: a list of walks in JSON, each with ``walkable`` (WKT), ``exits`` (WKT by name), ``groups`` (each with ``place``,
a WKT, ``people`` and ``exit``), ``speed_mps`` and ``seed``. Standard output: ``version`` and ``seconds`` until the last one is
out, by walk; null where somebody is still there after an hour.
"""

import json
import sys
from typing import Any

import jupedsim as jps  # type: ignore[import-not-found]
import shapely

RADIUS_M = 0.2
"""Fixed beforehand: with 0.15 m people get through a door of 1 m in two thirds of the time."""

APART_M, FROM_WALL_M = 0.42, 0.22
LONGEST_S = 3600.0


def walk(told: dict[str, Any]) -> float | None:
    """Seconds until all are out."""
    simulation = jps.Simulation(model=jps.CollisionFreeSpeedModel(), geometry=shapely.from_wkt(told["walkable"]))
    stages = {name: simulation.add_exit_stage(shapely.from_wkt(wkt)) for name, wkt in told["exits"].items()}
    journeys = {name: simulation.add_journey(jps.JourneyDescription([stage])) for name, stage in stages.items()}
    for number, group in enumerate(told["groups"]):
        places = jps.distribute_by_number(
            polygon=shapely.from_wkt(group["place"]),
            number_of_agents=group["people"],
            distance_to_agents=APART_M,
            distance_to_polygon=FROM_WALL_M,
            seed=told["seed"] * 1000 + number,
        )
        for place in places:
            simulation.add_agent(
                jps.CollisionFreeSpeedModelAgentParameters(
                    position=place,
                    journey_id=journeys[group["exit"]],
                    stage_id=stages[group["exit"]],
                    desired_speed=told["speed_mps"],
                    radius=RADIUS_M,
                )
            )
    while simulation.agent_count() and simulation.elapsed_time() < LONGEST_S:
        simulation.iterate()
    return None if simulation.agent_count() else round(simulation.elapsed_time(), 2)


if __name__ == "__main__":
    answer = {"version": jps.__version__, "seconds": [walk(one) for one in json.load(sys.stdin)]}
    json.dump(answer, sys.stdout)
