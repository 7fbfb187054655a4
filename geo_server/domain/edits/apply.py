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
from geo_server.domain.faults import find_faults
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
    """The floorplan after one edit; the one given stays as it is.

    Raises:
        NotFound: The edit names a zone, opening, transition or level that is not there.
        InvalidInput: What it asks for cannot be, such as a line that does not divide the zone.
        Conflict: It would leave a contradiction behind.
    """
    edited = _APPLIERS[type(edit)](floorplan, edit)
    known = set(find_faults(floorplan))
    added = [fault for fault in find_faults(edited) if fault not in known]
    if added:
        raise Conflict(
            added[0].message, where=edit.kind, advice="Mend what it names, or give the edit an id of its own."
        )
    return edited


def apply_edits(floorplan: Floorplan, edits: Iterable[Edit]) -> Floorplan:
    """The floorplan after several edits, in their order.

    Raises:
        GeoServerError: As :func:`apply_edit`.
    """
    for edit in edits:
        floorplan = apply_edit(floorplan, edit)
    return floorplan
