import math
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyproj import Transformer
from shapely import LineString, MultiPolygon, Point, Polygon, box
from sqlalchemy import func, select

from geo_server.domain.errors import InvalidInput
from geo_server.store.database import Database
from geo_server.store.floorplans import load_floorplan
from geo_server.store.geometry import decode, decode_all, decode_lonlat, encode, encode_lonlat
from geo_server.store.tables import zones
from tests.store.samples import FRAME, a_floorplan, found, published

lonlat = st.tuples(st.floats(-180, 180, allow_subnormal=False), st.floats(-85, 85, allow_subnormal=False))
metres = st.tuples(st.floats(-2000, 2000), st.floats(-2000, 2000))
geometries: st.SearchStrategy[Any] = st.one_of(
    lonlat.map(Point),
    st.lists(lonlat, min_size=2, max_size=20).map(LineString),
    st.lists(lonlat, min_size=3, max_size=20).map(Polygon),
)
each_time = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@each_time
@given(geometry=geometries)
def test_a_geometry_comes_back_from_the_database_bit_for_bit(database: Database, geometry: Any) -> None:
    with database.snapshot() as c:
        back = c.execute(select(func.ST_AsEWKB(encode_lonlat(geometry), type_=zones.c.geom.type))).scalar_one()
    assert shapely.to_wkb(decode_lonlat(back)) == shapely.to_wkb(geometry)


@settings(deadline=None)
@given(points=st.lists(metres, min_size=2, max_size=20))
def test_site_metres_come_back_to_a_thousandth_of_a_millimetre(points: list[tuple[float, float]]) -> None:
    line = LineString(points)
    back = decode(encode(line, FRAME), FRAME)
    assert shapely.get_coordinates(back) == pytest.approx(shapely.get_coordinates(line), abs=1e-6)


def test_a_column_is_decoded_in_order_and_gaps_stay_gaps() -> None:
    shapes = [Point(1, 2), None, box(0, 0, 5, 5), MultiPolygon([box(0, 0, 1, 1), box(3, 3, 4, 4)])]
    back = decode_all([None if shape is None else encode(shape, FRAME) for shape in shapes], FRAME)
    assert back[1] is None
    for shape, other in zip(shapes, back, strict=True):
        assert shape is None or shape.equals_exact(other, 1e-6)
    assert decode_all([], FRAME) == []


def test_heights_are_left_out() -> None:
    assert decode(encode(Point(1, 2, 3), FRAME), FRAME).has_z is False


@pytest.mark.parametrize("geometry", [Point(), Polygon(), Point(math.nan, 1), Point(1e12, 1e12)])
def test_a_place_that_is_nowhere_is_refused(geometry: Any) -> None:
    with pytest.raises(InvalidInput, match="longitude"):
        encode(geometry, FRAME)


def test_the_database_keeps_the_place_for_tiles_in_step(database: Database) -> None:
    site, building = found(database)
    with database.transaction() as c:
        published(c, site, building, a_floorplan())
        rows = c.execute(select(zones.c.id, zones.c.geom_3857)).all()
        floorplan = load_floorplan(c, site)
    to_mercator = Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True)
    for row in rows:
        lon, lat = shapely.get_coordinates(FRAME.to_lonlat(floorplan.zone_by_id[row.id].polygon)).T
        expected = np.column_stack(to_mercator.transform(lon, lat))
        assert shapely.get_coordinates(decode_lonlat(row.geom_3857)) == pytest.approx(expected, abs=1e-3)
