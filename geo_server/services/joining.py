"""What was read of a building, joined to what was known of it: other levels are kept, and so are the ids of what stayed.

A revision covers a building (ADR 1), and people bring in one level at a time. So the levels that the files do not show
are taken over from an earlier revision, and a zone that is still there keeps the id that reports and closures name.

Terminology:
    basis: the revision that the new one follows, with its floorplan as it was read.
    other levels: those of the basis whose ordinal no file shows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID, uuid5

import shapely
from shapely.geometry.base import BaseGeometry

from geo_server.domain.edits import Edit, apply_edits, carry_edits
from geo_server.domain.errors import Conflict, InvalidInput
from geo_server.domain.findings import Finding
from geo_server.domain.frame import Placement, SiteFrame
from geo_server.domain.matching import Matched, keep_ids
from geo_server.domain.moving import NO_SHIFT, Shift, change_frame, place_floorplan, with_ids
from geo_server.domain.places import Floorplan
from geo_server.ingest.codes import make_finding
from geo_server.ingest.levels import join_levels
from geo_server.services.carrying import WayCarrier, line_mover, trusted_shifts
from geo_server.services.drawings import ReadBuilding

LEAST_SHARED = 0.2
"""Share of the smaller footprint by which a level must lie over the others to be believed to belong there."""


@dataclass(frozen=True, slots=True)
class OtherLevels:
    """What becomes of the levels that the files do not show.

    Args:
        keep: False drops them: the files show the whole building.
        onto: The revision that they are kept from; None is the building's latest.
    """

    keep: bool = True
    onto: UUID | None = None


@dataclass(frozen=True)
class Basis:
    """The revision that a new one follows.

    Args:
        number: Its number within the building.
        floorplan: As it was read: drawing metres, or placed.
        placement: How it was put on the ground; None before that, and when it was in lon, lat.
        findings: What was noticed then.
        edits: What people corrected in it, in their order.
    """

    number: int
    floorplan: Floorplan
    placement: Placement | None
    findings: tuple[Finding, ...]
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True)
class JoinedBuilding:
    """A building as it is to be kept.

    Args:
        placement: The one of the axes that hold for all levels now: the file's, or the basis' when levels of that are
            kept. None leaves the draft to be placed.
        edits: Corrections of the basis that still make sense.
    """

    read: ReadBuilding
    placement: Placement | None = None
    edits: tuple[Edit, ...] = ()

    @property
    def floorplan(self) -> Floorplan:
        """What was read, with the corrections."""
        return apply_edits(self.read.floorplan, self.edits)


def join_to_basis(read: ReadBuilding, basis: Basis | None, frame: SiteFrame, *, keep_others: bool) -> JoinedBuilding:
    """What was read, with the ids and corrections of what stayed and, when asked for, the other levels of the basis.

    Args:
        read: The files.
        basis: None when the building has no revision yet.
        frame: The site's.
        keep_others: Whether levels that the files do not show are taken over.

    Raises:
        InvalidInput: Nobody has said which level a drawing shows, or its other levels are in lon, lat and it is not.
        Conflict: The file is in lon, lat, and the other levels have no place on the ground yet.
    """
    if basis is None or not basis.floorplan.levels:
        return JoinedBuilding(read, read.placement)
    if keep_others and not read.levels_told:
        raise _which_level(read, basis)
    older = _in_frame_of(read, basis, frame)
    matched = Matched(read.floorplan, {}) if older is None else keep_ids(older, read.floorplan)
    shifts = trusted_shifts(matched.laid, basis.floorplan.frame, read.floorplan.frame)
    read = replace(read, floorplan=matched.floorplan)
    shown = {level.ordinal for level in read.floorplan.levels}
    others = [level for level in basis.floorplan.levels if level.ordinal not in shown]
    if not (keep_others and others):
        return _with_edits(JoinedBuilding(read, read.placement), basis, shifts)
    if older is None:
        raise _other_frame(read, basis)
    joined = _with_levels_of(older, matched, read, basis)
    return _with_edits(joined, basis, shifts | {level.id: NO_SHIFT for level in others})


def _with_edits(joined: JoinedBuilding, basis: Basis, shifts: Mapping[UUID, Shift]) -> JoinedBuilding:
    """The building with the corrections of the basis that still make sense, and a finding for each that does not."""
    read, old = joined.read, basis.floorplan
    move = line_mover(old.frame, read.floorplan.frame, basis.placement, shifts)
    carried = carry_edits(old, read.floorplan, basis.edits, move)
    lost = [
        make_finding("correction-lost", f"Correction {edit.kind.replace('_', ' ')!r} ({edit.id}).")
        for edit in carried.lost
    ]
    return replace(joined, read=replace(read, findings=(*read.findings, *lost)), edits=carried.kept)


def _with_levels_of(older: Floorplan, matched: Matched, read: ReadBuilding, basis: Basis) -> JoinedBuilding:
    """What was read and the levels of the basis that it does not show, in the axes of those.

    Where a file says that it is on the ground holds for its own axes, so it is not asked.
    """
    shown = {level.ordinal for level in read.floorplan.levels}
    kept = _only_levels(older, {level.ordinal for level in older.levels} - shown)
    newer = _with_ids_of_its_own(read.floorplan, kept)
    together = join_levels([replace(kept, transitions=()), newer], read.building)
    joined, lost = WayCarrier(older, together, shown, matched.shifts).carry()
    placement = None if joined.placed else basis.placement
    findings = (*read.findings, *_kept_findings(kept, basis), *lost, *_apart(joined, shown))
    if read.placement is not None and placement is None:
        words = (
            "The levels that are kept have axes of their own: where the file says that it is does not hold for them."
        )
        findings = (*findings, make_finding("georeference-unusable", words))
    return JoinedBuilding(replace(read, floorplan=joined, findings=findings), placement)


def _which_level(read: ReadBuilding, basis: Basis) -> InvalidInput:
    known = ", ".join(f"{level.ordinal} ({level.name})" for level in basis.floorplan.levels)
    return InvalidInput(
        f"{read.building.name!r} has levels already, and nothing says which one this drawing shows.",
        where="ordinal",
        advice=f"Give its ordinal (known: {known}), or whole_building when it shows all there is.",
    )


def _other_frame(read: ReadBuilding, basis: Basis) -> Conflict | InvalidInput:
    advice = "Bring in a file of the whole building and say whole_building"
    if read.floorplan.placed:
        return Conflict(
            f"The other levels of {read.building.name!r} have no place on the ground yet, and this file has one.",
            where="file",
            advice=f"Place revision {basis.number} first. {advice} otherwise.",
        )
    return InvalidInput(
        f"The other levels of {read.building.name!r} are in longitude and latitude, and this drawing is not.",
        where="file",
        advice=f"{advice}, or a file of this level in longitude and latitude.",
    )


def _in_frame_of(read: ReadBuilding, basis: Basis, frame: SiteFrame) -> Floorplan | None:
    """The floorplan of the basis in the frame of what was read; None when nothing says how they lie to each other."""
    plan = basis.floorplan
    if plan.placed:
        return change_frame(plan, frame) if read.floorplan.placed else None
    if not read.floorplan.placed:
        return plan
    return None if basis.placement is None else place_floorplan(plan, basis.placement, frame)


def _only_levels(floorplan: Floorplan, ordinals: set[int]) -> Floorplan:
    """What lies on some levels of a floorplan, and the ways between those."""
    levels = tuple(level for level in floorplan.levels if level.ordinal in ordinals)
    ids = {level.id for level in levels}
    zones = tuple(zone for zone in floorplan.zones if zone.level_id in ids)
    zone_ids = {zone.id for zone in zones}
    return replace(
        floorplan,
        levels=levels,
        zones=zones,
        openings=tuple(opening for opening in floorplan.openings if opening.level_id in ids),
        transitions=tuple(way for way in floorplan.transitions if zone_ids.issuperset(way.zones)),
        walls=tuple(wall for wall in floorplan.walls if wall.level_id in ids),
        assets=tuple(asset for asset in floorplan.assets if asset.level_id in ids),
        outlines={level_id: outline for level_id, outline in floorplan.outlines.items() if level_id in ids},
    )


def _with_ids_of_its_own(newer: Floorplan, kept: Floorplan) -> Floorplan:
    """The newer floorplan, sharing no id with what is kept: one file may have been brought in as two levels."""
    taken = {
        thing.id
        for things in (kept.levels, kept.zones, kept.openings, kept.transitions, kept.walls, kept.assets)
        for thing in things
    }
    return with_ids(newer, lambda one: uuid5(one, "another level") if one in taken else one)


def _kept_findings(kept: Floorplan, basis: Basis) -> list[Finding]:
    """One note for each level that is kept, and what was noticed on it."""
    notes = [
        make_finding("level-kept", f"Level {level.name!r} is as in revision {basis.number}.", ordinal=level.ordinal)
        for level in kept.levels
    ]
    ordinals = {level.ordinal for level in kept.levels}
    earlier = [found for found in basis.findings if found.ordinal in ordinals and found.code != "level-kept"]
    return notes + earlier


def _apart(joined: Floorplan, shown: set[int]) -> list[Finding]:
    """A finding when the levels that were read do not lie over those that were kept."""
    read = _footprint(joined, shown)
    kept = _footprint(joined, {level.ordinal for level in joined.levels} - shown)
    least = min(read.area, kept.area)
    if least == 0 or read.intersection(kept).area >= LEAST_SHARED * least:
        return []
    return [make_finding("levels-not-aligned", ordinal=ordinal) for ordinal in sorted(shown)]


def _footprint(floorplan: Floorplan, ordinals: set[int]) -> BaseGeometry:
    """The hull of some levels' zones, laid over each other."""
    shifts = {level.id: level.shift_m for level in floorplan.levels if level.ordinal in ordinals}
    polygons = [
        shapely.transform(zone.polygon, lambda xy, by=shifts[zone.level_id]: xy + by)
        for zone in floorplan.zones
        if zone.level_id in shifts
    ]
    return shapely.convex_hull(shapely.geometrycollections(polygons))
