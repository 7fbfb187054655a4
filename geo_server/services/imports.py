"""Drawings in: read in a worker, kept as drafts, placed, published; one building at a time or a whole campus."""

from geo_server.services.campuses import import_site_file
from geo_server.services.drawings import DrawingFile
from geo_server.services.revisions import import_drawing, place_revision, publish_revision
from geo_server.services.worker import Limits, read_in_worker

__all__ = [
    "DrawingFile",
    "Limits",
    "import_drawing",
    "import_site_file",
    "place_revision",
    "publish_revision",
    "read_in_worker",
]
