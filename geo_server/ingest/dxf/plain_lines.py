"""Lines and light polylines read straight from the text of a DXF file: most of what most files hold, and simple.

One about which anything is not simple (a code that such lines seldom have, or twice, or out of its place; a plane of its
own, hidden, meant for a sheet of paper, a value that is no number) is left to ezdxf, which knows all of it and says what
is wrong.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from geo_server.ingest.dxf.entities import SpacePoints
from geo_server.ingest.dxf.outlines import bulged, width_of

PLAIN_KINDS = frozenset({"LINE", "LWPOLYLINE"})

_INVISIBLE, _PAPER, _MARKER, _XDATA, _THICKNESS_WAY = 60, 67, 100, 1001, (210, 220, 230)
_UPWARDS = (0.0, 0.0, 1.0)
_HEAD = frozenset({0, 5, 330})
_COMMON = frozenset({6, 8, 48, 60, 62, 67, 284, 347, 348, 370, 380, 390, 410, 420, 430, 440})
_CORNER = frozenset({10, 20, 40, 41, 42, 91})
"""Codes that a light polyline has once for each vertex."""
_OWN = {
    "LINE": frozenset({39, 10, 20, 30, 11, 21, 31, *_THICKNESS_WAY}),
    "LWPOLYLINE": frozenset({38, 39, 43, 70, 90, *_CORNER, *_THICKNESS_WAY}),
}
_MARKERS = {"LINE": ["AcDbEntity", "AcDbLine"], "LWPOLYLINE": ["AcDbEntity", "AcDbPolyline"]}
_ENDS = ([10, 20, 30, 11, 21, 31], [10, 20, 11, 21])


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
        if max(codes) >= _XDATA:
            codes = _without_xdata(codes)
            values = values[: len(codes)]
        if not _is_usual(kind, codes, values) or not _is_simple(tags):
            return None
        points, width = _line(tags, codes) if kind == "LINE" else _polyline(tags, codes, values)
    except (KeyError, ValueError, IndexError):
        return None
    return PlainLine(
        kind, tags.get(8, "0"), tags.get(5, ""), points, width, tags.get(6, "BYLAYER"), tags.get(330, "").strip()
    )


def _without_xdata(codes: list[int]) -> list[int]:
    """Codes before what other programs hung on, which is the last of an object."""
    stop = codes.index(_XDATA)
    if min(codes[stop:]) < _XDATA - 1:
        raise ValueError("something stands behind what is last")
    return codes[:stop]


def _is_usual(kind: str, codes: Sequence[int], values: Sequence[str]) -> bool:
    """Whether all codes are such as a line has, each in its part of it, and none is there twice that is there once."""
    at = [i for i, code in enumerate(codes) if code == _MARKER]
    once = [code for code in codes if code not in _CORNER and code != _MARKER] if kind == "LWPOLYLINE" else codes
    if len(set(once)) < len(once) - (len(at) - 1 if at and once is codes else 0):
        return False
    if not at:
        return kind == "LINE" and _OWN[kind] | _COMMON | {0, 5} >= set(codes)
    if [values[i] for i in at] != _MARKERS[kind]:
        return False
    entity, own = at
    return (
        _HEAD.issuperset(codes[:entity])
        and _COMMON.issuperset(codes[entity + 1 : own])
        and _OWN[kind].issuperset(codes[own + 1 :])
    )


def _is_simple(tags: Mapping[int, str]) -> bool:
    if int(tags.get(_INVISIBLE, 0)) or int(tags.get(_PAPER, 0)):
        return False
    return 210 not in tags or tuple(float(tags[code]) for code in _THICKNESS_WAY) == _UPWARDS


def _line(tags: Mapping[int, str], codes: Sequence[int]) -> tuple[SpacePoints, float]:
    ends = [code for code in codes if code in _OWN["LINE"] and code < 39]
    first = codes.index(10)
    if ends not in _ENDS or codes[first : first + len(ends)] != ends:
        raise ValueError("the coordinates are not in a row")
    start = (float(tags[10]), float(tags[20]), float(tags.get(30, 0.0)))
    return np.array([start, (float(tags[11]), float(tags[21]), float(tags.get(31, 0.0)))]), 0.0


def _polyline(tags: Mapping[int, str], codes: Sequence[int], values: Sequence[str]) -> tuple[SpacePoints, float]:
    rows: list[list[float]] = []
    place = {42: 2, 40: 3, 41: 4}
    before = 0
    for code, value in zip(codes, values, strict=True):
        if (code == 20) != (before == 10):
            raise ValueError("the coordinates are not in a row")
        if code == 10:
            rows.append([float(value), 0.0, 0.0, 0.0, 0.0])
        elif code == 20:
            rows[-1][1] = float(value)
        elif code in place:
            rows[-1][place[code]] = float(value)
        before = code
    table = np.array(rows, dtype=np.float64).reshape(-1, 5)
    points = bulged(table[:, :3], closed=bool(int(tags.get(70, 0)) & 1))
    points[:, 2] = float(tags.get(38, 0.0))
    return points, width_of(table[:, 3:], float(tags.get(43, 0.0)))
