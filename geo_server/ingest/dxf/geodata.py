"""The GEODATA entity of a drawing: where a CAD program (command GEOGRAPHICLOCATION) says that it is on the ground."""

import numpy as np
from ezdxf.document import Drawing as Document
from pyproj import CRS

from geo_server.domain.errors import InvalidInput
from geo_server.ingest.dxf.entities import Entity
from geo_server.ingest.georeference import GridPlace, projected_crs

SOURCE = "GEODATA"
_LOCAL_GRID, _PROJECTED_GRID, _GEOGRAPHIC = 1, 2, 3
"""Kinds of coordinates of the reference point (DXF reference, GEODATA 70)."""


def read_geodata(document: Document) -> GridPlace | None:
    """Where a drawing says that it is; None when it does not say.

    Raises:
        InvalidInput: It says so in a way that cannot be used.
    """
    try:
        entity: Entity | None = document.modelspace().get_geodata()
        return None if entity is None else _place(entity)
    except InvalidInput:
        raise
    except Exception as fault:  # contradictory entity data makes ezdxf raise nearly anything
        words = " ".join(str(fault).split())[:120]
        raise InvalidInput(f"The drawing's GEODATA cannot be used: {words}.", where=SOURCE) from fault


def _place(entity: Entity) -> GridPlace:
    kind = int(entity.dxf.get("coordinate_type", _LOCAL_GRID))
    design, target = entity.dxf.design_point, entity.dxf.reference_point
    north = entity.dxf.get("north_direction", (0.0, 1.0))
    scale = float(entity.dxf.get("horizontal_unit_scale", 1.0))
    if kind == _GEOGRAPHIC:
        crs, goal = _around(target.x, target.y), np.zeros(2)
    elif kind in {_LOCAL_GRID, _PROJECTED_GRID}:
        epsg, _ = entity.get_crs()
        crs, goal = projected_crs(f"EPSG:{epsg}", SOURCE), np.array([target.x, target.y])
    else:
        raise InvalidInput(f"The drawing's GEODATA has no known kind of coordinates ({kind}).", where=SOURCE)
    length = float(np.hypot(north[0], north[1]))
    if not (np.isfinite(goal).all() and np.isfinite(length * scale) and length > 0 and scale > 0):
        raise InvalidInput("The drawing's GEODATA has no place, scale or north.", where=SOURCE)
    east, up = float(north[0]) / length, float(north[1]) / length
    matrix = scale * np.array([[up, -east], [east, up]])
    place = GridPlace(SOURCE, crs, matrix, goal - matrix @ np.array([design.x, design.y]), unit_known=True)
    swapped = GridPlace(SOURCE, crs, matrix, goal[::-1] - matrix @ np.array([design.x, design.y]), unit_known=True)
    spot = [(design.x, design.y)]
    return swapped if not place.fits(spot) and swapped.fits(spot) else place


def _around(lon: float, lat: float) -> CRS:
    """A metric grid around a place."""
    return CRS.from_proj4(f"+proj=tmerc +lat_0={lat!r} +lon_0={lon!r} +k=1 +datum=WGS84 +units=m +no_defs")
