"""Small buildings to bring in."""

from uuid import uuid4

import orjson
import shapely
from shapely import LineString
from shapely.geometry import box, mapping

from geo_server.domain.frame import Frame, SiteFrame
from geo_server.domain.places import Floorplan, Level, Opening, Site, Zone
from geo_server.export.geojson import floorplan_document
from geo_server.services.drawings import DrawingFile
from geo_server.store.database import Database
from geo_server.store.sites import add_site

FRAME = SiteFrame(10.0, 50.0)


def add_north(database: Database, frame: SiteFrame = FRAME) -> Site:
    """Add a site without buildings."""
    site = Site(uuid4(), "north", "North", frame)
    with database.transaction() as c:
        add_site(c, site)
    return site


def shed(*, leads_out: bool) -> DrawingFile:
    """A building of one room of 10 m by 5 m around 10° E, 50° N, with a door that leads out or does not."""
    door = {"entrance": "main"} if leads_out else {"door": "yes"}
    features = [
        {"id": "way/1", "properties": {"indoor": "room", "level": "0", "name": "Shed"}, "geometry": box(0, 0, 10, 5)},
        {"id": "node/1", "properties": {**door, "level": "0"}, "geometry": shapely.Point(5, 0)},
    ]
    shapes = [f | {"type": "Feature", "geometry": mapping(FRAME.to_lonlat(f["geometry"]))} for f in features]
    return DrawingFile("shed.geojson", orjson.dumps({"type": "FeatureCollection", "features": shapes}))


def storeys(frame: Frame, names: dict[int, str], *, east: float = 0.0) -> DrawingFile:
    """A floorplan document with one room of 20 m by 10 m a level, ordinal to name; the lowest has a door to outside."""
    levels = {ordinal: Level(uuid4(), None, ordinal, name) for ordinal, name in names.items()}
    zones = [Zone(uuid4(), levels[n].id, box(east, 0, east + 20, 10), name) for n, name in names.items()]
    way_out = Opening(
        uuid4(), zones[0].level_id, LineString([(east + 4, 0), (east + 5, 0)]), (zones[0].id, None), exit=True
    )
    plan = Floorplan(frame, levels=tuple(levels.values()), zones=tuple(zones), openings=(way_out,))
    return DrawingFile("storeys.geojson", orjson.dumps(floorplan_document(plan)))


def large_drawing() -> DrawingFile:
    """A drawing of 24 MB: reading it takes many seconds on any machine."""
    line = "0\nLINE\n8\nfurniture\n10\n{0}.25\n20\n{1}.5\n11\n{0}.75\n21\n{1}.75\n"
    body = "".join(line.format(n % 997, n % 991) for n in range(350_000))
    return DrawingFile("hall.dxf", f"0\nSECTION\n2\nENTITIES\n{body}0\nENDSEC\n0\nEOF\n".encode())
