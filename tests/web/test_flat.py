"""Plane geometry of the page, put to its own module in the browser: snapping to walls, cutting zones, placing names."""

from typing import Any

import pytest
from playwright.sync_api import Page
from shapely import LineString, Point, Polygon
from shapely.ops import split

from tests.web.drafts import METRES_PER_DEGREE_EAST, METRES_PER_DEGREE_NORTH, ORIGIN, on_ground

pytestmark = pytest.mark.browser

ELL = [(0, 0), (10, 0), (10, 4), (4, 4), (4, 10), (0, 10), (0, 0)]
"""A room around a corner, in metres."""


def _ask(page: Page, question: str, *arguments: Any) -> Any:
    script = (
        f"async (given) => {{ const flat = await import('/static/js/flat.js'); return flat.{question}(...given); }}"
    )
    return page.evaluate(script, list(arguments))


def _metres(lonlat: list[float]) -> tuple[float, float]:
    return (lonlat[0] - ORIGIN[0]) * METRES_PER_DEGREE_EAST, (lonlat[1] - ORIGIN[1]) * METRES_PER_DEGREE_NORTH


def _ring() -> list[tuple[float, float]]:
    return [on_ground(x, y) for x, y in ELL]


def test_a_cut_divides_the_room_in_two_wherever_its_ends_were_tapped(modules: Page) -> None:
    for one, two in (((6, 1), (6, 3)), ((1, 7), (3, 7)), ((1, 2), (1.5, 2.2)), ((9, 0.5), (8, 3.5))):
        cut = _ask(modules, "cutAcross", [on_ground(*one), on_ground(*two)], [_ring()])
        parts = split(Polygon(ELL), LineString([_metres(end) for end in cut]))
        assert len(parts.geoms) == 2, (one, two)


def test_taps_on_one_spot_or_outside_are_no_cut(modules: Page) -> None:
    assert _ask(modules, "cutAcross", [on_ground(1, 1), on_ground(1, 1)], [_ring()]) is None
    assert _ask(modules, "cutAcross", [on_ground(20, 1), on_ground(20, 3)], [_ring()]) is None


def test_a_tap_is_taken_to_the_nearest_wall_and_one_far_from_any_is_not(modules: Page) -> None:
    sides = _ask(modules, "sidesOf", [_ring()])
    found = _ask(modules, "snapToSide", on_ground(6, 4.5), sides, 2)
    assert _metres(found["at"]) == pytest.approx((6, 4), abs=0.02)
    assert _metres(_ask(modules, "dropOnLine", on_ground(7, 5), found["side"])) == pytest.approx((7, 4), abs=0.02)
    assert _ask(modules, "snapToSide", on_ground(15, 15), sides, 2) is None


def test_a_name_stands_inside_its_room(modules: Page) -> None:
    assert Polygon(ELL).contains(Point(_metres(_ask(modules, "placeInside", [_ring()]))))
