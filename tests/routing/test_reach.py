"""Where a threat can be, as the map shows it, held to the pursuer of the campus: nothing left out, and nothing through walls."""

import random

import numpy as np
import pytest
import shapely
from shapely import Point

from geo_server.domain.places import ZoneCategory
from tests.routing.campuses import gathering_campus
from tests.routing.planning import make
from tests.routing.test_campus_soundness import WHERE, chase, drawn, somewhere

THICK_S = 2.0
"""Walls are walked through free of charge, and doors are entered at their nearest end: so much sooner, at most, at walking speed."""


@pytest.mark.parametrize(("seed", "drawn_as"), [(0, "disc"), (1, "disc"), (2, "disc"), (0, "polygon"), (1, "polygon")])
@pytest.mark.parametrize("where", WHERE)
def test_wherever_the_pursuer_can_be_by_a_moment_the_map_says_so_and_zones_that_it_cannot_come_to_are_free(
    where: str, seed: int, drawn_as: str
) -> None:
    rng = random.Random(f"reach {where} {seed}")
    floorplan = gathering_campus(seed)
    danger = somewhere(where, floorplan, rng)
    danger = drawn(danger, rng) if drawn_as == "polygon" else danger
    pursuer, areas = chase(floorplan, danger), {(a.level_id, a.at_s): a.area for a in make(floorplan, danger).reach}
    reached = free = 0
    early: list[tuple[str, float]] = []
    for zone in floorplan.zones:
        west, south, east, north = zone.polygon.bounds
        places = [Point(rng.uniform(west, east), rng.uniform(south, north)) for _ in range(60)]
        places = [place for place in places if zone.polygon.covers(place)]
        seconds = pursuer.seconds_to_each(zone.level_id, places)
        doors = [o.line for o in floorplan.openings if zone.id in o.zones]
        soonest = min(
            (float(pursuer.seconds_to_each(zone.level_id, [Point(xy) for xy in d.coords]).min()) for d in doors),
            default=np.inf,
        )
        for moment_s in (0.0, 15.0, 30.0, 60.0):
            area = areas.get((zone.level_id, moment_s), shapely.Point())
            there = [place for place, at_s in zip(places, seconds.tolist(), strict=True) if at_s <= moment_s]
            reached += len(there)
            assert all(area.distance(place) < 1e-3 for place in there), (zone.name, moment_s)
            if zone.category is not ZoneCategory.OUTDOOR:
                late = [
                    place for place, at_s in zip(places, seconds.tolist(), strict=True) if at_s > moment_s + THICK_S
                ]
                early += [(zone.name, moment_s) for place in late if area.contains(place)]
            if min(soonest, float(seconds.min())) > moment_s + THICK_S and zone.category is not ZoneCategory.OUTDOOR:
                free += 1
                assert area.intersection(zone.polygon.buffer(-0.3)).area < 0.5, (zone.name, moment_s)
    assert min(reached, free) > 3
    assert not early
