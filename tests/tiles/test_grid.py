"""The tile grid: which addresses there are, and which tile holds a place."""

import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_server.domain.errors import InvalidInput, NotFound
from geo_server.tiles.grid import MAX_ZOOM, TileAddress, read_address, tile_at

HALF_ROUND_M = 20037508.342789244
TO_3857 = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True)


def test_an_address_is_read_from_its_parts() -> None:
    assert read_address("-1", "18", "131072", "90000.mvt") == TileAddress(-1, 18, 131072, 90000)


@pytest.mark.parametrize(
    "parts",
    [
        ("0", "23", "0", "0.mvt"),
        ("0", "-1", "0", "0.mvt"),
        ("0", "3", "8", "0.mvt"),
        ("0", "3", "0", "8.mvt"),
        ("0", "3", "-1", "0.mvt"),
        ("201", "3", "0", "0.mvt"),
        ("-51", "3", "0", "0.mvt"),
    ],
)
def test_a_tile_off_the_grid_is_not_found_in_one_line(parts: tuple[str, str, str, str]) -> None:
    with pytest.raises(NotFound) as caught:
        read_address(*parts)
    assert caught.value.advice
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "parts",
    [
        ("ground", "3", "0", "0.mvt"),
        ("0", "3.5", "0", "0.mvt"),
        ("0", "3", "", "0.mvt"),
        ("0", "3", "0", "0.png"),
        ("0", "3", "٣", "0.mvt"),
        ("0", "3", "9" * 5000, "0.mvt"),
        ("0", "3", "--1", "0.mvt"),
        ("0", "3", "+1", "0.mvt"),
    ],
)
def test_a_part_that_is_no_number_is_refused_in_one_line(parts: tuple[str, str, str, str]) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_address(*parts)
    assert len(str(caught.value)) < 200


@given(st.floats(-179.9, 179.9), st.floats(-85, 85), st.integers(0, MAX_ZOOM))
def test_a_place_lies_in_its_tile(lon: float, lat: float, z: int) -> None:
    tile = tile_at(lon, lat, z)
    x, y = TO_3857.transform(lon, lat)
    side = 2 * HALF_ROUND_M / 2**z
    west, north = tile.x * side - HALF_ROUND_M, HALF_ROUND_M - tile.y * side
    assert west - 0.01 <= x <= west + side + 0.01
    assert north - side - 0.01 <= y <= north + 0.01
    assert read_address("0", str(z), str(tile.x), f"{tile.y}.mvt") == tile
