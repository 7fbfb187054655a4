"""Levels of one building, joined by the cores that lie over each other."""

from dataclasses import replace
from itertools import pairwise
from uuid import UUID, uuid4

import pytest
import shapely
from shapely import LineString, box

from geo_server.domain.frame import DrawingFrame, Frame, SiteFrame
from geo_server.domain.places import Floorplan, Level, Transition, TransitionCategory, Wall, Zone, ZoneCategory
from geo_server.ingest.levels import join_levels

STAIRS = box(0, 0, 3, 6)


def level(ordinal: int, polygon: shapely.Polygon = STAIRS, frame: Frame | None = None) -> Floorplan:
    """A level with one stairwell."""
    one = Level(uuid4(), None, ordinal, f"Floor {ordinal}")
    zone = Zone(uuid4(), one.id, polygon, "Stairs", ZoneCategory.STAIRS)
    return Floorplan(frame or DrawingFrame(), levels=(one,), zones=(zone,))


def pairs(floorplan: Floorplan) -> list[tuple[int, int]]:
    """Ordinals that transitions join."""
    at = {zone.id: floorplan.ordinal(zone.level_id) for zone in floorplan.zones}
    return sorted((at[way.zones[0]], at[way.zones[1]]) for way in floorplan.transitions)


@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (2, 1, 0), (-1, 0, 3)])
def test_stairs_join_each_level_with_the_next_one_that_is_there(order: tuple[int, int, int]) -> None:
    low, middle, high = sorted(order)
    assert pairs(join_levels([level(n) for n in order])) == [(low, middle), (middle, high)]


def test_levels_that_are_joined_one_after_the_other_are_joined_as_all_at_once() -> None:
    ground, first, second = (level(n) for n in range(3))
    by_steps = join_levels([join_levels([ground, second]), first])
    assert pairs(by_steps) == pairs(join_levels([ground, first, second])) == [(0, 1), (1, 2)]


def test_two_levels_of_one_ordinal_are_both_joined_to_the_next_and_not_to_each_other() -> None:
    split = [level(0, box(0, 0, 3, 2)), level(0, box(0, 3, 3, 6)), level(1)]
    assert pairs(join_levels(split)) == [(0, 1), (0, 1)]


def test_every_way_that_a_floorplan_has_stays_when_it_is_joined_to_another() -> None:
    both = join_levels([level(0), level(1)])
    lower, upper = both.transitions[0].zones
    ways = tuple(
        Transition(uuid4(), both.levels[0].id, LineString([(x, 0), (x, 5)]), (lower, upper), category, 7.0)
        for x, category in (
            (1, TransitionCategory.STAIRS),
            (2, TransitionCategory.STAIRS),
            (3, TransitionCategory.ELEVATOR),
        )
    )
    known = Floorplan(both.frame, levels=both.levels, zones=both.zones, transitions=ways)
    joined = join_levels([known, level(2)])
    assert ids(joined) >= ids(known)
    assert pairs(joined) == [(0, 1), (0, 1), (0, 1), (1, 2)]


def ids(floorplan: Floorplan) -> set[UUID]:
    return {way.id for way in floorplan.transitions}


@pytest.mark.parametrize(("frame", "shift"), [(SiteFrame(10.0, 50.0), 0.0), (DrawingFrame(), -50.0)])
def test_levels_in_drawing_metres_are_laid_over_each_other_and_those_on_the_ground_stay(
    frame: Frame, shift: float
) -> None:
    joined = join_levels([walled(0, 0.0, frame), walled(1, 50.0, frame)])
    assert [one.shift_m[0] for one in joined.levels] == [0.0, pytest.approx(shift)]
    assert len(joined.transitions) == (1 if shift else 0)


def walled(ordinal: int, east: float, frame: Frame) -> Floorplan:
    """A level with a stairwell and the corners of a house that is no rectangle."""
    plan = level(ordinal, box(east, 0, east + 3, 6), frame)
    corners = [(0, 0), (20, 0), (20, 7), (13, 7), (13, 12), (0, 12), (0, 0)]
    lines = [LineString([(east + x, y) for x, y in pair]) for pair in pairwise(corners)]
    return replace(plan, walls=tuple(Wall(uuid4(), plan.levels[0].id, line) for line in lines))
