"""DXF bytes to a floorplan: drawing, scale, views, levels, and what was noticed on the way."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely

from geo_server.domain.findings import Finding
from geo_server.ingest.codes import make_finding
from geo_server.ingest.dxf.assemble import LevelPart, assemble
from geo_server.ingest.dxf.bodies import with_bodies
from geo_server.ingest.dxf.captions import without_frames
from geo_server.ingest.dxf.drawing import Drawing, Label, Vertex, all_points
from geo_server.ingest.dxf.expand import read_drawing
from geo_server.ingest.dxf.ground import Ground, find_place, put_on_ground
from geo_server.ingest.dxf.ledger import count_fates, hides
from geo_server.ingest.dxf.level import read_level
from geo_server.ingest.dxf.level_views import choose_levels
from geo_server.ingest.dxf.overhead import without_overhead
from geo_server.ingest.dxf.profile import role_of
from geo_server.ingest.dxf.role import Role
from geo_server.ingest.dxf.roles import find_roles
from geo_server.ingest.dxf.scale import SURE, find_scale
from geo_server.ingest.dxf.signs import read_signs
from geo_server.ingest.dxf.sniff import open_document
from geo_server.ingest.dxf.sorting import about_sorted, sort_strokes
from geo_server.ingest.dxf.views import View, strokes_in, titles_among
from geo_server.ingest.dxf.walkable import read_walkable
from geo_server.ingest.georeference import GridPlace
from geo_server.ingest.result import ImportResult, Scale
from geo_server.ingest.telling import level_by_level

FAR_M = 50_000.0
"""Coordinates beyond this are moved to the origin while working, so that a millimetre stays exact."""
NAMING = frozenset({Role.LABEL, Role.AREA})
"""Roles of layers whose texts name rooms."""


@dataclass(frozen=True)
class _Prepared:
    """A drawing in metres, near the origin, with hidden layers left out.

    Args:
        shown: What was shown of it, in drawing units.
    """

    shown: Drawing
    drawing: Drawing
    roles: Mapping[str, Role]
    scale: Scale
    origin: Vertex
    findings: list[Finding]


def read_dxf(
    data: bytes,
    name: str,
    *,
    metres_per_unit: float | None = None,
    ordinal: int | None = None,
    level_name: str | None = None,
    ground: Ground | None = None,
) -> ImportResult:
    """Read a DXF file.

    Args:
        data: Its bytes, ASCII or binary.
        name: What to call it in refusals.
        metres_per_unit: Length of a drawing unit, when known; else it is found out.
        ordinal: Ordinal of its only level, when a person says that it shows one.
        level_name: Name of its only level, when known.
        ground: What is said of its place by others than itself.

    Raises:
        InvalidInput: The reference system that a person named cannot be.
        UnreadableFile: Damaged beyond repair, or blocks that contain themselves.
        TooLarge: It expands to more objects than anybody draws.
    """
    opened, findings = open_document(data, name)
    ground = ground or Ground()
    drawing = read_drawing(opened, name)
    place, doubts = find_place(opened.document, name, ground)
    del opened
    return read_values(
        drawing,
        "dxf",
        findings=[*findings, *doubts],
        place=place,
        ground=ground,
        metres_per_unit=metres_per_unit,
        ordinal=ordinal,
        level_name=level_name,
    )


def read_values(
    drawing: Drawing,
    format_name: str,
    *,
    findings: Sequence[Finding],
    place: GridPlace | None,
    ground: Ground,
    metres_per_unit: float | None = None,
    ordinal: int | None = None,
    level_name: str | None = None,
) -> ImportResult:
    """The floorplan that a drawing's plain values show, whatever file they come from.

    Args:
        drawing: In drawing units.
        format_name: Of the file, for the result.
        findings: Of whoever read the file.
        place: Where on the ground it is, when that is known.
        ground: What is said of its place by others than itself.
        metres_per_unit: Length of a drawing unit, when known; else it is found out.
        ordinal: Ordinal of its only level, when a person says that it shows one.
        level_name: Name of its only level, when known.

    Raises:
        InvalidInput: The reference system that a person named is not made for where the drawing lies.
    """
    ready = _prepare(drawing, metres_per_unit, place, list(findings))
    on_ground, told = put_on_ground(place, ready.shown, ready.scale.metres_per_unit, ground)
    ready.findings.extend(told)
    views, rest, told = choose_levels(ready.drawing, ready.roles, one_level=ordinal is not None)
    ready.findings.extend(told)
    if len(views) == 1 and (ordinal is not None or level_name):
        views = [_as_told(views[0], ordinal, level_name)]
    parts = _read_levels(ready, views)
    if rest:
        ready.findings.append(make_finding("view-ignored", count=len(rest)))
    plan, noticed = assemble(parts, ready.drawing.blocks, ready.scale.metres_per_unit, ready.origin)
    noticed = [*ready.findings, *noticed]
    if not plan.zones:
        noticed.append(make_finding("no-rooms" if views else "no-plan" if rest else "no-walls"))
    in_levels = frozenset().union(*(part.sources for part in parts))
    totals = {**count_fates(drawing, ready.shown, ready.roles, in_levels), "findings": len(noticed)}
    return ImportResult(plan, tuple(noticed), format_name, ready.scale, totals, on_ground)


def _prepare(drawing: Drawing, given: float | None, place: GridPlace | None, findings: list[Finding]) -> _Prepared:
    visible, hidden = _visible(drawing)
    told = find_roles(visible.strokes)
    visible, roles = replace(visible, strokes=told.strokes), told.by_layer
    findings = [*findings, *hidden, *told.findings]
    scale = find_scale(visible, roles, given, place)
    findings += _about_scale(scale, drawing.header_unit)
    origin = _origin(visible, scale.metres_per_unit)
    metric = visible.scaled(scale.metres_per_unit, origin)
    strokes, frames = without_frames(metric.strokes, metric.labels, roles, told.walls)
    strokes = sort_strokes(strokes, told.walls, metric.labels)
    strokes, dashed = without_overhead(strokes, roles)
    findings += [*about_sorted(strokes, told.walls), *frames, *dashed]
    metric = replace(metric, strokes=with_bodies(strokes, roles))
    return _Prepared(visible, metric, roles, scale, origin, [*metric.findings, *findings])


def _visible(drawing: Drawing) -> tuple[Drawing, list[Finding]]:
    """The drawing without its hidden layers; with them when everything is hidden. Assets are kept either way."""
    shown = tuple(stroke for stroke in drawing.strokes if not hides(drawing, stroke))
    labels, told = _visible_labels(drawing)
    if len(shown) == len(drawing.strokes):
        return replace(drawing, labels=labels), told
    if not shown:
        return drawing, [make_finding("all-layers-hidden", count=len({s.layer for s in drawing.strokes}))]
    left_out = Counter(stroke.layer for stroke in drawing.strokes if hides(drawing, stroke))
    return replace(drawing, strokes=shown, labels=labels), told + [
        make_finding(
            "hidden-layer",
            f"Layer {layer!r} is switched off or frozen and was left out.",
            layer=layer,
            count=count,
        )
        for layer, count in sorted(left_out.items())
    ]


def _visible_labels(drawing: Drawing) -> tuple[tuple[Label, ...], list[Finding]]:
    """Texts that show. When none of them can name rooms, those of switched-off layers that are named for room names show
    too: people switch names off to plot something else, and the rooms are still called that.
    """
    shown = tuple(label for label in drawing.labels if not hides(drawing, label))
    names = [t for t in drawing.labels if hides(drawing, t) and role_of(t.layer) in NAMING]
    if len(names) <= len(shown) or any(role_of(label.layer) in NAMING for label in shown):
        return shown, []
    layers = sorted({label.layer for label in names})
    words = (
        f"Texts of the switched-off {'layer' if len(layers) == 1 else 'layers'} {', '.join(layers)} were read as names."
    )
    return (*shown, *names), [make_finding("hidden-names", words, layer=layers[0], count=len(names))]


def _about_scale(scale: Scale, header: float | None) -> list[Finding]:
    found = []
    if scale.confidence < SURE:
        words = f"A unit is taken for {scale.metres_per_unit:g} m with confidence {scale.confidence:.2f}."
        found.append(make_finding("scale-unsure", words))
    if header and abs(header / scale.metres_per_unit - 1) > 0.01:
        words = f"The header says {header:g} m for a unit, the drawing's content {scale.metres_per_unit:g} m."
        found.append(make_finding("scale-contradicts-header", words))
    if len(scale.evidence) == 1 and scale.evidence[0].startswith("The header"):
        found.append(make_finding("scale-from-header"))
    return found


def _origin(drawing: Drawing, unit: float) -> Vertex:
    """Whole metres to take off every coordinate."""
    points = all_points(drawing.strokes)
    if len(points) == 0:
        return 0.0, 0.0
    middle = np.median(points, axis=0) * unit
    far = float(np.abs(middle).max()) > FAR_M
    return (float(round(middle[0])), float(round(middle[1]))) if far else (0.0, 0.0)


def _as_told(view: View, ordinal: int | None, title: str | None) -> View:
    return replace(
        view,
        title=title or view.title,
        ordinal=view.ordinal if ordinal is None else ordinal,
        guessed=view.guessed and ordinal is None,
    )


def _read_levels(ready: _Prepared, views: Sequence[View]) -> list[LevelPart]:
    parts = []
    titles = {id(label) for label in titles_among(ready.drawing.labels, views)}
    for view in level_by_level(views):
        strokes = strokes_in(view, ready.drawing.strokes, views)
        labels = [
            label
            for label in ready.drawing.labels
            if view.outline.distance(shapely.Point(label.tip or label.at)) <= 2.0 and id(label) not in titles
        ]
        content = read_walkable(strokes, labels, ready.roles) or read_level(strokes, labels, ready.roles)
        content.openings = read_signs(content.openings, ready.drawing.labels)
        sources = {stroke.source for stroke in strokes} | {label.source for label in labels}
        parts.append(LevelPart(view, content, frozenset(sources)))
    return parts
