"""Where rounds lead: checkpoints taken from the published map or put on it by hand, and when each was last looked at."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from geo_server.domain.errors import InvalidInput, NotFound
from geo_server.domain.events import EventKind
from geo_server.domain.places import Floorplan, Site, ZoneCategory
from geo_server.domain.rounds import Checkpoint, Coverage, checkpoint_of, propose_checkpoints
from geo_server.services.access import Principal
from geo_server.services.changes import record_change
from geo_server.services.levels import load_level, place_observed
from geo_server.services.published import PublishedFloorplans
from geo_server.store import checkpoints as rows
from geo_server.store.database import Connection, Database
from geo_server.store.incidents import lock_site
from geo_server.store.rounds import list_faults, list_latest_checks


@dataclass(frozen=True, slots=True)
class NewCheckpoint:
    """A place to be looked at.

    Args:
        id: Made by the client.
        name: May be left out where a subject is given.
        subject_id: Of an opening, a transition or a zone of the published map; or else:
        at: A spot: lon, lat.
        ordinal: Its level.
        building: Name of its building, or None: the one whose zones are nearest.
    """

    id: UUID
    name: str = ""
    subject_id: UUID | None = None
    at: tuple[float, float] | None = None
    ordinal: int | None = None
    building: str | None = None


def add_from_map(
    database: Database,
    floorplans: PublishedFloorplans,
    site: Site,
    *,
    exits: bool,
    zones: Collection[ZoneCategory],
    by: Principal,
) -> int:
    """Make checkpoints of the exits and of zones of the published map. What is one already is left as it is.

    Returns:
        How many were added.
    """
    with database.transaction(site.id) as c:
        floorplan = floorplans.load(c, site).floorplan
        lock_site(c, site.id)
        proposed = propose_checkpoints(floorplan, exits=exits, zones=zones)
        added = rows.add_checkpoints(c, site.id, proposed, site.frame, by.person_id)
        if added:
            _changed(c, site, site.id, {"checkpoints_added": len(added)}, by)
    return len(added)


def add_checkpoint(
    database: Database, floorplans: PublishedFloorplans, site: Site, said: NewCheckpoint, *, by: Principal
) -> bool:
    """Add one checkpoint.

    Returns:
        False when the same had been added before.

    Raises:
        InvalidInput: Neither a subject nor a spot with a name and a level, or a spot that is not on the site.
        NotFound: The published map has no such subject.
        Conflict: The id is taken, or the subject is a checkpoint already.
    """
    with database.transaction(site.id) as c:
        checkpoint = _made(floorplans.load(c, site).floorplan, site, said)
        lock_site(c, site.id)
        new = rows.add_checkpoint(c, site.id, checkpoint, site.frame, by.person_id)
        if new:
            _changed(c, site, said.id, {"checkpoint_id": str(said.id), "name": checkpoint.name}, by)
    return new


def retire_checkpoint(database: Database, site: Site, checkpoint_id: UUID, *, by: Principal) -> None:
    """Look at a checkpoint no more. What was found there stays on record, and a fault stands until it is mended.

    Raises:
        NotFound: The site has no such checkpoint.
    """
    with database.transaction(site.id) as c:
        if rows.retire_checkpoint(c, site.id, checkpoint_id, datetime.now(UTC)):
            _changed(c, site, checkpoint_id, {"checkpoint_id": str(checkpoint_id), "retired": True}, by)


def list_coverage(database: Database, site: Site) -> list[Coverage]:
    """The checkpoints of a site, each with the check of it that was given last and its faults; read at one moment."""
    with database.snapshot(site.id) as c:
        latest = list_latest_checks(c, site.id)
        standing = list_faults(c, site.id)
        return [
            Coverage(
                checkpoint,
                latest.get(checkpoint.id),
                tuple(fault for fault in standing if fault.checkpoint_id == checkpoint.id),
            )
            for checkpoint in rows.list_checkpoints(c, site.id, site.frame)
        ]


def _made(floorplan: Floorplan, site: Site, said: NewCheckpoint) -> Checkpoint:
    if said.subject_id is None:
        return _spot(floorplan, site, said)
    checkpoint = checkpoint_of(floorplan, said.subject_id, checkpoint_id=said.id, name=said.name)
    if checkpoint is None:
        raise NotFound(
            f"The published map has no opening, transition or zone {said.subject_id}.",
            where="subject_id",
            advice="See the lists of zones and openings.",
        )
    return checkpoint


def _spot(floorplan: Floorplan, site: Site, said: NewCheckpoint) -> Checkpoint:
    if said.at is None or said.ordinal is None or not said.name:
        raise InvalidInput(
            "A checkpoint needs a subject, or a place with its level and a name.",
            where="subject_id",
            advice="Give subject_id; or at, ordinal and name.",
        )
    point = place_observed(said.at, site.frame)
    level = load_level(floorplan, point, said.ordinal, said.building)
    building = floorplan.building_by_id.get(level.building_id) if level.building_id else None
    return Checkpoint(said.id, said.name, level.id, level.ordinal, building.name if building else "", point)


def _changed(c: Connection, site: Site, subject: UUID, said: dict[str, object], by: Principal) -> None:
    record_change(c, site, EventKind.ROUND_CHANGED, subject=subject, said=said, by=by)
