"""The sample school as tests bring it in and put it on the ground."""

from pathlib import Path

from geo_server.domain.frame import ControlPoint, Placement
from geo_server.domain.places import Floorplan, Site
from geo_server.services.drawings import DrawingFile
from geo_server.services.revisions import place_revision
from geo_server.store.database import Database
from geo_server.store.floorplans import load_floorplan
from geo_server.store.revisions import Revision
from tests.services.buildings import FRAME

FLOORPLANS = Path(__file__).parents[2] / "data/floorplans"


def drawing(ordinal: int = 0, *, shows: int | None = None) -> DrawingFile:
    """A level of the school, which a person says has an ordinal.

    Args:
        ordinal: What the person says.
        shows: The level that the file shows in truth; None is the same.
    """
    name = f"school_level_{ordinal if shows is None else shows}.dxf"
    return DrawingFile(name, (FLOORPLANS / name).read_bytes(), ordinal, f"Floor {ordinal}")


def corners(scale: float = 1.0) -> list[ControlPoint]:
    """Corners of the school in drawing metres, turned by 10 degrees and put 20 m east of the origin."""
    xy = [(-25.6, 0.0), (59.1, 0.0), (59.1, 47.5)]
    lonlat = FRAME.coordinates_to_lonlat(Placement(10.0, 20.0, 0.0).place_coordinates(xy) * scale)
    return [ControlPoint(x, y, float(lon), float(lat)) for (x, y), (lon, lat) in zip(xy, lonlat, strict=True)]


def place(database: Database, site: Site, revision: Revision) -> Revision:
    """Put a draft of the school on the ground."""
    return place_revision(database, site, revision.id, corners(), by=None)


def published(database: Database, site: Site) -> Floorplan:
    """What is in force."""
    with database.snapshot() as c:
        return load_floorplan(c, site)
