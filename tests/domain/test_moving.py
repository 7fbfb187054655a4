"""A floorplan on the ground has the same shapes as in the drawing, at the place that was asked for."""

from dataclasses import replace
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

import pytest
import shapely
from shapely import LineString, Point, box

from geo_server.domain.faults import find_faults
from geo_server.domain.frame import DrawingFrame, Placement, SiteFrame
from geo_server.domain.moving import change_frame, give_to_building, place_floorplan
from geo_server.domain.places import (
    AssemblyPoint,
    Asset,
    AssetCategory,
    Building,
    Floorplan,
    Level,
    Opening,
    Transition,
    TransitionCategory,
    Wall,
    Zone,
)

HERE = SiteFrame(10.0, 50.0)


def _id(name: str) -> UUID:
    return uuid5(NAMESPACE_URL, name)


def _plan() -> Floorplan:
    """Two levels drawn 100 m beside each other, with stairs from the one to the other."""
    ground, upper = Level(_id("0"), None, 0, "0"), Level(_id("1"), None, 1, "1", shift_m=(-100.0, 0.0))
    low = Zone(_id("low"), ground.id, box(0, 0, 10, 5), "Low")
    high = Zone(_id("high"), upper.id, box(100, 0, 110, 5), "High")
    return Floorplan(
        DrawingFrame(0.3048),
        (ground, upper),
        (low, high),
        (Opening(_id("door"), ground.id, LineString([(0, 1), (0, 2)]), (low.id, None), exit=True),),
        (
            Transition(
                _id("stairs"),
                ground.id,
                LineString([(1, 1), (104, 1)]),
                (low.id, high.id),
                TransitionCategory.STAIRS,
                6.0,
            ),
        ),
        (Wall(_id("wall"), upper.id, LineString([(100, 0), (110, 0)])),),
        (Asset(_id("aed"), upper.id, Point(105, 1), AssetCategory.AED),),
        (AssemblyPoint(_id("lawn"), Point(50, 50), "Lawn"),),
        outlines={upper.id: box(99, -1, 111, 6)},
    )


def test_levels_drawn_side_by_side_come_to_lie_over_each_other() -> None:
    placed = place_floorplan(_plan(), Placement(0.0, 1000.0, 2000.0), HERE)
    low, high = placed.zones
    assert low.polygon.equals_exact(high.polygon, 1e-9)
    assert low.polygon.bounds == (1000.0, 2000.0, 1010.0, 2005.0)
    assert all(level.shift_m == (0.0, 0.0) for level in placed.levels)
    assert placed.outlines[placed.levels[1].id].bounds == (999.0, 1999.0, 1011.0, 2006.0)


def test_the_head_of_stairs_moves_with_the_upper_level() -> None:
    (stairs,) = place_floorplan(_plan(), Placement(0.0, 0.0, 0.0), HERE).transitions
    assert list(stairs.geometry.coords) == [(1.0, 1.0), (4.0, 1.0)]


def test_a_quarter_turn_turns_everything_counter_clockwise() -> None:
    placed = place_floorplan(_plan(), Placement(90.0, 0.0, 0.0), HERE)
    assert placed.zones[0].polygon.bounds == pytest.approx((-5.0, 0.0, 0.0, 10.0))
    assert placed.assets[0].point.distance(Point(-1, 5)) < 1e-9
    assert placed.assembly_points[0].point.distance(Point(-50, 50)) < 1e-9


def test_another_sites_frame_keeps_lengths_and_places() -> None:
    placed = place_floorplan(_plan(), Placement(30.0, 10.0, 20.0), HERE)
    there = SiteFrame(10.01, 50.005)
    moved = change_frame(placed, there)
    before, after = placed.zones[0].polygon, moved.zones[0].polygon
    assert after.area == pytest.approx(before.area, rel=1e-5)
    back = there.to_lonlat(after)
    assert shapely.hausdorff_distance(back, HERE.to_lonlat(before)) < 1e-10
    assert change_frame(placed, HERE) is placed


def test_a_drawing_without_a_place_cannot_change_frame() -> None:
    with pytest.raises(TypeError):
        change_frame(_plan(), HERE)


def test_two_buildings_made_of_one_file_share_no_id() -> None:
    one, two = (give_to_building(_plan(), Building(uuid4(), name)) for name in ("North", "South"))
    assert find_faults(one) == find_faults(two) == []
    assert not _all_ids(one) & _all_ids(two)
    assert one.levels[0].building_id == one.buildings[0].id
    assert set(one.outlines) <= set(one.level_by_id)


def test_the_same_file_gives_the_same_building_the_same_ids() -> None:
    building = Building(uuid4(), "North")
    assert give_to_building(_plan(), building) == give_to_building(replace(_plan()), building)


def _all_ids(plan: Floorplan) -> set[UUID]:
    things = (plan.levels, plan.zones, plan.openings, plan.transitions, plan.walls, plan.assets, plan.assembly_points)
    return {thing.id for group in things for thing in group}
