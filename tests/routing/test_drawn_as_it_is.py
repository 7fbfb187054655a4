"""A threat is never later than the truth where drawings are not as they should be: bent edges, rooms without doors, lines that
nearly meet."""

import random
from dataclasses import replace

import numpy as np
import pytest
import shapely
from shapely import Polygon

from geo_server.domain.places import Floorplan, OpeningCategory, ZoneCategory
from geo_server.domain.routes import RouteStatus
from geo_server.routing.compiled import compile_floorplan
from geo_server.routing.grounds import build_footprint
from geo_server.routing.outline import is_in_building
from geo_server.routing.sightlines import GRID_M, join
from geo_server.routing.threats import locate
from tests.routing.campuses import gathering_campus
from tests.routing.planning import make, route_of
from tests.routing.plans import Sketch, threat, uid
from tests.routing.wiggles import drawn_as_it_is

NEARLY_IN_LINE = (
    "010300000001000000060000004B9A10C836D41AC04405D10F296143C047994A471FBF12C0B71C8693E2D63FC0DC0530BD543D2AC0AA000E0C54643DC0CD522AD8E1472EC0F491A9B0E12742C0FE4C1B5A818328C0A5DEB26FAE9242C04B9A10C836D41AC04405D10F296143C0",
    "01030000000100000006000000C123295A818328C05DDEB16FAE9242C04C9A10C836D41AC04405D10F296143C047994A471FBF12C0B71C8693E2D63FC0DC0530BD543D2AC0AB000E0C54643DC002522AD8E1472EC00292A9B0E12742C0C123295A818328C05DDEB16FAE9242C0",
    "0103000000010000000600000001422AD8E1472EC02B93A9B0E12742C0044D1B5A818328C0A4DEB26FAE9242C0F49180D390D21AC01E185D6F746043C048994A471FBF12C0B71C8693E2D63FC0DC0530BD543D2AC0AA000E0C54643DC001422AD8E1472EC02B93A9B0E12742C0",
)
"""Areas seen from three places of one door, of which the exact union fails."""


def foyer_and_hall(dip_m: float) -> Floorplan:
    """A hall over a foyer, with a gap of 60 m between them from which the edge of the foyer dips away in the middle."""
    sketch = Sketch()
    edge = [(60, 3), (30, 3 - dip_m), (0, 3)]
    sketch.zone("foyer", Polygon([(0, 0), (60, 0), *edge]), category=ZoneCategory.CORRIDOR)
    sketch.zone("hall", (0, 3, 60, 13))
    sketch.zone("room", (31, -3, 34, 0))
    sketch.door("gap", [(0, 3), (60, 3)], ("foyer", "hall"), category=OpeningCategory.GAP)
    sketch.door("room door", [(32, 0), (33, 0)], ("room", "foyer"))
    sketch.door("exit", [(29.5, 0), (30.5, 0)], ("foyer", None), out=True)
    return sketch.build()


@pytest.mark.parametrize("dip_m", [0.0, 0.03, 0.5])
def test_a_threat_comes_through_the_middle_of_a_wide_gap_also_where_an_edge_dips_away_from_it(dip_m: float) -> None:
    # It is 3.5 m from the exit, at 1 m/s; people leave after 10 s.
    made = make(foyer_and_hall(dip_m), threat(30, 3.5, speed_mps=1.0), reaction_s=10.0)
    route = route_of(made, "room")
    assert route.status is RouteStatus.NO_GUARANTEED_ROUTE
    assert route.margin_s is not None
    assert route.margin_s < -10


@pytest.mark.parametrize("dip_m", [0.0, 0.03, 0.5])
def test_no_way_of_a_threat_is_longer_than_that_of_people(dip_m: float) -> None:
    compiled = compile_floorplan(foyer_and_hall(dip_m))
    assert (compiled.threat_m <= compiled.occupant_m + 1e-9).all()


def test_a_threat_in_a_room_without_doors_may_come_out_on_any_side() -> None:
    sketch = Sketch()
    sketch.zone("hall", (0, 0, 40, 3), category=ZoneCategory.CORRIDOR)
    sketch.zone("closed", (10, 3.2, 14, 8))
    sketch.zone("room", (14.2, 3.2, 20, 8))
    sketch.zone("far", (30, 3.2, 36, 8))
    for name, x in (("room", 18), ("far", 31)):
        sketch.door(f"{name} door", [(x, 3.1), (x + 1, 3.1)], (name, "hall"))
    sketch.door("west", [(0, 1), (0, 2)], ("hall", None), out=True)
    sketch.door("east", [(40, 1), (40, 2)], ("hall", None), out=True)
    made = make(sketch.build(), threat(12, 5, speed_mps=1.0))

    assert route_of(made, "room").status is RouteStatus.NO_GUARANTEED_ROUTE
    assert route_of(made, "far").exit_id is not None
    assert route_of(made, "far").status is RouteStatus.SAFE_SHORTEST
    told = str(made.assumptions["threats"])
    assert "It may be in closed, of which no door is on the map" in told


@pytest.mark.parametrize("seed", range(8))
def test_the_footprint_holds_all_of_its_rooms_however_jagged_they_are(seed: int) -> None:
    """Where it lacked a corner of a room, people were led through that over the ground, and threats in its wall were outside."""
    campus = drawn_as_it_is(gathering_campus(seed), random.Random(seed))
    rooms = [z for z in campus.zones if z.level_id == uid("L0") and z.category is not ZoneCategory.OUTDOOR]
    joined = shapely.union_all([zone.polygon for zone in rooms])
    footprint = build_footprint(campus, [opening.line for opening in campus.openings if opening.exit])
    assert joined.difference(footprint).area < 1e-9
    beside = joined.buffer(0.1, join_style="mitre").boundary
    in_walls = [beside.interpolate(share, normalized=True) for share in np.linspace(0, 1, 50)]
    assert all(is_in_building(rooms, place, None) for place in in_walls)


@pytest.mark.parametrize("seed", range(4))
def test_a_threat_at_a_jagged_building_stops_no_plan(seed: int) -> None:
    campus = drawn_as_it_is(gathering_campus(seed), random.Random(seed))
    compiled = compile_floorplan(campus)
    (room,) = random.Random(seed).sample(campus.zones, 1)
    xy = shapely.get_coordinates(room.polygon)
    for x, y in xy[:: max(1, len(xy) // 12)].tolist():
        located = locate(compiled, replace(threat(x, y, radius_m=0.5), level_id=room.level_id))
        assert room.id in {seed.ways.zone_id for seed in located.seeds}


def test_areas_whose_edges_nearly_lie_in_one_line_are_joined_all_the_same() -> None:
    shapes = [shapely.from_wkb(bytes.fromhex(text)) for text in NEARLY_IN_LINE]
    with pytest.raises(shapely.GEOSException):
        shapely.union_all(shapes)
    joined = join(shapes)
    assert all(shape.difference(joined.buffer(2 * GRID_M)).area == 0 for shape in shapes)
    assert joined.area <= sum(shape.area for shape in shapes)
