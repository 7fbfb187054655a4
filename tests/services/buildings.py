"""Small buildings to bring in."""

import orjson
import shapely
from shapely.geometry import box, mapping

from geo_server.domain.frame import SiteFrame
from geo_server.services.imports import DrawingFile

FRAME = SiteFrame(10.0, 50.0)


def shed(*, leads_out: bool) -> DrawingFile:
    """A building of one room of 10 m by 5 m around 10° E, 50° N, with a door that leads out or does not."""
    door = {"entrance": "main"} if leads_out else {"door": "yes"}
    features = [
        {"id": "way/1", "properties": {"indoor": "room", "level": "0", "name": "Shed"}, "geometry": box(0, 0, 10, 5)},
        {"id": "node/1", "properties": {**door, "level": "0"}, "geometry": shapely.Point(5, 0)},
    ]
    shapes = [f | {"type": "Feature", "geometry": mapping(FRAME.to_lonlat(f["geometry"]))} for f in features]
    return DrawingFile("shed.geojson", orjson.dumps({"type": "FeatureCollection", "features": shapes}))
