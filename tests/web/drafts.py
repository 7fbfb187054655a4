"""A drawing of a small annex for tests of the page, and what people do with a draft on the map."""

import json
from typing import Any
from uuid import uuid4

from playwright.sync_api import Locator, Page, expect

from tests.web.steps import eventually, rendered

Json = dict[str, Any]
LonLat = tuple[float, float]

METRES_PER_DEGREE_NORTH = 111_250.0
"""At 51 degrees north, on the WGS 84 ellipsoid."""
METRES_PER_DEGREE_EAST = 70_197.0
"""The same, along the parallel."""
ORIGIN: LonLat = (13.7010, 51.0010)
WIDTH_M = 16.0


def annex() -> bytes:
    """Two rooms side by side, the first with an exit, the second with no door; and a room above that nothing leads to."""
    levels = [_feature("level", None, name=name, ordinal=n) for n, name in enumerate(("Ground", "Upper"))]
    rooms = [
        _room("101", 0, 0, 8, confidence=0.72, confidence_reasons=[{"code": "edge-drawn", "measure": 0.92}]),
        _room("102", 0, 8, 16, confidence=0.31, confidence_reasons=[{"code": "edge-assumed", "measure": 2.1}]),
        _room("201", 1, 0, 16, confidence=0.95, confidence_reasons=[{"code": "outline-drawn"}]),
    ]
    door = {"type": "LineString", "coordinates": [[3, 0], [4, 0]]}
    way_out = _feature("opening", door, category="door", zones=[rooms[0]["id"], None], exit=True, width_m=1, ordinal=0)
    frame = {"frame": "drawing-metres", "metres_per_unit": 1.0}
    return json.dumps({"type": "FeatureCollection", **frame, "features": [*levels, *rooms, way_out]}).encode()


def _room(name: str, ordinal: int, west: float, east: float, **sure: object) -> Json:
    ring = [[west, 0], [east, 0], [east, 6], [west, 6], [west, 0]]
    polygon = {"type": "Polygon", "coordinates": [ring]}
    return _feature("zone", polygon, name=name, category="room", ordinal=ordinal, **sure)


def _feature(kind: str, geometry: Json | None, **properties: object) -> Json:
    return {
        "type": "Feature",
        "id": str(uuid4()),
        "geometry": geometry,
        "properties": {"feature_type": kind, **properties},
    }


def on_ground(x_m: float, y_m: float) -> LonLat:
    """Where a place of the annex's drawing is when it lies unturned at ``ORIGIN``."""
    return ORIGIN[0] + x_m / METRES_PER_DEGREE_EAST, ORIGIN[1] + y_m / METRES_PER_DEGREE_NORTH


def upload(page: Page, name: str, content: bytes) -> None:
    """Fill in the upload form for the building Annex and send it."""
    page.get_by_role("tab", name="Floorplans").click()
    page.get_by_text("Upload a drawing").click()
    page.locator("input[name=file]").set_input_files({"name": name, "mimeType": "application/json", "buffer": content})
    page.get_by_label("Building", exact=True).fill("Annex")
    page.get_by_role("button", name="Upload", exact=True).click()


def place(draft: Locator, spots: list[tuple[str, str, str, str]]) -> None:
    """Place a draft by its card: x, y in metres and longitude, latitude in degrees of each spot."""
    draft.get_by_text("Place it on the ground").click()
    labels = ("x in the drawing (metres)", "y in the drawing (metres)", "Longitude (degrees)", "Latitude (degrees)")
    for n, values in enumerate(spots, start=1):
        group = draft.get_by_role("group", name=f"Spot {n}", exact=True)
        for label, value in zip(labels, values, strict=True):
            group.get_by_label(label).fill(value)
    draft.get_by_role("button", name="Place", exact=True).click()
    expect(draft).to_contain_text("Placed on the ground")


def spot(x_m: float, y_m: float) -> tuple[str, str, str, str]:
    """A spot of the annex, named twice."""
    lon, lat = on_ground(x_m, y_m)
    return str(x_m), str(y_m), f"{lon:.8f}", f"{lat:.8f}"


def review(page: Page, card: Locator, band: str) -> Locator:
    """Open the review of a revision and wait until the map shows it; its panel."""
    card.get_by_role("button", name="Review").click()
    expect(page.locator(".review-band")).to_have_text(band)
    eventually(page, lambda: rendered(page, ["zone-label"], "name"), lambda names: len(names) > 0)
    return page.locator(".review")


def tap(page: Page, at: LonLat) -> None:
    """Tap the map at a place, where the map has come to rest."""
    page.wait_for_function(
        "() => { const { map } = document.getElementById('map'); return map.loaded() && !map.isMoving(); }"
    )
    x, y = page.evaluate("(at) => { const p = document.getElementById('map').map.project(at); return [p.x, p.y]; }", at)
    page.locator("#map canvas").click(position={"x": x, "y": y})


def draw_door(page: Page, one: LonLat, other: LonLat) -> None:
    """Draw a door by two taps."""
    expect(page.locator(".hint")).to_contain_text("Tap the wall where the door begins")
    tap(page, one)
    expect(page.locator(".hint")).to_contain_text("Tap the same wall where the door ends")
    tap(page, other)
