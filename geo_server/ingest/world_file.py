"""The files that ArcGIS keeps beside a drawing: a world file that places it, a projection file that says in which grid.

A CAD world file (``.wld``) has one or two lines, each with a place in the drawing and where it is on the grid: ``x,y x,y``.
One line shifts, two turn and scale as well. A ``.wld3`` has a z with every place. (ArcGIS Pro help, *World files for CAD
data*.)
"""

import re
from collections.abc import Mapping

import numpy as np

from geo_server.domain.errors import InvalidInput
from geo_server.ingest.georeference import GridPlace, projected_crs

SUFFIXES = ("wld", "wld3", "prj")
"""Endings of the names of files beside a drawing that are looked at."""
LONGEST = 16_384
"""Bytes of a file beside a drawing."""
_SPLIT = re.compile(r"[\s,;]+")


def read_world_file(beside: Mapping[str, bytes], name: str) -> GridPlace | None:
    """Where the files beside a drawing put it; None without a world file.

    Args:
        beside: Files by their ending, see :data:`SUFFIXES`.
        name: Name of the drawing, for refusals.

    Raises:
        InvalidInput: A file cannot be read, or the projection file is missing.
    """
    ending = next((suffix for suffix in ("wld", "wld3") if suffix in beside), None)
    if ending is None:
        return None
    source = f"{name.rsplit('.', 1)[0]}.{ending}"
    projection = beside.get("prj")
    if projection is None:
        raise InvalidInput(
            f"{source} places the drawing, but no projection file (.prj) says in which reference system.",
            where=source,
            advice="Put the .prj beside it, or place the drawing by control points.",
        )
    crs = projected_crs(_text(projection, f"{name} (.prj)"), f"{name} (.prj)")
    places = _places(_text(beside[ending], source), source)
    start, target = places[:, 0], places[:, 1]
    if len(places) == 1:
        return GridPlace(source, crs, np.eye(2), target[0] - start[0], unit_known=True)
    before, after = complex(*(start[1] - start[0])), complex(*(target[1] - target[0]))
    if before == 0 or after == 0:
        raise InvalidInput("Both lines name one place.", where=source, advice="Name two places far apart.")
    turn = after / before
    matrix = np.array([[turn.real, -turn.imag], [turn.imag, turn.real]])
    return GridPlace(source, crs, matrix, target[0] - matrix @ start[0], unit_known=True)


def _text(data: bytes, where: str) -> str:
    if len(data) > LONGEST:
        raise InvalidInput(f"It has {len(data)} bytes; such a file has some hundreds.", where=where)
    return data.decode("utf-8-sig", errors="replace")


def _places(text: str, where: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """The places of a world file, shape (lines, from and to, x and y)."""
    try:
        rows = [
            [float(word) for word in _SPLIT.split(line.strip()) if word] for line in text.splitlines() if line.strip()
        ]
    except ValueError:
        rows = []
    size = len(rows[0]) if rows else 0
    if len(rows) not in {1, 2} or size not in {4, 6} or any(len(row) != size for row in rows):
        raise InvalidInput(
            "It is no CAD world file.",
            where=where,
            advice="It has one or two lines such as 12.5,3.0 585120.2,4511300.7.",
        )
    places = np.array(rows, dtype=np.float64).reshape(len(rows), 2, size // 2)[:, :, :2]
    if not np.isfinite(places).all():
        raise InvalidInput("A coordinate is no number.", where=where, advice="Write the file again.")
    return np.asarray(places, dtype=np.float64)
