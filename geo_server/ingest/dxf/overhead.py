"""What is drawn dashed among walls: beams, slabs and roofs above, walls of other levels. Nobody walks into them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from geo_server.domain.findings import Finding
from geo_server.domain.wording import counted
from geo_server.ingest.codes import make_finding
from geo_server.ingest.dxf.drawing import Stroke
from geo_server.ingest.dxf.profile import stroke_role
from geo_server.ingest.dxf.role import Role

MOST_SHARE = 0.5
"""Where more of a layer is dashed, that is how its author draws."""
_SOLID = frozenset({Role.WALL, Role.COLUMN})


def without_overhead(strokes: Iterable[Stroke], roles: Mapping[str, Role]) -> tuple[tuple[Stroke, ...], list[Finding]]:
    """Strokes, the few dashed ones among walls excluded, and one finding for each layer with some."""
    strokes = tuple(strokes)
    if not any(stroke.dashed for stroke in strokes):
        return strokes, []
    solid = [stroke for stroke in strokes if stroke_role(stroke, roles) in _SOLID]
    every, dashed = Counter(s.layer for s in solid), Counter(s.layer for s in solid if s.dashed)
    layers = {layer for layer, count in dashed.items() if count <= MOST_SHARE * every[layer]}
    told = tuple(
        replace(s, role=Role.EXCLUDE) if s.dashed and s.layer in layers and stroke_role(s, roles) in _SOLID else s
        for s in strokes
    )
    findings = [
        make_finding(
            "dashed-left-out",
            f"On layer {layer!r}, drawn dashed among walls that are not: {counted(dashed[layer], 'line')}.",
            layer=layer,
            count=dashed[layer],
        )
        for layer in sorted(layers)
    ]
    return told, findings
