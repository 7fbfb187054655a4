"""What a newer floorplan changes in an older one: what a person looks at before it is published."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from geo_server.domain.places import Floorplan, Opening, Transition, Zone

LEAST_MOVED_M2 = 0.1
"""A zone whose outline changed by less has not changed."""
LEAST_MOVED_M = 0.05
"""An opening that moved by less has not moved."""

Thing = Zone | Opening | Transition


@dataclass(frozen=True, slots=True)
class Change:
    """A thing that both floorplans have, and that is not the same in both.

    Args:
        fields: What changed: the older and the newer value of each field. ``area_m2`` stands for a zone's outline, also
            where the area stayed; ``moved_m`` says how far an opening moved.
    """

    before: Thing
    after: Thing
    fields: Mapping[str, tuple[object, object]]


@dataclass(frozen=True, slots=True)
class Differences:
    """What was added, what is gone, and what changed, of zones, openings and transitions."""

    added: tuple[Thing, ...]
    removed: tuple[Thing, ...]
    changed: tuple[Change, ...]
    unchanged: int


def compare(older: Floorplan, newer: Floorplan) -> Differences:
    """What is different, by id (see :mod:`geo_server.domain.matching`), in the order of the floorplans.

    Args:
        older: In the same frame as ``newer``.
        newer: What would take its place.
    """
    before, after = _things(older), _things(newer)
    pairs = [(before[thing_id], thing) for thing_id, thing in after.items() if thing_id in before]
    changes = [Change(one, other, fields) for one, other in pairs if (fields := _fields(one, other))]
    return Differences(
        added=tuple(thing for thing_id, thing in after.items() if thing_id not in before),
        removed=tuple(thing for thing_id, thing in before.items() if thing_id not in after),
        changed=tuple(changes),
        unchanged=len(pairs) - len(changes),
    )


def _things(floorplan: Floorplan) -> dict[UUID, Thing]:
    things: list[Thing] = [*floorplan.zones, *floorplan.openings, *floorplan.transitions]
    return {thing.id: thing for thing in things}


def _fields(one: Thing, other: Thing) -> dict[str, tuple[object, object]]:
    """What changed of one thing."""
    names = _TOLD[type(one)]
    fields = {
        name: (getattr(one, name), getattr(other, name)) for name in names if getattr(one, name) != getattr(other, name)
    }
    if isinstance(one, Zone) and isinstance(other, Zone):
        moved_m2 = one.polygon.symmetric_difference(other.polygon).area
        if moved_m2 > LEAST_MOVED_M2:
            fields["area_m2"] = (round(one.polygon.area, 1), round(other.polygon.area, 1))
    elif isinstance(one, Opening) and isinstance(other, Opening):
        moved_m = one.line.hausdorff_distance(other.line)
        if moved_m > LEAST_MOVED_M:
            fields["moved_m"] = (0.0, round(moved_m, 2))
    return fields


_TOLD: Mapping[type[Thing], tuple[str, ...]] = {
    Zone: ("name", "alias", "category", "lockable", "capacity"),
    Opening: ("zones", "category", "exit", "number", "lock_delay_s"),
    Transition: ("zones", "category", "step_free"),
}
