"""OpenStreetMap features given in metres, and what comes of them."""

from collections import Counter

import orjson
import shapely
from shapely.geometry import box, mapping

from geo_server.domain.frame import SiteFrame
from geo_server.ingest.osm.indoor import read_osm_indoor
from geo_server.ingest.result import ImportResult

FRAME = SiteFrame(10.0, 50.0)

Feature = dict[str, object]


def feature(geometry: shapely.Geometry, fid: str, **tags: str) -> Feature:
    """A feature given in metres around 10° E, 50° N."""
    return {
        "type": "Feature",
        "id": fid,
        "properties": {key.replace("__", ":"): value for key, value in tags.items()},
        "geometry": mapping(FRAME.to_lonlat(geometry)),
    }


def read(*features: Feature) -> ImportResult:
    return read_osm_indoor(orjson.dumps({"type": "FeatureCollection", "features": list(features)}), "test.geojson")


def codes(result: ImportResult) -> Counter[str]:
    return Counter(finding.code for finding in result.findings)


def room_and_hall() -> list[Feature]:
    return [
        feature(box(0, 0, 5, 5), "way/1", indoor="room", level="0", ref="101", name="Art"),
        feature(box(0, 5, 20, 8), "way/2", indoor="corridor", level="0"),
        feature(shapely.Point(2, 5), "node/1", door="hinged", level="0", width="1.1"),
        feature(shapely.Point(20, 6.5), "node/2", entrance="emergency", level="0", ref="7"),
    ]
