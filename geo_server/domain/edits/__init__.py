"""What a person may change in a floorplan that was read from a drawing.

An edit is a value: which zone or opening, and what it becomes. Edits are kept in the order in which they were made, and
the floorplan that they make is worked out from what was read, so that the drawing and the corrections stay apart: a
newer drawing can be given the same corrections again.
"""

from geo_server.domain.edits.apply import apply_edit, apply_edits
from geo_server.domain.edits.carry import CarriedEdits, MoveLine, carry_edits
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

__all__ = [
    "AddOpening",
    "AddTransition",
    "CarriedEdits",
    "ChangeOpening",
    "ChangeZone",
    "Edit",
    "MergeZones",
    "MoveLine",
    "RemoveOpening",
    "RemoveTransition",
    "RemoveZone",
    "SplitZone",
    "apply_edit",
    "apply_edits",
    "carry_edits",
]
