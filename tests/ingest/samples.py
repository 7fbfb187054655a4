"""A small building in each format, by the name of the format. Made afresh; a folder is given to those that need one."""

from collections.abc import Callable, Mapping
from pathlib import Path

from tests.ingest.sketch import Sketch
from tests.ingest.test_dwg import as_dwg
from tests.ingest.test_geojson import as_geojson
from tests.ingest.test_geojson import school_features as rooms
from tests.ingest.test_ifc import make_model
from tests.ingest.test_imdf import pack
from tests.ingest.test_imdf import school_features as units
from tests.ingest.test_osm_indoor import OSM_XML

SAMPLES: Mapping[str, Callable[[Path], bytes]] = {
    "dxf": lambda _: Sketch().draw().bytes(),
    "dwg": lambda folder: as_dwg(Sketch().draw(), folder),
    "ifc": lambda _: make_model().bytes(),
    "imdf": lambda _: pack(units()),
    "geojson": lambda _: as_geojson(*rooms()),
    "osm-indoor": lambda _: OSM_XML,
}
