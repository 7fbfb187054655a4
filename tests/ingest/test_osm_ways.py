"""Stairs and elevators of OpenStreetMap: every way between levels, none twice."""

from collections import Counter

import pytest
import shapely
from shapely import LineString
from shapely.geometry import box

from geo_server.domain.faults import find_faults
from geo_server.domain.places import TransitionCategory, ZoneCategory
from geo_server.ingest.osm.levels import rises_of
from tests.ingest.osm_features import feature, read


def test_an_elevator_that_passes_a_level_joins_the_levels_where_it_stops() -> None:
    assert rises_of({"level": "-1;0;2"}) == ((-1, 0), (0, 2))
    result = read(
        feature(box(0, 0, 6, 6), "way/1", indoor="area", level="0;2", name="Hall"),
        feature(shapely.Point(3, 3), "node/1", highway="elevator", level="0;2"),
    )
    (elevator,) = result.floorplan.transitions
    assert elevator.length_m == pytest.approx(2 * 3.5)
    ordinals = [result.floorplan.ordinal(result.floorplan.zone_by_id[z].level_id) for z in elevator.zones]
    assert ordinals == [0, 2]


def test_two_flights_and_an_elevator_between_two_corridors_are_three_ways() -> None:
    """A threat may take any of them, and so may people when one is closed."""
    result = read(
        feature(box(0, 0, 40, 3), "way/1", indoor="corridor", level="0;1"),
        feature(LineString([(1, 1), (5, 1)]), "way/2", highway="steps", level="0;1", incline="up"),
        feature(LineString([(30, 1), (35, 1)]), "way/3", highway="steps", level="0;1", incline="up"),
        feature(shapely.Point(20, 1), "node/4", highway="elevator", level="0;1"),
    )
    ways = result.floorplan.transitions
    assert [way.category for way in ways] == ["stairs", "stairs", "elevator"]
    assert len({way.id for way in ways}) == 3
    assert len({way.zones for way in ways}) == 1
    assert find_faults(result.floorplan) == []


def test_steps_drawn_in_a_stairwell_are_that_stairwell_and_an_elevator_in_it_is_not() -> None:
    result = read(
        feature(box(0, 0, 6, 6), "way/1", indoor="room", stairs="yes", level="0;1"),
        feature(LineString([(1, 1), (5, 1)]), "way/2", highway="steps", level="0;1", incline="up"),
        feature(shapely.Point(3, 5), "node/3", highway="elevator", level="0;1"),
    )
    stairs, elevator = result.floorplan.transitions
    assert (stairs.category, elevator.category) == ("stairs", "elevator")
    assert stairs.geometry.length == pytest.approx(4, abs=0.01)


def test_steps_without_an_incline_are_joined_the_way_round_that_fits() -> None:
    result = read(
        feature(box(0, 0, 3, 3), "way/1", indoor="area", level="0", name="Low"),
        feature(box(5, 0, 8, 3), "way/2", indoor="area", level="1", name="High"),
        feature(LineString([(6, 1), (1, 1)]), "way/3", highway="steps", level="0;1"),
    )
    (stairs,) = result.floorplan.transitions
    assert [result.floorplan.zone_by_id[zone_id].name for zone_id in stairs.zones] == ["Low", "High"]
    assert stairs.geometry.coords[0][0] < stairs.geometry.coords[-1][0]


def test_an_area_of_steps_is_a_stairwell_and_a_mapped_wall_is_a_wall() -> None:
    result = read(
        feature(box(0, 0, 10, 10), "way/1", indoor="area", level="0"),
        feature(box(10, 0, 13, 4), "way/2", highway="steps", level="0-1", area="yes"),
        feature(LineString([(2, 2), (2, 8)]), "way/3", indoor="wall", level="0"),
    )
    assert Counter(z.category for z in result.floorplan.zones)[ZoneCategory.STAIRS] == 2
    straight = [wall.line for wall in result.floorplan.walls if len(wall.line.coords) == 2]
    assert [line.length for line in straight if abs(line.length - 6) < 0.01] == [pytest.approx(6, abs=0.01)]


def test_one_stairwell_on_three_levels_is_three_zones_and_two_flights() -> None:
    result = read(feature(box(0, 0, 3, 6), "way/1", indoor="room", stairs="yes", level="0-2"))
    assert [zone.category for zone in result.floorplan.zones] == [ZoneCategory.STAIRS] * 3
    assert [t.category for t in result.floorplan.transitions] == [TransitionCategory.STAIRS] * 2
    lower, upper = result.floorplan.transitions[0].zones
    zones = result.floorplan.zone_by_id
    assert result.floorplan.ordinal(zones[lower].level_id) + 1 == result.floorplan.ordinal(zones[upper].level_id)


def test_a_line_of_steps_runs_from_its_foot_to_its_head() -> None:
    steps = LineString([(1, 1), (6, 1)])
    result = read(
        feature(box(0, 0, 3, 3), "way/1", indoor="area", level="0", name="Low"),
        feature(box(5, 0, 8, 3), "way/2", indoor="area", level="1", name="High"),
        feature(steps, "way/3", highway="steps", level="0-1", incline="up"),
    )
    (stairs,) = result.floorplan.transitions
    names = [result.floorplan.zone_by_id[zone_id].name for zone_id in stairs.zones]
    assert names == ["Low", "High"]
    assert stairs.geometry.coords[0][0] < stairs.geometry.coords[1][0]


def test_steps_are_as_long_as_they_rise_or_as_they_are_drawn_whichever_is_longer() -> None:
    result = read(
        feature(box(0, 0, 60, 3), "way/1", indoor="corridor", level="0;1"),
        feature(LineString([(1, 1), (5, 1)]), "way/2", highway="steps", level="0;1", incline="up"),
        feature(LineString([(10, 1), (40, 1), (40, 2), (10, 2)]), "way/3", highway="steps", level="0;1", incline="up"),
    )
    short, long = sorted(result.floorplan.transitions, key=lambda way: way.length_m)
    assert short.length_m > 2 * short.geometry.length
    assert long.length_m == pytest.approx(61, abs=0.05)
