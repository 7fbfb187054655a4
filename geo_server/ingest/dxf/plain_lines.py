"""Lines and light polylines read straight from the text of a DXF file: most of what most files hold, and simple.

One about which anything is not simple (a plane of its own, hidden, meant for a sheet of paper, a value that is no number)
is left to ezdxf, which knows all of it and says what is wrong.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from geo_server.ingest.dxf.entities import SpacePoints
from geo_server.ingest.dxf.outlines import bulged, width_of

PLAIN_KINDS = frozenset({"LINE", "LWPOLYLINE"})

_INVISIBLE, _PAPER, _THICKNESS_WAY = 60, 67, (210, 220, 230)
_UPWARDS = (0.0, 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class PlainLine:
    """A line or light polyline as it is written (codes: DXF reference, LINE and LWPOLYLINE).

    Args:
        points: In the coordinates that it stands in.
        linetype: Name of a line type of its own.
        owner: Handle of the layout or block that it says it belongs to, or empty.
    """

    kind: str
    layer: str
    handle: str
    points: SpacePoints
    width: float
    linetype: str
    owner: str


PlainLines: TypeAlias = Mapping[str, Sequence[PlainLine]]
"""Those of each block, by its name in small letters; those of model space have no name."""


def read_plain(kind: str, text: str) -> PlainLine | None:
    """The line that an object is, or None where ezdxf is to read it.

    Args:
        kind: One of ``PLAIN_KINDS``.
        text: From its code 0 to the next object's.
    """
    lines = text.split("\n")
    try:
        codes, values = list(map(int, lines[:-1:2])), lines[1::2]
        tags = dict(zip(codes, values, strict=True))
        if not _is_simple(tags):
            return None
        points, width = _line(tags) if kind == "LINE" else _polyline(tags, codes, values)
    except (KeyError, ValueError, IndexError):
        return None
    return PlainLine(
        kind, tags.get(8, "0"), tags.get(5, ""), points, width, tags.get(6, "BYLAYER"), tags.get(330, "").strip()
    )


def _is_simple(tags: Mapping[int, str]) -> bool:
    if int(tags.get(_INVISIBLE, 0)) or int(tags.get(_PAPER, 0)):
        return False
    return 210 not in tags or tuple(float(tags[code]) for code in _THICKNESS_WAY) == _UPWARDS


def _line(tags: Mapping[int, str]) -> tuple[SpacePoints, float]:
    start = (float(tags[10]), float(tags[20]), float(tags.get(30, 0.0)))
    return np.array([start, (float(tags[11]), float(tags[21]), float(tags.get(31, 0.0)))]), 0.0


def _polyline(tags: Mapping[int, str], codes: Sequence[int], values: Sequence[str]) -> tuple[SpacePoints, float]:
    rows: list[list[float]] = []
    place = {20: 1, 42: 2, 40: 3, 41: 4}
    for code, value in zip(codes, values, strict=True):
        if code == 10:
            rows.append([float(value), 0.0, 0.0, 0.0, 0.0])
        elif code in place and rows:
            rows[-1][place[code]] = float(value)
    table = np.array(rows, dtype=np.float64).reshape(-1, 5)
    points = bulged(table[:, :3], closed=bool(int(tags.get(70, 0)) & 1))
    points[:, 2] = float(tags.get(38, 0.0))
    return points, width_of(table[:, 3:], float(tags.get(43, 0.0)))
