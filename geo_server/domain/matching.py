"""Which zones and openings of a newer floorplan are those of an older one, so that they keep their ids.

A drawing that is revised and read again gives most rooms again as they were, some moved by a few centimetres, some
divided; now and then the whole sheet has moved. Reports, closures and corrections hang on ids, so a zone that is still
the same room has to keep its own.

Terminology:
    shift: what to add to the older floorplan's coordinates so that its rooms lie over the newer one's, in metres.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid5

import numpy as np
import numpy.typing as npt
import shapely
from shapely import STRtree

from geo_server.domain.moving import NO_SHIFT, Shift, with_ids
from geo_server.domain.places import Floorplan, Opening, Transition, Zone

LEAST_LIKENESS = 0.6
"""Shared area over joint area from which two zones are one: the measure and the limit by which rooms that were read are
held against rooms that a person drew."""
NEAREST_OPENING_M = 0.5
"""An opening that moved farther is another one: two doors side by side are farther apart than this."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Laid:
    """How the rooms of a level lie to those of the older floorplan.

    Args:
        shift_m: What to add to the older coordinates, in metres.
        scale: How much longer the newer rooms are; 1 when the level was drawn again in the same unit.
    """

    shift_m: Shift
    scale: float


@dataclass(frozen=True)
class Matched:
    """A newer floorplan that has kept ids of an older one.

    Args:
        laid: By the id of the level, which both have; levels of which no zone is the same are not in it.
    """

    floorplan: Floorplan
    laid: Mapping[UUID, Laid]

    @property
    def shifts(self) -> dict[UUID, Shift]:
        """By the id of the level."""
        return {level_id: laid.shift_m for level_id, laid in self.laid.items()}


def keep_ids(older: Floorplan, newer: Floorplan) -> Matched:
    """The newer floorplan with the older one's ids for levels, zones, openings and transitions that are still there.

    Args:
        older: What was known, in the frame of ``newer``.
        newer: What was read now. Levels are matched by building and ordinal.
    """
    levels = _match_levels(older, newer)
    zones: dict[UUID, UUID] = {}
    openings: dict[UUID, UUID] = {}
    laid: dict[UUID, Laid] = {}
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
        if pairs:
            laid[old_level] = Laid(shift, _scale(older, newer, pairs))
    named = Matched(_renamed(newer, levels | zones | openings), laid)
    ways = match_ways(older, named.floorplan, named.floorplan.transitions, named.shifts)
    return Matched(_renamed(named.floorplan, ways), laid)


def match_ways(
    older: Floorplan, newer: Floorplan, ways: Iterable[Transition], shifts: Mapping[UUID, Shift]
) -> dict[UUID, UUID]:
    """The older id for each way of the same category between the same two zones, the nearest first; each is given once.

    Args:
        older: What was known.
        newer: What was read now, with the older ids of zones that are still there.
        ways: Those of ``newer`` that are asked about.
        shifts: By the id of a level, to be added to the older coordinates; none for the others.
    """
    alike: defaultdict[object, tuple[list[Transition], list[Transition]]] = defaultdict(lambda: ([], []))
    for way in older.transitions:
        alike[way.zones, way.category][0].append(way)
    for way in ways:
        alike[way.zones, way.category][1].append(way)
    pairs: dict[UUID, UUID] = {}
    for old, new in alike.values():
        before = np.array([_ends(older, way, shifts) for way in old]).reshape(-1, 4)
        after = np.array([_ends(newer, way, {}) for way in new]).reshape(-1, 4)
        pairs |= {new[i].id: old[j].id for i, j in _nearest_pairs(after, before, np.inf)}
    return pairs


def _ends(floorplan: Floorplan, way: Transition, shifts: Mapping[UUID, Shift]) -> Floats:
    """Foot and head of a way, each shifted with its level: shape (4,)."""
    xy = shapely.get_coordinates(way.geometry)[[0, -1]]
    levels = (floorplan.zone_by_id[zone_id].level_id for zone_id in way.zones)
    return np.asarray(xy + [shifts.get(level_id, NO_SHIFT) for level_id in levels]).reshape(4)


def _scale(older: Floorplan, newer: Floorplan, pairs: Mapping[UUID, UUID]) -> float:
    """The median growth in length of zones that are the same, newer id to older id."""
    grown = [newer.zone_by_id[new].polygon.area / older.zone_by_id[old].polygon.area for new, old in pairs.items()]
    return float(np.sqrt(np.median(grown)))


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
    pairs = _nearest_pairs(_middles(new), _middles(old) + np.asarray(shift), NEAREST_OPENING_M)
    return {new[i].id: old[j].id for i, j in pairs}


def _middles(openings: Sequence[Opening]) -> Floats:
    middles = [opening.line.interpolate(0.5, normalized=True) for opening in openings]
    return np.array([(middle.x, middle.y) for middle in middles]).reshape(-1, 2)


def _nearest_pairs(ours: Floats, theirs: Floats, farthest: float) -> list[tuple[int, int]]:
    """Indexes of rows that are near to each other, the nearest first, each row in one pair at most."""
    apart = np.linalg.norm(ours[:, None, :] - theirs[None, :, :], axis=2)
    pairs: list[tuple[int, int]] = []
    left, free = set(range(len(ours))), set(range(len(theirs)))
    for flat in np.argsort(apart, axis=None, kind="stable"):
        mine, other = divmod(int(flat), len(theirs))
        if apart[mine, other] > farthest:
            break
        if mine in left and other in free:
            pairs.append((mine, other))
            left.remove(mine)
            free.remove(other)
    return pairs


def _renamed(floorplan: Floorplan, older_ids: dict[UUID, UUID]) -> Floorplan:
    """The floorplan with older ids where there are some, and none of those for anything else."""
    given = set(older_ids.values())

    def new(thing_id: UUID) -> UUID:
        if thing_id in older_ids:
            return older_ids[thing_id]
        return uuid5(thing_id, "newer") if thing_id in given else thing_id

    return with_ids(floorplan, new)
