"""Contradictions inside a floorplan: what no reader may pass on and no edit may leave behind."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from geo_server.domain.places import AssemblyPoint, Asset, Floorplan, Level, Opening, Transition, Wall, Zone


@dataclass(frozen=True, slots=True)
class Fault:
    """A contradiction inside a floorplan."""

    code: str
    subject: UUID
    message: str


def find_faults(floorplan: Floorplan) -> list[Fault]:
    """Contradictions that would make a plan wrong: repeated ids, and things that name a level or zone that is not there.

    Whether geometry is sane (empty, overlapping, not simple) is the concern of whoever reads or edits it.
    """
    things: list[Zone | Opening | Transition | Wall | Asset] = [
        *floorplan.zones,
        *floorplan.openings,
        *floorplan.transitions,
        *floorplan.walls,
        *floorplan.assets,
    ]
    ways: list[Opening | Transition] = [*floorplan.openings, *floorplan.transitions]
    others: list[Level | AssemblyPoint] = [*floorplan.levels, *floorplan.assembly_points]
    faults = _repeated([*(other.id for other in others), *(thing.id for thing in things)])
    faults += [
        Fault(
            "unknown-level", thing.id, f"{type(thing).__name__} {thing.id} lies on level {thing.level_id}, not given."
        )
        for thing in things
        if thing.level_id not in floorplan.level_by_id
    ]
    faults += [
        Fault("unknown-zone", way.id, f"{type(way).__name__} {way.id} joins zone {zone_id}, which is not given.")
        for way in ways
        for zone_id in way.zones
        if zone_id is not None and zone_id not in floorplan.zone_by_id
    ]
    faults += [
        Fault("joins-nothing", o.id, f"Opening {o.id} has no zone on either side.")
        for o in floorplan.openings
        if o.zones == (None, None)
    ]
    return faults


def _repeated(ids: Iterable[UUID]) -> list[Fault]:
    seen: set[UUID] = set()
    faults = []
    for thing_id in ids:
        if thing_id in seen:
            faults.append(Fault("repeated-id", thing_id, f"The id {thing_id} is given twice."))
        seen.add(thing_id)
    return faults
