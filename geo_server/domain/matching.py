"""Which zones and openings of a newer floorplan are those of an older one, so that they keep their ids.

A drawing that is revised and read again gives most rooms again as they were, some moved by a few centimetres, some
divided; now and then the whole sheet has moved. Reports, closures and corrections hang on ids, so a zone that is still
the same room has to keep its own.

Terminology:
    shift: what to add to the older floorplan's coordinates so that its rooms lie over the newer one's, in metres.
"""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID, uuid5

import numpy as np
import shapely
from shapely import STRtree

from geo_server.domain.moving import with_ids
from geo_server.domain.places import Floorplan, Opening, Zone

LEAST_LIKENESS = 0.6
"""Shared area over joint area from which two zones are one: the measure and the limit by which rooms that were read are
held against rooms that a person drew."""
NEAREST_OPENING_M = 0.5
"""An opening that moved farther is another one: two doors side by side are farther apart than this."""

Shift = tuple[float, float]


def keep_ids(older: Floorplan, newer: Floorplan) -> Floorplan:
    """The newer floorplan with the older one's ids for levels, zones, openings and transitions that are still there.

    Args:
        older: What was known, in the frame of ``newer``.
        newer: What was read now. Levels are matched by building and ordinal.
    """
    levels = _match_levels(older, newer)
    zones: dict[UUID, UUID] = {}
    openings: dict[UUID, UUID] = {}
    for new_level, old_level in levels.items():
        old_zones = [zone for zone in older.zones if zone.level_id == old_level]
        new_zones = [zone for zone in newer.zones if zone.level_id == new_level]
        shift, pairs = _match_zones(old_zones, new_zones)
        zones |= pairs
        openings |= _match_openings(
            [opening for opening in older.openings if opening.level_id == old_level],
            [opening for opening in newer.openings if opening.level_id == new_level],
            shift,
        )
    transitions = _match_transitions(older, newer, zones)
    return _renamed(newer, levels | zones | openings | transitions)


def _match_levels(older: Floorplan, newer: Floorplan) -> dict[UUID, UUID]:
    left = {(level.building_id, level.ordinal): level.id for level in older.levels}
    pairs = [(level.id, left.pop((level.building_id, level.ordinal), None)) for level in newer.levels]
    return {new: old for new, old in pairs if old is not None}


def _match_zones(old: Sequence[Zone], new: Sequence[Zone]) -> tuple[Shift, dict[UUID, UUID]]:
    """The shift under which most zones agree, and the older id for each newer one that has one."""
    shifts: list[Shift] = [(0.0, 0.0), _shift_by_names(old, new)]
    found = [(shift, *_alike(old, new, shift)) for shift in dict.fromkeys(shifts)]
    shift, pairs, _ = max(found, key=lambda each: each[2])
    return shift, pairs


def _shift_by_names(old: Sequence[Zone], new: Sequence[Zone]) -> Shift:
    """The median way from a zone to the zone of its name, among names that both floorplans have once."""
    before, after = _named_once(old), _named_once(new)
    shared = sorted(before.keys() & after.keys())
    if not shared:
        return 0.0, 0.0
    ways = [_centre(after[name]) - _centre(before[name]) for name in shared]
    dx, dy = np.median(np.array(ways), axis=0)
    return float(dx), float(dy)


def _named_once(zones: Sequence[Zone]) -> dict[str, Zone]:
    counted = Counter(zone.name for zone in zones)
    return {zone.name: zone for zone in zones if counted[zone.name] == 1}


def _centre(zone: Zone) -> np.ndarray:
    return np.asarray(zone.polygon.centroid.coords[0])


def _alike(old: Sequence[Zone], new: Sequence[Zone], shift: Shift) -> tuple[dict[UUID, UUID], float]:
    """One-to-one pairs of zones that are alike, the most alike first, and the sum of their likeness."""
    if not old or not new:
        return {}, 0.0
    moved = shapely.transform([zone.polygon for zone in old], lambda xy: xy + np.asarray(shift))
    fresh = np.array([zone.polygon for zone in new])
    hits, others = STRtree(fresh).query(moved, predicate="intersects")
    shared = shapely.area(shapely.intersection(moved[hits], fresh[others]))
    likeness = shared / (shapely.area(moved)[hits] + shapely.area(fresh)[others] - shared)
    pairs: dict[UUID, UUID] = {}
    taken: set[UUID] = set()
    total = 0.0
    for index in np.argsort(-likeness, kind="stable"):
        before, after = old[int(hits[index])], new[int(others[index])]
        if likeness[index] < LEAST_LIKENESS:
            break
        if before.id not in taken and after.id not in pairs:
            pairs[after.id] = before.id
            taken.add(before.id)
            total += float(likeness[index])
    return pairs, total


def _match_openings(old: Sequence[Opening], new: Sequence[Opening], shift: Shift) -> dict[UUID, UUID]:
    """The older id for each newer opening that stands where one stood, the nearest first."""
    if not old or not new:
        return {}
    before = _middles(old) + np.asarray(shift)
    after = _middles(new)
    apart = np.linalg.norm(after[:, None, :] - before[None, :, :], axis=2)
    pairs: dict[UUID, UUID] = {}
    taken: set[int] = set()
    for flat in np.argsort(apart, axis=None, kind="stable"):
        mine, theirs = divmod(int(flat), len(old))
        if apart[mine, theirs] > NEAREST_OPENING_M:
            break
        if theirs not in taken and new[mine].id not in pairs:
            pairs[new[mine].id] = old[theirs].id
            taken.add(theirs)
    return pairs


def _middles(openings: Sequence[Opening]) -> np.ndarray:
    middles = [opening.line.interpolate(0.5, normalized=True) for opening in openings]
    return np.array([(middle.x, middle.y) for middle in middles])


def _match_transitions(older: Floorplan, newer: Floorplan, zones: dict[UUID, UUID]) -> dict[UUID, UUID]:
    """The older id for each newer way of the same category between the same two zones; each is given once."""
    before = {(*transition.zones, transition.category): transition.id for transition in older.transitions}
    pairs: dict[UUID, UUID] = {}
    for transition in newer.transitions:
        lower, upper = (zones.get(zone_id) for zone_id in transition.zones)
        known = before.pop((lower, upper, transition.category), None) if lower and upper else None
        if known is not None:
            pairs[transition.id] = known
    return pairs


def _renamed(floorplan: Floorplan, older_ids: dict[UUID, UUID]) -> Floorplan:
    """The floorplan with older ids where there are some, and none of those for anything else."""
    given = set(older_ids.values())

    def new(thing_id: UUID) -> UUID:
        if thing_id in older_ids:
            return older_ids[thing_id]
        return uuid5(thing_id, "newer") if thing_id in given else thing_id

    return with_ids(floorplan, new)
