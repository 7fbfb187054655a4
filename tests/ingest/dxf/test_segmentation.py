"""The second reading of walls, by morphology: it knows no door and no face, and is right where walls are."""

import math
import time

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy import ndimage
from shapely import LineString, Polygon, box

from geo_server.ingest.dxf.segmentation import Likeness, _components, _grown, compare, segment
from geo_server.ingest.dxf.segments import Segments

LEFT, RIGHT = box(0, 0, 6, 5), box(6.2, 0, 12, 5)


def walls(*solids: Polygon) -> Segments:
    """The outlines of what is solid, as segments."""
    lines = [LineString(ring.coords) for solid in solids for ring in (solid.exterior, *solid.interiors)]
    points = [np.asarray(line.coords) for line in lines]
    return np.vstack([np.hstack([run[:-1], run[1:]]) for run in points])


def house(*gaps: Polygon) -> Segments:
    """Two rooms side by side in walls of 0.2 m, with gaps."""
    body = box(-0.2, -0.2, 12.2, 5.2).difference(shapely.union_all([LEFT, RIGHT, *gaps]))
    return walls(*shapely.get_parts(body))


def seen(barriers: Segments, *zones: Polygon) -> list[Likeness | None]:
    regions = segment(barriers, zones)
    assert regions is not None
    return compare(regions, zones)


@pytest.mark.parametrize("turn_deg", [0, 17, 45])
def test_rooms_with_a_doorway_between_them_are_regions_of_their_own(turn_deg: float) -> None:
    turn = shapely.affinity.affine_transform
    cos, sin = math.cos(math.radians(turn_deg)), math.sin(math.radians(turn_deg))
    turned = house(box(5.9, 2, 6.3, 2.9)).reshape(-1, 2) @ np.array([[cos, sin], [-sin, cos]])
    zones = [turn(room, [cos, -sin, sin, cos, 0, 0]) for room in (LEFT, RIGHT)]
    for likeness in seen(turned.reshape(-1, 4), *zones):
        assert likeness is not None
        assert likeness.alike > 0.95


def test_rooms_without_a_wall_between_them_are_one_region_that_runs_on_beyond_each() -> None:
    for likeness in seen(house(box(5.9, 0.5, 6.3, 4.5)), LEFT, RIGHT):
        assert likeness is not None
        assert likeness.runs_on
        assert likeness.alike < 0.6


def test_a_zone_over_two_rooms_is_several_regions() -> None:
    (likeness,) = seen(house(), shapely.union_all([LEFT, RIGHT]).convex_hull)
    assert likeness is not None
    assert not likeness.runs_on
    assert likeness.alike < 0.6


def test_a_facade_with_a_hole_wider_than_any_door_runs_on_to_the_outside() -> None:
    (left, right) = seen(house(box(-0.3, 1, 0.1, 4)), LEFT, RIGHT)
    assert left is not None
    assert left.runs_on
    assert right is not None
    assert right.alike > 0.95


def test_of_a_shaft_too_narrow_to_stand_in_nothing_is_said() -> None:
    shaft = box(3, 1, 3.5, 4)
    assert seen(walls(box(0, 0, 6, 5), shaft), shaft) == [None]


def test_a_level_without_zones_or_larger_than_any_school_is_not_segmented_and_costs_nothing() -> None:
    assert segment(house(), []) is None
    began = time.process_time()
    assert segment(np.array([[0, 0, 1e6, 1e6]]), [box(0, 0, 1e6, 1e6)]) is None
    assert time.process_time() - began < 0.5


def test_walls_far_outside_cost_nothing() -> None:
    strays = np.array([[0, 0, 1e7, 1e7], [-1e8, 2, 1e8, 2], [5e6, 5e6, 5e6 + 1, 5e6]])
    began = time.process_time()
    assert segment(np.vstack([house(), strays]), [LEFT, RIGHT]) is not None
    assert time.process_time() - began < 0.5


masks = arrays(np.bool_, array_shapes(min_dims=2, max_dims=2, min_side=3, max_side=25))


@settings(deadline=None)
@given(masks)
def test_components_are_those_that_another_library_finds(mask: np.ndarray) -> None:
    mask[[0, -1], :] = mask[:, [0, -1]] = False
    ours = _components(mask)
    theirs, count = ndimage.label(mask)
    assert ours.max() == count
    assert len(set(zip(ours.ravel().tolist(), theirs.ravel().tolist(), strict=True))) == count + 1 - bool(mask.all())


@settings(deadline=None)
@given(masks, st.floats(1, 7))
def test_walls_grow_by_a_disc(mask: np.ndarray, radius: float) -> None:
    mask[0, 0] = True
    assert (_grown(mask, radius) == (ndimage.distance_transform_edt(~mask) <= radius)).all()
