"""Checkpoints of a site: added, retired, never changed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, insert, select, update

from geo_server.domain.errors import Conflict, NotFound
from geo_server.domain.frame import SiteFrame
from geo_server.domain.rounds import Checkpoint
from geo_server.store.conflicts import insert_once
from geo_server.store.geometry import decode_all, encode
from geo_server.store.tables import buildings, checkpoints, levels


def add_checkpoint(c: Connection, site_id: UUID, checkpoint: Checkpoint, frame: SiteFrame, by: UUID | None) -> bool:
    """Add a checkpoint; returns False when the same was added already. Whoever calls holds the site's row.

    Raises:
        Conflict: The id is taken by another checkpoint, or its door or zone is a checkpoint already.
    """
    other = (checkpoints.c.subject_id == checkpoint.subject_id) & (checkpoints.c.id != checkpoint.id)
    if c.execute(select(checkpoints.c.id).where(_in_force(site_id), other)).first() is not None:
        raise Conflict(
            f"{checkpoint.name} is a checkpoint already.", where="subject_id", advice="See the list of checkpoints."
        )
    return insert_once(c, checkpoints, _row(site_id, checkpoint, frame, by), {}, "checkpoint")


def add_checkpoints(
    c: Connection, site_id: UUID, proposed: list[Checkpoint], frame: SiteFrame, by: UUID | None
) -> list[Checkpoint]:
    """Add those whose door or zone is no checkpoint yet; returns them. Whoever calls holds the site's row."""
    known = set(c.scalars(select(checkpoints.c.subject_id).where(_in_force(site_id))))
    new = [checkpoint for checkpoint in proposed if checkpoint.subject_id not in known]
    if new:
        c.execute(insert(checkpoints), [_row(site_id, checkpoint, frame, by) for checkpoint in new])
    return new


def retire_checkpoint(c: Connection, site_id: UUID, checkpoint_id: UUID, at: datetime) -> bool:
    """Look at it no more; what was found there is kept. False when it had been retired before.

    Raises:
        NotFound: The site has no such checkpoint.
    """
    where = (checkpoints.c.site_id == site_id) & (checkpoints.c.id == checkpoint_id)
    retire = update(checkpoints).where(where, checkpoints.c.retired_at.is_(None)).values(retired_at=at)
    if c.execute(retire.returning(checkpoints.c.id)).one_or_none() is not None:
        return True
    if c.execute(select(checkpoints.c.id).where(where)).one_or_none() is None:
        raise no_checkpoint(checkpoint_id)
    return False


def find_subject(c: Connection, site_id: UUID, checkpoint_id: UUID) -> UUID | None:
    """The opening, transition or zone that a checkpoint is, retired or not; None of a spot.

    Raises:
        NotFound: The site has no such checkpoint.
    """
    where = (checkpoints.c.site_id == site_id) & (checkpoints.c.id == checkpoint_id)
    row = c.execute(select(checkpoints.c.subject_id).where(where)).one_or_none()
    if row is None:
        raise no_checkpoint(checkpoint_id)
    subject_id: UUID | None = row[0]
    return subject_id


def list_checkpoints(c: Connection, site_id: UUID, frame: SiteFrame, *, retired: bool = False) -> list[Checkpoint]:
    """The checkpoints of a site in site metres, by building, level and name.

    Args:
        c: A connection.
        site_id: The site.
        frame: Its frame.
        retired: Those that were retired too.
    """
    statement = (
        select(checkpoints, levels.c.ordinal, buildings.c.name.label("building"))
        .join(levels, checkpoints.c.level_id == levels.c.id)
        .join(buildings, levels.c.building_id == buildings.c.id)
        .where(checkpoints.c.site_id == site_id if retired else _in_force(site_id))
        .order_by(buildings.c.name, levels.c.ordinal, checkpoints.c.name, checkpoints.c.id)
    )
    rows = c.execute(statement).mappings().all()
    points = decode_all([row["geom"] for row in rows], frame)
    return [
        Checkpoint(row["id"], row["name"], row["level_id"], row["ordinal"], row["building"], point, row["subject_id"])
        for row, point in zip(rows, points, strict=True)
    ]


def no_checkpoint(checkpoint_id: UUID) -> NotFound:
    """The refusal of an id that no checkpoint has."""
    return NotFound(
        f"The site has no checkpoint {checkpoint_id}.", where="checkpoint_id", advice="See the list of checkpoints."
    )


def _in_force(site_id: UUID) -> ColumnElement[bool]:
    return (checkpoints.c.site_id == site_id) & checkpoints.c.retired_at.is_(None)


def _row(site_id: UUID, checkpoint: Checkpoint, frame: SiteFrame, by: UUID | None) -> dict[str, object]:
    return {
        "site_id": site_id,
        "id": checkpoint.id,
        "level_id": checkpoint.level_id,
        "subject_id": checkpoint.subject_id,
        "name": checkpoint.name,
        "geom": encode(checkpoint.point, frame),
        "added_by": by,
    }
