"""Generated campuses: two levels, a yard round a corner of the building, stairs inside and outside, an elevator."""

from dataclasses import replace

from shapely import LineString, Point, Polygon

from geo_server.domain.places import Floorplan, Level, Opening, Transition, TransitionCategory, Zone, ZoneCategory
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
