"""Contradictions inside a floorplan.

What is brought in, or made by an edit, must have none. What is kept from before may have ways that contradict themselves, because
they were not always looked for: it is read all the same, and routing takes those on the safe side.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from geo_server.domain.places import Asset, Floorplan, Opening, Transition, Wall, Zone, ZoneCategory


@dataclass(frozen=True, slots=True)
class Fault:
    """A contradiction inside a floorplan."""

    code: str
    subject: UUID
    message: str


UPSIDE_DOWN = "upside-down"
"""A transition whose lower zone lies above its upper: it leads somewhere all the same, but nobody knows which way is up."""


def find_faults(floorplan: Floorplan) -> list[Fault]:
    """All contradictions: what is broken, and ways that lead where such ways cannot.

    Whether geometry is sane (empty, overlapping, not simple) is the concern of whoever reads or edits it.
    """
    return find_broken(floorplan) or [
        *_repeated([*(building.id for building in floorplan.buildings), *_ids(floorplan)]),
        *_wrong_ways(floorplan),
    ]


def find_wrong_ways(floorplan: Floorplan) -> list[Fault]:
    """Ways that lead where such ways cannot: an exit into a room, a door from level to level, stairs that go down from their foot."""
    return [] if find_broken(floorplan) else _wrong_ways(floorplan)


def unusable_ways(floorplan: Floorplan) -> frozenset[UUID]:
    """Ids of the ways that contradict themselves so that nobody can be sent through: where they lead is not known."""
    return frozenset(fault.subject for fault in find_wrong_ways(floorplan) if fault.code != UPSIDE_DOWN)


def find_broken(floorplan: Floorplan) -> list[Fault]:
    """What nothing can be made of: repeated ids, and things that name a level or zone that is not there."""
    things: list[Zone | Opening | Transition | Wall | Asset] = [
        *floorplan.zones,
        *floorplan.openings,
        *floorplan.transitions,
        *floorplan.walls,
        *floorplan.assets,
    ]
    ways: list[Opening | Transition] = [*floorplan.openings, *floorplan.transitions]
    faults = _repeated(_ids(floorplan))
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


def _ids(floorplan: Floorplan) -> Iterator[UUID]:
    """The ids of all that a revision has; its building may be known by another."""
    things = (
        floorplan.levels,
        floorplan.assembly_points,
        floorplan.zones,
        floorplan.openings,
        floorplan.transitions,
        floorplan.walls,
        floorplan.assets,
    )
    return (thing.id for kind in things for thing in kind)


def _wrong_ways(floorplan: Floorplan) -> list[Fault]:
    return [
        *(fault for opening in floorplan.openings for fault in _wrong_sides(floorplan, opening)),
        *(fault for transition in floorplan.transitions for fault in _wrong_ends(floorplan, transition)),
    ]


def _wrong_sides(floorplan: Floorplan, opening: Opening) -> Iterator[Fault]:
    """Contradictions between an opening and the zones on its two sides."""
    sides = [floorplan.zone_by_id[zone_id] for zone_id in opening.zones if zone_id is not None]
    first, last = sides[0], sides[-1]
    if opening.zones[0] == opening.zones[1]:
        yield Fault(
            "joins-itself", opening.id, f"Opening {opening.id} has zone {first.name} ({first.id}) on both sides."
        )
    elif opening.exit and len(sides) == 2 and all(zone.category is not ZoneCategory.OUTDOOR for zone in sides):
        words = (
            f"Opening {opening.id} is an exit, but leads from {first.name} ({first.id}) into {last.name} ({last.id})."
        )
        yield Fault("exit-inside", opening.id, words)
    if all(zone.level_id != opening.level_id for zone in sides):
        words = f"Opening {opening.id} lies on another level than {first.name} ({first.id}), which it leads into."
        yield Fault("other-level", opening.id, words)
    if floorplan.levels_up(first.id, last.id):
        words = f"Opening {opening.id} joins {first.name} ({first.id}) and {last.name} ({last.id}) of two levels: that is a transition."
        yield Fault("joins-levels", opening.id, words)


def _wrong_ends(floorplan: Floorplan, way: Transition) -> Iterator[Fault]:
    """Contradictions between a transition and the zones that it joins."""
    low, high = (floorplan.zone_by_id[zone_id] for zone_id in way.zones)
    if low.id == high.id:
        yield Fault("joins-itself", way.id, f"Transition {way.id} joins zone {low.name} ({low.id}) with itself.")
    if low.level_id != way.level_id:
        words = f"Transition {way.id} lies on another level than {low.name} ({low.id}), its lower zone."
        yield Fault("other-level", way.id, words)
    if (floorplan.levels_up(low.id, high.id) or 0) < 0:
        words = f"Transition {way.id} has {low.name} ({low.id}) for its lower zone, which lies above {high.name} ({high.id})."
        yield Fault(UPSIDE_DOWN, way.id, words)


def _repeated(ids: Iterable[UUID]) -> list[Fault]:
    seen: set[UUID] = set()
    faults = []
    for thing_id in ids:
        if thing_id in seen:
            faults.append(Fault("repeated-id", thing_id, f"The id {thing_id} is given twice."))
        seen.add(thing_id)
    return faults
