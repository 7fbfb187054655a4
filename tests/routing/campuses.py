"""Generated campuses: two levels, a yard round a corner of the building, stairs inside and outside, an elevator."""

import random
from dataclasses import replace

from shapely import LineString, Point, Polygon, box

from geo_server.domain.places import (
    AssemblyPoint,
    Floorplan,
    Level,
    Opening,
    Transition,
    TransitionCategory,
    Wall,
    Zone,
    ZoneCategory,
)
from tests.routing.plans import grid_building, uid

YARD = Polygon([(-6, -8), (18, -8), (18, -0.2), (-6, -0.2)])
"""South of the building and round its corner; the exits in the west facade are beside it, none is on it."""


def two_storey_campus(seed: int, columns: int = 3) -> Floorplan:
    """Two buildings of a grid over each other; doors out on the ground level only, and one of them to the yard."""
    ground = grid_building(seed, columns=columns, rows=2)
    above = _lifted(grid_building(seed + 500, columns=columns, rows=2))
    yard = Zone(uid("yard"), uid("L0"), YARD, "Yard", ZoneCategory.OUTDOOR)
    gate = Opening(uid("gate"), uid("L0"), LineString([(13, -0.1), (14, -0.1)]), (uid("r2.0"), uid("yard")))

    def way(name: str, at: list[tuple[float, float]], low: str, high: str, category: TransitionCategory) -> Transition:
        place = Point(at[0]) if len(at) == 1 else LineString(at)
        return Transition(uid(name), uid("L0"), place, (uid(low), uid(f"upper {uid(high)}")), category, 8.0)

    transitions = (
        way("stairs", [(1, 1)], "r0.0", "r0.0", TransitionCategory.STAIRS),
        way("elevator", [(7.2, 1)], "r1.0", "r1.0", TransitionCategory.ELEVATOR),
        way("outside stairs", [(4, -5), (14, 1)], "yard", "r2.0", TransitionCategory.STAIRS),
    )
    return replace(
        ground,
        levels=(*ground.levels, Level(uid("L1"), None, 1, "Upper")),
        zones=(*ground.zones, yard, *above.zones),
        openings=(*ground.openings, gate, *above.openings),
        transitions=transitions,
    )


def gathering_campus(seed: int, columns: int = 3) -> Floorplan:
    """The same with an annex and a garden wall beside it, and assembly points all round, one of them in the yard."""
    rng = random.Random(seed)
    campus = two_storey_campus(seed, columns)
    east = columns * 6.2
    south = rng.uniform(-2, 6)
    annex = Zone(uid("annex"), uid("L0"), box(-14, south, -9, south + 8), "Annex")
    out = Opening(
        uid("annex exit"), uid("L0"), LineString([(-9, south + 3), (-9, south + 4)]), (annex.id, None), exit=True
    )
    wall = Wall(uid("garden wall"), uid("L0"), LineString([(east + 5, -9), (east + 5, rng.uniform(2, 14))]))
    places = {
        "west": (-18, south + rng.uniform(0, 8)),
        "north": (rng.uniform(-5, east), 20),
        "east": (east + rng.uniform(6, 12), rng.uniform(-5, 10)),
        "yard": (rng.uniform(0, 16), -6),
    }
    named = rng.sample(sorted(places), rng.choice([1, 2, 4]))
    return replace(
        campus,
        zones=(*campus.zones, annex),
        openings=(*campus.openings, out),
        walls=(wall,),
        assembly_points=tuple(AssemblyPoint(uid(f"point {name}"), Point(places[name]), name) for name in named),
    )


def _lifted(floorplan: Floorplan) -> Floorplan:
    """The same on the upper level, without the doors that lead out."""
    zones = tuple(replace(z, id=uid(f"upper {z.id}"), level_id=uid("L1")) for z in floorplan.zones)
    openings = tuple(
        replace(
            o,
            id=uid(f"upper {o.id}"),
            level_id=uid("L1"),
            zones=(uid(f"upper {o.zones[0]}"), uid(f"upper {o.zones[1]}")),
        )
        for o in floorplan.openings
        if not o.exit
    )
    return replace(floorplan, zones=zones, openings=openings)
