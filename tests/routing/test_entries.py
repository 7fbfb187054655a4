"""Ways in: the right door on the right side, round the buildings, and ahead of the threat where that is asked for."""

import random
from dataclasses import replace
from itertools import combinations

import networkx as nx
import numpy as np
import pytest
import shapely
from shapely import LineString, Point
from shapely.affinity import rotate
from shapely.geometry.base import BaseGeometry

from geo_server.domain.entries import Entries, Entry, EntryMode
from geo_server.domain.errors import InvalidInput
from geo_server.domain.frame import SiteFrame
from geo_server.domain.places import Floorplan, OpeningCategory, ZoneCategory
from geo_server.routing.compiled import compile_floorplan
from geo_server.routing.entries import find_entries
from geo_server.routing.request import PlanRequest
from tests.routing.campus_pursuer import CampusGround, CampusPursuer, chase, footprint, free_shape
from tests.routing.campuses import two_storey_campus
from tests.routing.planning import AT_1
from tests.routing.plans import NOW, Sketch, closure, grid_building, threat, uid
from tests.routing.test_soundness import samples


def enter(
    floorplan: Floorplan, zone: str, *, at: Point | None = None, mode: EntryMode = EntryMode.AVOID, **wanted: object
) -> Entries:
    request = replace(PlanRequest(profile=AT_1, reaction_s=0.0, margin_s=0.0, now=NOW), **wanted)  # type: ignore[arg-type]
    return find_entries(compile_floorplan(floorplan), request, uid(zone), mode, at)


def by(answer: Entries, door: str) -> Entry:
    return next(entry for entry in answer.entries if entry.opening_id == uid(door))


def block() -> Floorplan:
    """A hall of 20 x 10 m with a door in the middle of each side but the north, and a room in its north with none outside."""
    sketch = Sketch()
    sketch.zone("hall", (0, 0, 20, 10), category=ZoneCategory.CORRIDOR)
    sketch.zone("room", (0, 10, 20, 14))
    sketch.door("room door", [(9.5, 10), (10.5, 10)], ("room", "hall"))
    sketch.door("south", [(9.5, 0), (10.5, 0)], ("hall", None), out=True, number="1")
    sketch.door("east", [(20, 4.5), (20, 5.5)], ("hall", None), out=True, number="2")
    sketch.door("west", [(0, 4.5), (0, 5.5)], ("hall", None), out=True, number="3")
    return replace(sketch.build(), frame=SiteFrame(13.7, 51.0))


def test_the_quickest_door_counts_the_way_round_the_building_and_the_way_inside() -> None:
    """From 5 m before the south door: 5 + 10 m by it. By the east door round the corner, which is kept clear of, and in."""
    answer = enter(block(), "room", at=Point(10, -5))
    assert answer.entries[0].number == "1"
    south, east = by(answer, "south"), by(answer, "east")
    assert (south.outside_m or 0) == pytest.approx(5, abs=0.01)
    assert south.distance_m == pytest.approx(15, abs=0.01)
    assert east.outside_m is not None
    assert east.outside_m == pytest.approx(np.hypot(10, 5) + 5, abs=0.8)
    assert east.distance_m - east.outside_m == pytest.approx(np.hypot(10, 5), abs=0.5)
    assert east.time_s == pytest.approx(east.distance_m)
    assert east.legs[0].arrive_s[0] == pytest.approx(east.outside_m)
    assert Point(east.outside[0]) == Point(10, -5)
    assert not shapely.crosses(LineString(east.outside), shapely.box(0.01, 0.01, 19.99, 13.99))


def test_doors_are_named_with_their_number_and_the_side_of_the_building_from_true_north() -> None:
    answer = enter(block(), "room", at=Point(10, -5))
    assert {entry.number: entry.side for entry in answer.entries} == {"1": "south", "2": "east", "3": "west"}
    south = by(answer, "south")
    assert south.radio == "Room: in by door 1 on the south side, 5 m outside and 10 m inside, 15 seconds."
    assert south.instructions[:2] == (
        "Go 5 m outside to door 1 on the south side.",
        "Enter by door 1 on the south side.",
    )
    assert by(enter(_turned(block()), "room"), "south").side == "south-east"
    drawing = replace(block(), frame=Sketch().build().frame)
    assert {entry.side for entry in enter(drawing, "room").entries} == {None}


def _turned(floorplan: Floorplan) -> Floorplan:
    """An eighth of a circle to the left: what was south is south-east."""

    zones = tuple(replace(zone, polygon=rotate(zone.polygon, 45, origin=(0, 0))) for zone in floorplan.zones)
    openings = tuple(replace(o, line=rotate(o.line, 45, origin=(0, 0))) for o in floorplan.openings)
    return replace(floorplan, zones=zones, openings=openings)


def test_a_closed_door_is_no_way_in_and_an_emergency_exit_is_the_last_that_is_named() -> None:
    openings = tuple(
        replace(o, category=OpeningCategory.EMERGENCY_EXIT) if o.id == uid("south") else o for o in block().openings
    )
    answer = enter(replace(block(), openings=openings), "room", at=Point(10, -5), closures=[closure("west")])
    assert [entry.number for entry in answer.entries] == ["2", "1"]
    assert [entry.opens_from_outside for entry in answer.entries] == [True, False]
    assert "may not open from outside" in answer.entries[1].radio


def test_without_a_place_to_start_from_only_the_way_inside_counts() -> None:
    answer = enter(block(), "room")
    assert answer.entries[0].outside_m is None
    assert answer.entries[0].outside == ()
    assert answer.entries[0].distance_m == pytest.approx(10, abs=0.01)
    assert answer.entries[0].instructions[0] == "Enter by door 1 on the south side."


def test_who_avoids_the_threat_goes_another_way_than_who_approaches_it() -> None:
    """It is in the hall by the south door: the room's only door is behind it for one, and there is a back door for the other."""
    sketch = Sketch()
    sketch.zone("hall", (0, 0, 60, 3), category=ZoneCategory.CORRIDOR)
    sketch.zone("room", (0, 3, 60, 9))
    sketch.door("room door", [(29.5, 3), (30.5, 3)], ("room", "hall"))
    sketch.door("front", [(29.5, 0), (30.5, 0)], ("hall", None), out=True, number="1")
    sketch.door("back", [(0, 5.5), (0, 6.5)], ("room", None), out=True, number="2")
    danger = threat(58, 1.5, speed_mps=1.0)
    near, far = (
        enter(sketch.build(), "room", at=Point(26, -8), mode=mode, threats=[danger], margin_s=20.0)
        for mode in EntryMode
    )
    assert [entry.number for entry in near.entries] == ["1", "2"]
    assert not near.entries[0].safe
    assert [entry.number for entry in far.entries] == ["2", "1"]
    assert far.entries[0].safe
    assert far.entries[0].margin_s is not None
    assert near.entries[0].exposure_s == pytest.approx(3, abs=0.05), "across the hall, 28 m before it"


def test_a_courtyard_is_not_outside() -> None:
    sketch = Sketch()
    ring = shapely.box(0, 0, 40, 40) - shapely.box(10, 10, 30, 30)
    sketch.zone("ring", shapely.Polygon(ring.exterior, ring.interiors), category=ZoneCategory.CORRIDOR)
    sketch.zone("room", (40, 0, 46, 6))
    sketch.door("room door", [(40, 2), (40, 3)], ("room", "ring"))
    sketch.door("court", [(30, 19), (30, 21)], ("ring", None), out=True, number="C")
    sketch.door("street", [(0, 19), (0, 21)], ("ring", None), out=True, number="S")
    for at in (Point(-5, 20), None):
        assert [entry.number for entry in enter(sketch.build(), "room", at=at).entries] == ["S"]


@pytest.mark.parametrize(
    ("zone", "at", "said"),
    [
        ("nowhere", None, "No zone indoors"),
        ("yard", None, "No zone indoors"),
        ("r0.0", Point(9, 6), "inside a building"),
    ],
)
def test_what_cannot_be_entered_is_refused_by_name(zone: str, at: Point | None, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        enter(two_storey_campus(1), zone, at=at)


@pytest.mark.parametrize("seed", range(6))
def test_ways_over_ground_are_as_long_as_those_that_shapely_finds_round_the_building(seed: int) -> None:
    floorplan = grid_building(seed)
    building = footprint(floorplan, floorplan.levels[0])
    rng = random.Random(seed)
    west, south, east, north = building.buffer(15).bounds
    at = next(
        place
        for place in (Point(rng.uniform(west, east), rng.uniform(south, north)) for _ in range(1000))
        if building.distance(place) > 1
    )
    answer = enter(floorplan, "r2.1", at=at)
    assert answer.entries
    for entry in answer.entries:
        door = floorplan.opening_by_id[entry.opening_id].line.interpolate(0.5, normalized=True)
        least_m = shortest_outside(building, at, door)
        assert entry.outside_m is not None
        # It keeps its clearance and makes corners plainer: never shorter, and a few metres longer at most.
        assert least_m - 0.2 <= entry.outside_m <= least_m * 1.05 + 3.0


def shortest_outside(building: BaseGeometry, start: Point, door: Point) -> float:
    """Dijkstra over all corners of a footprint, sight tested by shapely."""
    inner = building.buffer(-0.16)
    shapely.prepare(inner)
    places = [start, door, *(Point(xy) for xy in shapely.get_coordinates(building))]
    graph = nx.Graph()
    for (a, one), (b, other) in combinations(enumerate(places), 2):
        if not inner.intersects(LineString([one, other])):
            graph.add_edge(a, b, metres=one.distance(other))
    return float(nx.dijkstra_path_length(graph, 0, 1, weight="metres"))


@pytest.mark.parametrize("seed", range(8))
def test_a_pursuer_never_meets_responders_on_a_way_in_that_is_called_safe(seed: int) -> None:
    rng = random.Random(seed)
    floorplan = two_storey_campus(seed)
    ground = floorplan.levels[0]
    outside = free_shape(floorplan, ground) - footprint(floorplan, ground).buffer(0.5)
    west, south, east, north = outside.bounds
    places = (Point(rng.uniform(west, east), rng.uniform(south, north)) for _ in range(1000))
    at = next(place for place in places if outside.covers(place))
    target = rng.choice([zone for zone in floorplan.zones if zone.category is not ZoneCategory.OUTDOOR])
    inside = rng.choice([zone for zone in floorplan.zones if zone.level_id == ground.id and zone.id != target.id])
    centre = inside.polygon.representative_point()
    danger = threat(centre.x, centre.y, speed_mps=rng.choice([1.0, 1.5]))
    request = PlanRequest([danger], profile=AT_1, reaction_s=0.0, margin_s=0.0, now=NOW)
    answer = find_entries(compile_floorplan(floorplan), request, target.id, EntryMode.AVOID, at)
    pursuer = chase(CampusGround(floorplan), danger)
    for entry in answer.entries:
        if entry.safe and entry.margin_s is not None:
            assert narrowest(entry, pursuer, ground.id) >= -1e-3 + min(0.0, entry.margin_s)
    assert [entry.safe for entry in answer.entries] == sorted((entry.safe for entry in answer.entries), reverse=True)


def narrowest(entry: Entry, pursuer: CampusPursuer, ground_id: object) -> float:
    """Least seconds by which the pursuer is later than responders, outside and in."""
    least = np.inf
    outside = LineString(entry.outside)
    for metres in np.arange(0, outside.length, 0.5):
        there = pursuer.seconds_to_each(ground_id, [outside.interpolate(metres)])[0]  # type: ignore[arg-type]
        least = min(least, there - metres)
    for leg in entry.legs:
        if len(leg.coordinates) > 1:
            places, at_s = zip(*samples(leg), strict=True)
            chased_s = pursuer.seconds_to_each(leg.level_id, list(places))
            least = min(least, float((chased_s - np.array(at_s)).min()))
    return least


def test_the_same_question_gives_the_same_answer() -> None:
    one, two = (enter(two_storey_campus(3), "r1.1", at=Point(-9, 3), threats=[threat(8, 2)]) for _ in range(2))
    assert one == two
    assert one.parameters_hash != enter(two_storey_campus(3), "r1.1", at=Point(-9, 4)).parameters_hash
