"""What is written about the unit of a drawing: on dimensions, in rooms, on sheets, in blocks, by its place on the ground."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping

import numpy as np
import shapely
from shapely import Polygon, STRtree

from geo_server.domain.wording import counted
from geo_server.ingest.dxf.drawing import Dimension, Drawing, Sheet
from geo_server.ingest.dxf.evidence import CANDIDATES, Evidence, favour, fits, nearest_unit
from geo_server.ingest.dxf.profile import stroke_role
from geo_server.ingest.dxf.role import Role
from geo_server.ingest.dxf.segments import as_lines, segments_of
from geo_server.ingest.dxf.stated import written_area
from geo_server.ingest.georeference import GridPlace

_FEET = re.compile(r"(\d+)\s*'\s*-?\s*(?:(\d+(?:\.\d+)?)?(?:\s*(\d+)/(\d+))?\s*\")?")
_INCHES = re.compile(r"^\s*(\d+(?:\.\d+)?)(?:\s+(\d+)/(\d+))?\s*\"\s*$")
_METRIC = re.compile(r"(\d+(?:[.,]\d+)?)\s*(mm|cm|m)\b", re.IGNORECASE)
_FEET_AND_INCHES = re.compile(r"\d+'\s*-?\s*\d*")
_BARE = re.compile(r"^\s*(\d+(?:[.,]\d+)?)\s*$")
SCALE = re.compile(r"\b1\s*[:/]\s*(\d{1,4})\b(?!\s*\")")

_RATIOS: dict[float, str] = {
    1000.0: "metre",
    100.0: "metre",
    10.0: "centimetre",
    0.1: "millimetre",
    0.001: "millimetre",
}
"""What a dimension shows over what it measures, when it shows another metric unit, to the unit that it measures in."""
BUILDING_SCALES = (20, 25, 50, 75, 100, 125, 150, 200, 250, 300, 400, 500, 24, 32, 48, 64, 96, 128, 192, 240, 384)
"""Scales that plans of buildings are printed at: metric, and of the imperial kind 1/8" = 1'-0" (1:96)."""
_MOST_AREAS = 400


def evidence_of_words(drawing: Drawing, roles: Mapping[str, Role]) -> list[Evidence]:
    """What dimensions, areas, texts, sheets, blocks and the header say."""
    found = [
        *_from_dimensions(drawing.dimensions),
        *_from_areas(drawing, roles),
        *_from_texts(drawing),
        *(evidence for sheet in drawing.sheets for evidence in _from_sheet(sheet)),
        *_from_blocks(drawing),
        *_from_header(drawing),
    ]
    return list(found)


def evidence_of_place(place: GridPlace, drawing: Drawing) -> Evidence | None:
    """What the place of a drawing on the ground says: the scale that it asks for, or which units put it there."""
    if place.unit_known:
        unit = nearest_unit(place.metres_per_unit)
        return favour(f"{place.source} makes a unit one {unit}.", {unit: 4.0}) if unit else None
    points = [tuple(np.median(stroke.points, axis=0)) for stroke in drawing.strokes[:2000]]
    if not points:
        return None
    middle = [np.median(np.array(points), axis=0)]
    right = [unit for unit, metres in CANDIDATES.items() if place.in_unit(metres).fits(middle)]
    if not right or len(right) == len(CANDIDATES):
        return None
    words = f"A unit of one {' or '.join(right)} puts the drawing where {place.crs.name} is made for."
    return favour(words, dict.fromkeys(right, 8.0))


def written_length(text: str) -> float | None:
    """Metres that a text states with its unit: ``3'-1"``, ``2100 mm``, ``4.90 m``; None without a unit."""
    if match := _INCHES.match(text):
        return (float(match[1]) + (float(match[2]) / float(match[3]) if match[2] and float(match[3]) else 0.0)) * 0.0254
    if match := _FEET.search(text):
        inches = float(match[2] or 0) + (float(match[3]) / float(match[4]) if match[3] and float(match[4]) else 0.0)
        return float(match[1]) * 0.3048 + inches * 0.0254
    if match := _METRIC.search(text):
        return float(match[1].replace(",", ".")) * {"mm": 0.001, "cm": 0.01, "m": 1.0}[match[2].lower()]
    return None


def _from_dimensions(dimensions: tuple[Dimension, ...]) -> Iterator[Evidence]:
    if not dimensions:
        return
    votes = Counter(
        unit
        for dimension in dimensions
        if (metres := written_length(dimension.shown))
        and (unit := nearest_unit(metres / dimension.measured, 0.03)) is not None
    )
    if votes:
        best, count = votes.most_common(1)[0]
        words = f"A unit of one {best} makes {counted(count, 'dimension text')} say what is drawn."
        yield favour(words, {unit: 10.0 * n / votes.total() for unit, n in votes.items()})
        return
    shown = Counter(unit for dimension in dimensions if (unit := _unit_by_ratio(dimension)) is not None)
    if shown and shown.total() >= 2:
        best, count = shown.most_common(1)[0]
        words = f"{counted(count, 'dimension')} show another metric unit than they measure in, which is one {best}."
        yield favour(words, {unit: 6.0 * n / shown.total() for unit, n in shown.items()})
    elif sum(d.architectural for d in dimensions) > len(dimensions) / 2:
        yield favour("Dimensions are set to feet and inches, where a unit is one inch.", {"inch": 3.0}, firm=False)
    if len(dimensions) >= 8:
        median = float(np.median([dimension.measured for dimension in dimensions]))
        yield fits(
            f"Dimensions are mostly about {median:.4g} long, which fits {{units}}.", median, 2.0, 1.0, floor=-5.0
        )


def _unit_by_ratio(dimension: Dimension) -> str | None:
    match = _BARE.match(dimension.shown)
    if match is None:
        return None
    ratio = float(match[1].replace(",", ".")) / dimension.measured
    return next((unit for known, unit in _RATIOS.items() if abs(ratio / known - 1) < 0.02), None)


def _from_areas(drawing: Drawing, roles: Mapping[str, Role]) -> Iterator[Evidence]:
    """Areas written in spaces that are closed as drawn; each text speaks once for each unit that makes one of them right."""
    written = [
        (label.at, area) for label in drawing.labels if (area := written_area(label.text)) is not None and area > 1
    ]
    if len(written) < 2:
        return
    spaces = closed_spaces(drawing, roles)
    if not spaces:
        return
    tree, votes = STRtree(spaces), Counter[str]()
    for at, area in written[:_MOST_AREAS]:
        around = tree.query(shapely.Point(at), predicate="intersects").tolist()
        sizes = [math.sqrt(area / spaces[i].area) for i in around if spaces[i].area > 0]
        votes.update({unit for size in sizes if (unit := nearest_unit(size, 0.03)) is not None})
    if votes and votes.most_common(1)[0][1] >= 2:
        best, count = votes.most_common(1)[0]
        words = f"A unit of one {best} makes {counted(count, 'written area')} fit the space around it."
        yield favour(words, {unit: min(10.0, 2.5 * n) for unit, n in votes.items()})


def closed_spaces(drawing: Drawing, roles: Mapping[str, Role]) -> list[Polygon]:
    """Spaces that are closed as drawn: outlines, and what walls enclose."""
    used = [s for s in drawing.strokes if stroke_role(s, roles) in {Role.WALL, Role.AREA, Role.UNKNOWN}]
    drawn = [Polygon(stroke.points) for stroke in used if stroke.closed]
    walls = segments_of(s for s in used if stroke_role(s, roles) is Role.WALL)
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all(as_lines(walls))])) if len(walls) else []
    return [polygon for polygon in (*drawn, *faces) if polygon.is_valid]


def _from_texts(drawing: Drawing) -> Iterator[Evidence]:
    if sum(1 for label in drawing.labels if _FEET_AND_INCHES.search(label.text)) >= 2:
        words = "Texts give sizes in feet and inches, as drawings in inches or feet do."
        yield favour(words, {"inch": 2.0, "foot": 2.0}, firm=False)


def _from_sheet(sheet: Sheet) -> Iterator[Evidence]:
    """A window onto model space shows so many units in a metre of paper, and the words on the sheet may name the scale."""
    scales = {int(match) for text in sheet.texts for match in SCALE.findall(text)} - {0, 1}
    for ratio in sheet.units_per_metre:
        named = {unit for scale in scales if (unit := nearest_unit(scale / ratio)) is not None}
        if named:
            words = f"A sheet says 1:{'/'.join(map(str, sorted(scales)))}, which its window has in {{units}}."
            yield favour(words, dict.fromkeys(named, 8.0 / len(named)))
            continue
        usual = {u for u, m in CANDIDATES.items() if any(abs(ratio * m / n - 1) < 0.005 for n in BUILDING_SCALES)}
        if usual:
            yield favour("A window of a sheet has a usual scale in {units}.", dict.fromkeys(usual, 3.0), firm=False)


def _from_blocks(drawing: Drawing) -> Iterator[Evidence]:
    votes = Counter(
        unit
        for block in drawing.blocks
        if block.metres_per_unit is not None and (unit := nearest_unit(block.metres_per_unit)) is not None
    )
    if votes:
        best, count = votes.most_common(1)[0]
        words = f"{counted(count, 'block')} from files in another unit were scaled to one {best}."
        weight = min(3.0, 1.0 + 0.2 * count)
        yield favour(words, {unit: weight * n / votes.total() for unit, n in votes.items()}, firm=False)


def _from_header(drawing: Drawing) -> Iterator[Evidence]:
    unit = nearest_unit(drawing.header_unit, 1e-3) if drawing.header_unit else None
    if unit is not None:
        yield Evidence(f"The header says {unit}.", {u: 1.5 if u == unit else 0.0 for u in CANDIDATES}, header=True)
