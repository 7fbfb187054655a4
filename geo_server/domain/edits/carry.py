"""Corrections of an older floorplan, made again to a newer one."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from geo_server.domain.edits.apply import repeat_edit
from geo_server.domain.edits.values import AddOpening, Edit, Line, SplitZone
from geo_server.domain.edits.ways import opening_id
from geo_server.domain.errors import GeoServerError
from geo_server.domain.places import Floorplan, Level

MoveLine = Callable[[Line, Level], Line | None]
"""A line of a level of the older floorplan, in the newer one's coordinates; None when nothing says where it is there."""


@dataclass(frozen=True)
class CarriedEdits:
    """What became of corrections.

    Args:
        kept: Those that still make sense, as they are to be made to the newer floorplan.
        lost: The others: their zone or opening is gone or was mended in the drawing, or their place is not known.
    """

    kept: tuple[Edit, ...]
    lost: tuple[Edit, ...]


def carry_edits(older: Floorplan, newer: Floorplan, edits: Iterable[Edit], move: MoveLine) -> CarriedEdits:
    """Make corrections again, as far as they still make sense.

    An opening that was added has to join the same two zones again: in another wall it may be a way out that nobody has
    seen.

    Args:
        older: What they were made to.
        newer: The same building, with the ids of what stayed.
        edits: In the order in which they were made.
        move: Where the lines of the older floorplan are now.
    """
    kept: list[Edit] = []
    lost: list[Edit] = []
    for edit in edits:
        carried = _carried(older, edit, move)
        older = repeat_edit(older, edit)
        edited = None if carried is None else _made_again(older, newer, carried)
        if carried is None or edited is None:
            lost.append(edit)
        else:
            newer = edited
            kept.append(carried)
    return CarriedEdits(tuple(kept), tuple(lost))


def _carried(older: Floorplan, edit: Edit, move: MoveLine) -> Edit | None:
    """The edit with its line where that is now; None when nobody knows."""
    if not isinstance(edit, AddOpening | SplitZone):
        return edit
    level_id = edit.level_id if isinstance(edit, AddOpening) else older.zone_by_id[edit.zone_id].level_id
    line = move(edit.line, older.level_by_id[level_id])
    return None if line is None else replace(edit, line=line)


def _made_again(older: Floorplan, newer: Floorplan, edit: Edit) -> Floorplan | None:
    """The newer floorplan after an edit that the older one has already; None when it makes no sense there."""
    try:
        edited = repeat_edit(newer, edit)
    except GeoServerError:
        return None
    return edited if not isinstance(edit, AddOpening) or _sides(older, edit) == _sides(edited, edit) else None


def _sides(edited: Floorplan, edit: AddOpening) -> tuple[UUID | None, UUID | None]:
    return edited.opening_by_id[opening_id(edit)].zones
