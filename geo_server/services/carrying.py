"""What was known of a building, carried to a newer reading of it: corrections that have a place, and ways between levels.

Terminology:
    older, joined: the building as it was known and as it is now, in one frame, with one set of ids for what stayed.
    shown: ordinals of the levels that the newer files show; the others are kept as they were.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from uuid import UUID

import numpy as np
import shapely
from shapely import LineString, Point

from geo_server.domain.edits import MoveLine
from geo_server.domain.edits.values import Line
from geo_server.domain.findings import Finding
from geo_server.domain.frame import Coordinates, DrawingFrame, Frame, Placement, SiteFrame
from geo_server.domain.matching import Laid, match_ways
from geo_server.domain.moving import NO_SHIFT, Shift
from geo_server.domain.places import Floorplan, Level, Transition
from geo_server.ingest.codes import make_finding
from geo_server.ingest.levels import ways_past

SAME_LENGTH = 0.001
"""Rooms of a level that was read in another unit grow or shrink by more than this share, unless it is the same level."""


def trusted_shifts(laid: Mapping[UUID, Laid], old: Frame, new: Frame) -> dict[UUID, Shift]:
    """The shifts of levels that are drawn as long as they were: of another unit a shift says nothing."""
    same_unit = not isinstance(old, DrawingFrame) or old == new
    return {level: one.shift_m for level, one in laid.items() if same_unit or abs(one.scale - 1) <= SAME_LENGTH}


def line_mover(old: Frame, new: Frame, placement: Placement | None, shifts: Mapping[UUID, Shift]) -> MoveLine:
    """Where lines of an older floorplan are in a newer one.

    Args:
        old: Frame of the lines.
        new: Frame that they are wanted in.
        placement: How the older floorplan was put on the ground; None when it was not, or was in lon, lat.
        shifts: By the id of a level, to be added in the new frame; of other levels nobody knows where they are.
    """

    def in_new_frame(line: Line, level: Level) -> Coordinates | None:
        if isinstance(new, DrawingFrame):
            return np.asarray(line, dtype=np.float64) if isinstance(old, DrawingFrame) else None
        if isinstance(old, SiteFrame):
            return new.coordinates_to_metres(old.coordinates_to_lonlat(line))
        return None if placement is None else placement.place_coordinates(np.asarray(line) + level.shift_m)

    def move(line: Line, level: Level) -> Line | None:
        shift, there = shifts.get(level.id), in_new_frame(line, level)
        if shift is None or there is None:
            return None
        return tuple((float(x), float(y)) for x, y in there + shift)

    return move


@dataclass(frozen=True)
class WayCarrier:
    """Carries the transitions of a building to a newer reading of it.

    Args:
        joined: With the transitions that were read, and those that were found between what is kept and what was read.
        shifts: What to add to the older coordinates of the levels that are shown, by their id.
    """

    older: Floorplan
    joined: Floorplan
    shown: Set[int]
    shifts: Mapping[UUID, Shift]

    def carry(self) -> tuple[Floorplan, list[Finding]]:
        """The joined building with all ways that are still there, and a finding for each that is not.

        A way that was found again keeps what was known of it. Others stay while their zones are there, unless the newer
        files show another way between these, or a level that it would pass.
        """
        found = [way for way in self.joined.transitions if self._crosses(way)]
        known = match_ways(self.older, self.joined, found, self.shifts)
        ways = [self._as_known(way, known.get(way.id)) for way in self.joined.transitions]
        met = set(known.values())
        left = [way for way in self.older.transitions if way.id not in met and not self._is_shown(way)]
        past = ways_past(self.older, self.shown - {level.ordinal for level in self.older.levels})
        others = {way.zones for way in found if way.id not in known}
        stay = [way for way in left if way.id not in past and self._has_zones(way) and way.zones not in others]
        reached = {zone_id for way in found for zone_id in way.zones}
        accounted = {way.id for way in stay} | {
            way.id for way in left if way.id in past and reached.issuperset(way.zones)
        }
        lost = [self._lost(way) for way in left if way.id not in accounted]
        return replace(self.joined, transitions=(*ways, *map(self._moved, stay))), lost

    def _crosses(self, way: Transition) -> bool:
        """Whether a way leads from a level that is kept to one that is shown."""
        return len(_ordinals(self.joined, way) & self.shown) == 1

    def _is_shown(self, way: Transition) -> bool:
        """Whether the newer files would show an older way: both its levels are in them."""
        return _ordinals(self.older, way) <= self.shown

    def _has_zones(self, way: Transition) -> bool:
        return all(zone_id in self.joined.zone_by_id for zone_id in way.zones)

    def _as_known(self, way: Transition, older_id: UUID | None) -> Transition:
        if older_id is None:
            return way
        return replace(self.older.transition_by_id[older_id], level_id=way.level_id, geometry=way.geometry)

    def _moved(self, way: Transition) -> Transition:
        """An older way with its foot and its head where their levels are now."""
        xy = shapely.get_coordinates(way.geometry)
        xy = xy if len(xy) > 1 else np.repeat(xy, 2, axis=0)
        below, above = (self.older.zone_by_id[zone_id].level_id for zone_id in way.zones)
        xy[:-1] += self.shifts.get(below, NO_SHIFT)
        xy[-1] += self.shifts.get(above, NO_SHIFT)
        stands = isinstance(way.geometry, Point) and np.allclose(xy[0], xy[-1])
        return replace(way, geometry=Point(xy[0]) if stands else LineString(xy))

    def _lost(self, way: Transition) -> Finding:
        lower, upper = (self.older.zone_by_id[zone_id] for zone_id in way.zones)
        return make_finding(
            "transition-lost",
            f"The {way.category} from {lower.name!r} to {upper.name!r}.",
            ordinal=self.older.ordinal(lower.level_id),
        )


def _ordinals(floorplan: Floorplan, way: Transition) -> set[int]:
    return {floorplan.ordinal(floorplan.zone_by_id[zone_id].level_id) for zone_id in way.zones}
