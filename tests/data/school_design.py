"""The design of the sample school, loaded from beside its drawings, as values that tests compare with."""

import importlib
import sys
from pathlib import Path
from typing import Any

from shapely import Polygon
from shapely.affinity import scale

FOLDER = Path(__file__).parents[2] / "data/floorplans"
FOOT_M = 0.3048


def load_module(name: str) -> Any:
    """A script of the folder, as a module."""
    if str(FOLDER) not in sys.path:
        sys.path.insert(0, str(FOLDER))
    return importlib.import_module(name)


def load_storey(ordinal: int) -> Any:
    """The design of a level: rooms, doors, windows in feet."""
    return load_module("school").storey(ordinal)


def in_metres(polygon: Polygon) -> Polygon:
    """A polygon in feet, in metres."""
    metres: Polygon = scale(polygon, FOOT_M, FOOT_M, origin=(0, 0))
    return metres
