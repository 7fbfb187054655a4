"""A floorplan after an edit: values in, values out."""

from collections.abc import Callable, Iterable
from typing import Any

from geo_server.domain.edits.values import (
    AddOpening,
    AddTransition,
    ChangeOpening,
    ChangeZone,
    Edit,
    MergeZones,
    RemoveOpening,
    RemoveTransition,
    RemoveZone,
    SplitZone,
)
from geo_server.domain.edits.ways import (
    add_opening,
    add_transition,
    change_opening,
    remove_opening,
    remove_transition,
)
from geo_server.domain.edits.zones import change_zone, merge_zones, remove_zone, split_zone
from geo_server.domain.errors import Conflict
from geo_server.domain.faults import Fault, find_broken, find_faults
from geo_server.domain.places import Floorplan

_APPLIERS: dict[type[Edit], Callable[[Floorplan, Any], Floorplan]] = {
    ChangeZone: change_zone,
    MergeZones: merge_zones,
    SplitZone: split_zone,
    RemoveZone: remove_zone,
    AddOpening: add_opening,
    ChangeOpening: change_opening,
    RemoveOpening: remove_opening,
    AddTransition: add_transition,
    RemoveTransition: remove_transition,
}


def apply_edit(floorplan: Floorplan, edit: Edit) -> Floorplan:
    """The floorplan after an edit that somebody makes; the one given stays as it is.

    Raises:
        NotFound: The edit names a zone, opening, transition or level that is not there.
        InvalidInput: What it asks for cannot be, such as a line that does not divide the zone.
        Conflict: It would leave a contradiction behind.
    """
    return _apply(floorplan, edit, find_faults)


def repeat_edit(floorplan: Floorplan, edit: Edit) -> Floorplan:
    """The floorplan after an edit that was accepted once.

    What contradicts itself then may be right after the next edit, and may have been accepted before anybody looked for it.

    Raises:
        GeoServerError: As :func:`apply_edit`, but for ways that contradict themselves.
    """
    return _apply(floorplan, edit, find_broken)


def _apply(floorplan: Floorplan, edit: Edit, find: Callable[[Floorplan], list[Fault]]) -> Floorplan:
    edited = _APPLIERS[type(edit)](floorplan, edit)
    known = {(fault.code, fault.subject) for fault in find(floorplan)}
    added = [fault for fault in find(edited) if (fault.code, fault.subject) not in known]
    if added:
        raise Conflict(
            added[0].message, where=edit.kind, advice="Mend what it names, or give the edit an id of its own."
        )
    return edited


def apply_edits(floorplan: Floorplan, edits: Iterable[Edit]) -> Floorplan:
    """The floorplan after several edits that were accepted, in their order.

    Raises:
        GeoServerError: As :func:`repeat_edit`.
    """
    for edit in edits:
        floorplan = repeat_edit(floorplan, edit)
    return floorplan
