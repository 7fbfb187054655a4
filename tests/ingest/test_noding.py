"""Linework made one arrangement: what was drawn to meet meets, however the drawing is turned."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_server.ingest.dxf.noding import node, node_with, straighten, straighten_noded, weld
from geo_server.ingest.dxf.polygonize import faces_of
from geo_server.ingest.dxf.segments import Segments, lengths

GRID = np.array([[0, y, 12, y] for y in (0, 3.1, 7.3, 9)] + [[x, 0, x, 9] for x in (0, 2.7, 6.3, 12)], dtype=np.float64)
"""Sixteen lines' worth of walls that meet in corners, tees and crossings: nine rooms."""


def turned(segments: Segments, angle_deg: float) -> Segments:
    cos, sin = math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))
    points = segments.reshape(-1, 2) @ np.array([[cos, sin], [-sin, cos]])
    return np.asarray(points.reshape(-1, 4), dtype=np.float64)


@settings(max_examples=40, deadline=None)
@given(angle=st.floats(-180, 180), seed=st.integers(0, 2**32 - 1))
def test_rooms_stay_closed_when_their_walls_are_turned_and_drawn_with_a_shaking_hand(angle: float, seed: int) -> None:
    shaken = turned(GRID, angle) + np.random.default_rng(seed).uniform(-0.002, 0.002, GRID.shape)
    rooms = [face for face in faces_of(node(weld(shaken))) if face.area > 1]
    assert len(rooms) == 9
    assert sum(room.area for room in rooms) == pytest.approx(12 * 9, rel=2e-3)


def test_lines_farther_apart_than_a_pen_is_wide_stay_apart() -> None:
    pane = np.array([[0, 0, 4, 0], [0, 0.01, 4, 0.01]], dtype=np.float64)
    assert np.array_equal(weld(pane), pane)


def test_a_wall_drawn_in_pieces_is_one_wall() -> None:
    pieces = np.array([[0, 0, 1, 0], [2.5, 0, 1, 0], [2.5, 0, 4, 0], [4, 0, 4, 3]], dtype=np.float64)
    assert sorted(lengths(straighten(pieces)).tolist()) == pytest.approx([3, 4])


@settings(max_examples=40, deadline=None)
@given(angle=st.floats(-180, 180), seed=st.integers(0, 2**32 - 1))
def test_noding_only_what_is_near_gives_what_noding_everything_gives(angle: float, seed: int) -> None:
    chance = np.random.default_rng(seed)
    walls = turned(GRID, angle) + chance.uniform(-0.002, 0.002, GRID.shape)
    added = turned(np.hstack([chance.uniform(1, 8, (3, 2)), chance.uniform(1, 8, (3, 2))]), angle)
    noded = node(weld(walls))
    for mine, every in (
        (node_with(noded, added), node(np.vstack([noded, added]))),
        (node_with(noded, added[:0]), noded),
        (straighten_noded(noded), node(straighten(noded))),
    ):
        found, expected = faces_of(mine), faces_of(every)
        assert len(found) == len(expected)
        shared = shapely.area(shapely.intersection(np.array(found), np.array(expected)))
        assert shared == pytest.approx(shapely.area(np.array(expected)), abs=0.03)


def test_nothing_comes_of_nothing() -> None:
    nothing = np.empty((0, 4), dtype=np.float64)
    point = np.array([[1.0, 1.0, 1.001, 1.0]])
    assert len(weld(nothing)) == len(straighten(nothing)) == len(node(nothing)) == len(weld(point)) == 0
