"""Crossing between lon, lat and metres."""

import math

import numpy as np
import pyproj
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point

from geo_server.domain.errors import InvalidInput
from geo_server.domain.frame import ControlPoint, Placement, SiteFrame, fit_placement

DRESDEN = SiteFrame(13.72, 51.03)
metres = st.floats(-2000, 2000)


@settings(deadline=None)
@given(metres, metres)
def test_metres_survive_the_way_there_and_back(x: float, y: float) -> None:
    back = DRESDEN.coordinates_to_metres(DRESDEN.coordinates_to_lonlat([(x, y)]))
    assert back[0] == pytest.approx((x, y), abs=1e-6)


@settings(deadline=None)
@given(metres, metres)
def test_a_length_is_what_the_ellipsoid_says(x: float, y: float) -> None:
    lonlat = DRESDEN.coordinates_to_lonlat([(0, 0), (x, y)])
    _, _, length = pyproj.Geod(ellps="WGS84").inv(*lonlat[0], *lonlat[1])
    assert math.hypot(x, y) == pytest.approx(length, abs=0.001)


def test_north_is_up() -> None:
    east, north = DRESDEN.to_metres(Point(13.72, 51.04)).coords[0]
    assert east == pytest.approx(0, abs=1e-6)
    assert north == pytest.approx(1112.6, abs=1)


@pytest.mark.parametrize(("lon", "lat"), [(181, 0), (0, 86), (float("nan"), 0), (0, float("inf"))])
def test_an_origin_off_the_globe_is_refused(lon: float, lat: float) -> None:
    with pytest.raises(InvalidInput, match="longitude"):
        SiteFrame(lon, lat)


def control_points(placement: Placement, drawing: list[tuple[float, float]]) -> list[ControlPoint]:
    ground = DRESDEN.coordinates_to_lonlat(placement.place_coordinates(drawing))
    return [ControlPoint(x, y, lon, lat) for (x, y), (lon, lat) in zip(drawing, ground.tolist(), strict=True)]


@settings(deadline=None)
@given(st.floats(-180, 180), st.floats(-500, 500), st.floats(-500, 500))
def test_control_points_give_back_the_placement_they_were_made_with(turn: float, east: float, north: float) -> None:
    corners = [(0.0, 0.0), (80.0, 0.0), (80.0, 40.0), (1000.0, 1040.0)]
    made = Placement(turn, east, north)
    found = fit_placement(control_points(made, corners), DRESDEN)
    assert found.place_coordinates(corners) == pytest.approx(made.place_coordinates(corners), abs=1e-4)
    assert max(found.residuals_m) < 1e-4
    assert found.scale_check == pytest.approx(1, abs=1e-6)
    assert found.verified


def test_two_points_place_but_do_not_verify() -> None:
    found = fit_placement(control_points(Placement(30, 5, 5), [(0, 0), (80, 40)]), DRESDEN)
    assert found.rotation_deg == pytest.approx(30)
    assert not found.verified


def test_feet_taken_for_metres_show_in_the_scale_check() -> None:
    points = control_points(Placement(10, 0, 0), [(0, 0), (80, 0), (80, 40)])
    feet = [ControlPoint(p.x_m / 0.3048, p.y_m / 0.3048, p.lon, p.lat) for p in points]
    assert fit_placement(feet, DRESDEN).scale_check == pytest.approx(0.3048, abs=1e-4)


def test_the_fit_is_the_best_one() -> None:
    """Brute force: no nearby turn or shift has a smaller sum of squares."""
    noise = np.random.default_rng(1).normal(0, 0.5, (4, 2))
    corners = np.array([(0.0, 0.0), (80.0, 0.0), (80.0, 40.0), (0.0, 40.0)])
    ground = DRESDEN.coordinates_to_lonlat(Placement(20, 3, 4).place_coordinates(corners) + noise)
    points = [ControlPoint(*xy, *ll) for xy, ll in zip(corners.tolist(), ground.tolist(), strict=True)]
    best = fit_placement(points, DRESDEN)
    target = DRESDEN.coordinates_to_metres(ground)

    def misfit(p: Placement) -> float:
        return float(((p.place_coordinates(corners) - target) ** 2).sum())

    for turn in (-0.01, 0, 0.01):
        for east in (-0.01, 0, 0.01):
            for north in (-0.01, 0, 0.01):
                near = Placement(best.rotation_deg + turn, best.east_m + east, best.north_m + north)
                assert misfit(best) <= misfit(near) + 1e-12


def test_a_mirrored_drawing_is_refused() -> None:
    points = control_points(Placement(0, 0, 0), [(0, 0), (80, 0), (80, 40)])
    mirrored = [ControlPoint(-p.x_m, p.y_m, p.lon, p.lat) for p in points]
    with pytest.raises(InvalidInput, match="mirrored"):
        fit_placement(mirrored, DRESDEN)


@pytest.mark.parametrize("points", [[], [(0.0, 0.0)], [(1.0, 1.0), (1.0, 1.0)]])
def test_too_few_or_coinciding_points_are_refused(points: list[tuple[float, float]]) -> None:
    with pytest.raises(InvalidInput, match="control point"):
        fit_placement(control_points(Placement(0, 0, 0), points) if points else [], DRESDEN)
