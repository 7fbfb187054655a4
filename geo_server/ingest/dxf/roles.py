"""What layers hold when their names do not say: walls and doors by what is drawn on them. Scale-free: no unit is known.

The surest sign of a floor plan is a door: a quarter arc whose end is joined to its centre by a leaf. Where hinges are,
walls are. So a layer is scored as walls by the length of its straight lines, how much of the plan they span, how many
of their ends meet, and how many hinges stand at them; furniture is short and stands at no hinge, hatching and paving
meet nothing, axes and dimensions are far longer than walls.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import shapely
from shapely import STRtree

from geo_server.domain.findings import Finding
from geo_server.ingest.codes import make_finding
from geo_server.ingest.dxf.curves import Arc, arcs_in, chained
from geo_server.ingest.dxf.drawing import Stroke, all_points
from geo_server.ingest.dxf.fronts import is_front
from geo_server.ingest.dxf.profile import roles_by_layer, stroke_role
from geo_server.ingest.dxf.role import Role
from geo_server.ingest.dxf.rows import find_rows
from geo_server.ingest.dxf.segments import Segments, as_lines, extent, lengths, segments_of

QUARTER_DEG = (25.0, 100.0)
"""How far the arc of a door's swing may sweep."""
DOOR_SHARE, DOOR_COUNT = 0.2, 2
"""A layer with this share of the doors drawn, and this many, is a layer of doors."""
WALL_SHARE, BARE_SHARE = 0.3, 0.5
"""A layer that scores at least this share of the best one holds walls too: with doors drawn, without any drawn."""
LONGER = 4.0
"""Lines this many times longer than those of the best layer are axes, borders or dimensions; shorter ones furniture."""
HINGE_SHARE = 0.5
"""Where walls are, at least this share of the hinges is that stand at any one layer; however much furniture there is."""
OWN_SHARE = 0.7
"""A layer with this share of its lines in reach of a leaf holds doors and no walls."""
PIECE = 0.02
"""Lines longer than this share of the plan are no pieces of a leaf's swing."""
PITCH = 0.04
"""Lines in rows that are nearer to each other than this share of the plan are tiles or treads."""
SHORT = 0.003
"""Lines shorter than this share of the plan say nothing about walls."""
_Part = tuple[str, str]
"""What of a layer came in blocks of one name, or in none: the layer and the name."""
_Door = tuple[Arc, _Part]
"""The swing of a door, and where it is drawn."""


Place = TypeVar("Place")


@dataclass(frozen=True, slots=True)
class _Score:
    part: _Part
    value: float
    line: float
    met: float
    hinges: float


@dataclass(frozen=True)
class Roles:
    """What layers are for.

    Args:
        strokes: Those given; what came in blocks unlike the walls on a layer that was taken for walls has no such role.
        by_layer: Roles by layer.
        walls: Layers that were taken for walls by what is drawn on them.
        findings: One for each layer that was guessed.
    """

    strokes: tuple[Stroke, ...]
    by_layer: dict[str, Role]
    walls: frozenset[str]
    findings: list[Finding]


def find_roles(strokes: Sequence[Stroke]) -> Roles:
    """What each layer is for: by its name, else by what is drawn on it."""
    roles = roles_by_layer(strokes)
    named = [s for s in strokes if stroke_role(s, roles) is not Role.EXCLUDE]
    if not any(role is Role.UNKNOWN for role in roles.values()):
        return Roles(tuple(strokes), roles, frozenset(), [])
    doors = _drawn_doors(named)
    findings = []
    parts = set[_Part]()
    if not any(role is Role.WALL for role in roles.values()):
        parts = set(_wall_parts(named, roles, doors))
    walls = {layer for layer, _ in parts}
    for layer in sorted(walls):
        roles[layer] = Role.WALL
        findings.append(make_finding("layer-guessed", f"Layer {layer!r} was taken for walls.", layer=layer))
    for layer in _door_layers(doors, roles):
        roles[layer] = Role.DOOR
        findings.append(make_finding("layer-guessed", f"Layer {layer!r} was taken for doors.", layer=layer))
    for layer in _fronts(named, roles):
        roles[layer] = Role.GLAZING
        findings.append(make_finding("layer-guessed", f"Layer {layer!r} was taken for glass fronts.", layer=layer))
    mixed = {part for part in _with_many(Counter(part for _, part in doors)) if not part[1]}
    sorted_out = tuple(
        replace(s, role=Role.UNKNOWN) if s.layer in walls and (s.layer, s.block) not in parts | mixed else s
        for s in strokes
    )
    return Roles(sorted_out, roles, frozenset(walls), findings)


def _fronts(strokes: Sequence[Stroke], roles: Mapping[str, Role]) -> list[str]:
    """Layers of unknown role with lines that walls end at."""
    unknown: dict[str, list[Stroke]] = defaultdict(list)
    for stroke in strokes:
        if roles.get(stroke.layer) is Role.UNKNOWN and stroke.role is None:
            unknown[stroke.layer].append(stroke)
    walls = segments_of(s for s in strokes if stroke_role(s, roles) is Role.WALL)
    span = extent(all_points(strokes))
    return sorted(layer for layer, drawn in unknown.items() if is_front(segments_of(drawn), walls, span))


def _drawn_doors(strokes: Sequence[Stroke]) -> list[_Door]:
    """Quarter arcs with a leaf drawn from their centre, and the layers that they stand on."""
    longest = PIECE * max(extent(all_points(strokes)))
    arcs = [
        (arc, (stroke.layer, stroke.block))
        for stroke, arc in arcs_in([*strokes, *chained(strokes, longest)])
        if QUARTER_DEG[0] <= arc.sweep_deg <= QUARTER_DEG[1] and arc.radius > 0
    ]
    leaves = segments_of(s for s in strokes if len(s.points) <= 6)
    if not arcs or len(leaves) == 0:
        return []
    lines = as_lines(leaves)
    tree, sizes = STRtree(lines), lengths(leaves)
    return [(arc, part) for arc, part in arcs if _has_leaf(arc, leaves, sizes, tree)]


def _has_leaf(arc: Arc, leaves: Segments, sizes: Segments, tree: STRtree) -> bool:
    for tip in (arc.start, arc.end):
        near = tree.query(shapely.LineString([arc.centre, tip]), predicate="dwithin", distance=0.08 * arc.radius)
        near = near[np.abs(sizes[near] / arc.radius - 0.95) < 0.2]
        steps = (leaves[near, 2:] - leaves[near, :2]) / sizes[near, None]
        if bool((np.abs(steps @ np.subtract(tip, arc.centre)) > 0.985 * arc.radius).any()):
            return True
    return False


def _wall_parts(strokes: Sequence[Stroke], roles: Mapping[str, Role], doors: Sequence[_Door]) -> list[_Part]:
    """What of layers of unknown role most likely are walls, best first."""
    parts: dict[_Part, list[Stroke]] = defaultdict(list)
    for stroke in strokes:
        if roles.get(stroke.layer) is Role.UNKNOWN:
            parts[stroke.layer, stroke.block].append(stroke)
    span = extent(all_points(strokes))
    scores = [_score(part, drawn, span, doors) for part, drawn in sorted(parts.items())]
    free = [s for s in scores if _at_doors(segments_of(parts[s.part]), doors) < OWN_SHARE]
    most = max((s.hinges for s in free or scores), default=0.0)
    drawn_for = [s for s in free or scores if s.value > 0 and s.hinges >= HINGE_SHARE * most]
    ranked = sorted(drawn_for, key=lambda s: (-s.value, s.part))
    if not ranked:
        return []
    best, share = ranked[0], WALL_SHARE if doors else BARE_SHARE
    holders = set(_door_layers(doors, roles)) - {best.part[0]}
    return [s.part for s in ranked if s.part[0] not in holders and _is_like(s, best, share)]


def _at_doors(segments: Segments, doors: Sequence[_Door]) -> float:
    """Share of the length of some segments that lies where a leaf can reach, hinge and latch included."""
    if not doors or len(segments) == 0:
        return 0.0
    middles = shapely.points((segments[:, :2] + segments[:, 2:]) / 2)
    swept = STRtree([shapely.Point(arc.centre).buffer(1.1 * arc.radius) for arc, _ in doors])
    inside = np.unique(swept.query(middles, predicate="intersects")[0])
    sizes = lengths(segments)
    return float(sizes[inside].sum() / sizes.sum())


def _is_like(score: _Score, best: _Score, share: float) -> bool:
    return (
        score.value >= share * best.value
        and best.line / LONGER <= score.line <= LONGER * best.line
        and score.met >= 0.3 * best.met
        and score.hinges >= HINGE_SHARE * best.hinges
    )


def _score(part: _Part, strokes: Iterable[Stroke], span: tuple[float, float], doors: Sequence[_Door]) -> _Score:
    whole = max(span)
    segments = segments_of(strokes)
    sizes = lengths(segments)
    long = sizes > SHORT * whole
    if not long.any():
        return _Score(part, 0.0, 0.0, 0.0, 0.0)
    met = _met_share(segments, 3e-4 * whole)
    width, height = extent(segments[long].reshape(-1, 2))
    spanned = math.sqrt(min(1.0, width / (span[0] or 1.0)) * min(1.0, height / (span[1] or 1.0)))
    hinges = _hinge_share(segments, doors)
    alone = find_rows(segments[long], PITCH * whole)[0] < 0
    value = float(sizes[long][alone].sum()) * spanned * (0.05 + met) * (0.3 + hinges)
    return _Score(part, value, float((sizes**2).sum() / sizes.sum()), met, hinges)


def _met_share(segments: Segments, reach: float) -> float:
    """Share of the ends of some segments that lie on another one of them."""
    ends = shapely.points(segments.reshape(-1, 2))
    end, line = STRtree(as_lines(segments)).query(ends, predicate="dwithin", distance=reach)
    return len(np.unique(end[end // 2 != line])) / len(ends)


def _hinge_share(segments: Segments, doors: Sequence[_Door]) -> float:
    """Share of the doors whose hinge stands at one of some segments."""
    if not doors:
        return 0.0
    hinges = shapely.points([arc.centre for arc, _ in doors])
    reach = 0.3 * np.array([arc.radius for arc, _ in doors])
    at_line = STRtree(as_lines(segments)).query(hinges, predicate="dwithin", distance=reach)[0]
    return len(np.unique(at_line)) / len(doors)


def _door_layers(doors: Sequence[_Door], roles: Mapping[str, Role]) -> list[str]:
    layers = Counter(layer for _, (layer, _) in doors)
    return sorted(layer for layer in _with_many(layers) if roles.get(layer) is Role.UNKNOWN)


def _with_many(counts: Counter[Place]) -> list[Place]:
    """Where so many doors are drawn that it is meant for doors."""
    least = max(DOOR_COUNT, DOOR_SHARE * counts.total())
    return [place for place, n in counts.items() if n >= least]
