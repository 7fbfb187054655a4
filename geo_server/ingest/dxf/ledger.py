"""What became of every object of a drawing: used, left out for a reason, or a finding. The three add up."""

from collections import Counter
from collections.abc import Collection, Mapping

from geo_server.ingest.dxf.drawing import Drawing, Label, Reason, Stroke
from geo_server.ingest.dxf.profile import asset_of, stroke_role
from geo_server.ingest.dxf.role import Role

BUILT = frozenset({Role.WALL, Role.COLUMN, Role.GLAZING, Role.STAIRS, Role.AREA, Role.LIFT, Role.WALKABLE})
"""Roles of what a level consists of."""
USED = BUILT | {Role.DOOR, Role.VOID, Role.RAMP}
"""Roles of everything that rooms are made from."""


def hides(drawing: Drawing, thing: Stroke | Label) -> bool:
    """Whether a drawing's layers hide a stroke or a text."""
    return thing.layer in drawing.hidden_layers or thing.frozen in drawing.hidden_layers


def count_fates(
    drawing: Drawing, shown: Drawing, roles: Mapping[str, Role], in_levels: Collection[int]
) -> dict[str, int]:
    """How many objects were used, ignored and broken, and of the ignored how many for which reason.

    Args:
        drawing: As read.
        shown: The same without what its layers hide.
        roles: What its layers are for.
        in_levels: Sources of the strokes and texts that lie in a level.
    """
    visible = {stroke.source for stroke in shown.strokes} | {label.source for label in shown.labels}
    fates: dict[int, Reason | None] = {}
    for label in drawing.labels:
        fates[label.source] = _fate(label.source, None, visible, in_levels)
    for stroke in drawing.strokes:
        if fates.get(stroke.source, Reason.UNKNOWN) is not None:
            unusable = _unusable(stroke, roles)
            fates[stroke.source] = _fate(stroke.source, unusable, visible, in_levels)
    reasons = Counter(drawing.left_out)
    reasons.update(reason for reason in fates.values() if reason is not None)
    used = sum(1 for reason in fates.values() if reason is None) + len(drawing.dimensions)
    return {
        "entities": drawing.entities,
        "used": used,
        "ignored": reasons.total(),
        "finding": drawing.damaged,
        **{f"ignored_{reason.value}": reasons[reason] for reason in Reason if reasons[reason]},
    }


def _fate(source: int, unusable: Reason | None, visible: Collection[int], in_levels: Collection[int]) -> Reason | None:
    """Why an object was not used; None when it was."""
    if source not in visible:
        return Reason.HIDDEN
    if unusable is not None:
        return unusable
    return None if source in in_levels else Reason.OUTSIDE


def _unusable(stroke: Stroke, roles: Mapping[str, Role]) -> Reason | None:
    role = stroke_role(stroke, roles)
    if role in USED or (stroke.block and asset_of(stroke.block) is not None):
        return None
    return Reason.UNKNOWN if role is Role.UNKNOWN else Reason.EXCLUDED
