"""Concerns of a site, and what officers wrote of them."""

from collections import defaultdict
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Connection, RowMapping, delete, func, insert, select, update

from geo_server.domain.concerns import Concern, ConcernKind, ConcernNote, ConcernState
from geo_server.domain.errors import NotFound
from geo_server.domain.frame import SiteFrame
from geo_server.store.conflicts import insert_once
from geo_server.store.geometry import decode, encode
from geo_server.store.tables import concern_notes, concerns


def add_concern(c: Connection, site_id: UUID, concern: Concern, frame: SiteFrame) -> bool:
    """Keep a concern; returns False when the same was said already.

    Raises:
        Conflict: The id is taken by another concern.
        InvalidInput: A value cannot be.
    """
    said = {
        "site_id": site_id,
        "id": concern.id,
        "kind": concern.kind.value,
        "words": concern.words,
        "place": concern.place,
        "by": concern.by,
        "source": concern.source,
        "link_id": concern.link_id,
    }
    geom = None if concern.point is None else encode(concern.point, frame)
    return insert_once(c, concerns, said, {"geom": geom, "reported_at": concern.reported_at}, "concern")


def count_concerns_by(c: Connection, link_id: UUID, since: datetime) -> int:
    """How many concerns came by a link since a moment."""
    statement = select(func.count()).where(concerns.c.link_id == link_id, concerns.c.reported_at > since)
    return c.scalar(statement) or 0


def list_concerns(c: Connection, site_id: UUID, frame: SiteFrame, limit: int) -> list[Concern]:
    """The concerns of a site with their notes: those that are open first, then the latest first."""
    is_open = concerns.c.ended_at.is_(None).desc()
    statement = select(concerns).where(concerns.c.site_id == site_id)
    rows = c.execute(statement.order_by(is_open, concerns.c.reported_at.desc(), concerns.c.id).limit(limit)).mappings()
    listed = list(rows)
    notes = _notes(c, site_id, [row["id"] for row in listed])
    return [_concern(row, frame, notes[row["id"]]) for row in listed]


def has_concern(c: Connection, site_id: UUID, concern_id: UUID) -> bool:
    """Whether a site has a concern."""
    statement = select(concerns.c.id).where(concerns.c.site_id == site_id, concerns.c.id == concern_id)
    return c.execute(statement).one_or_none() is not None


def load_concern(c: Connection, site_id: UUID, concern_id: UUID, frame: SiteFrame, *, lock: bool = False) -> Concern:
    """A concern of a site.

    Args:
        c: A connection inside a transaction.
        site_id: The site.
        concern_id: The concern.
        frame: The site's frame.
        lock: Hold it until the transaction ends, so that no two people handle it at once.

    Raises:
        NotFound: The site has no such concern.
    """
    statement = select(concerns).where(concerns.c.site_id == site_id, concerns.c.id == concern_id)
    row = c.execute(statement.with_for_update() if lock else statement).mappings().one_or_none()
    if row is None:
        raise NotFound(f"The site has no concern {concern_id}.", where="concern_id", advice="See the list of concerns.")
    return _concern(row, frame, _notes(c, site_id, [concern_id])[concern_id])


def add_concern_note(c: Connection, site_id: UUID, concern_id: UUID, note: ConcernNote) -> None:
    """Keep what an officer wrote; the caller holds the concern's lock."""
    c.execute(
        insert(concern_notes).values(
            site_id=site_id,
            id=uuid4(),
            concern_id=concern_id,
            at=note.at,
            by=note.by,
            words=note.words,
            state=note.state and note.state.value,
        )
    )


def set_concern_state(
    c: Connection,
    site_id: UUID,
    concern_id: UUID,
    state: ConcernState,
    at: datetime,
    *,
    sighting_id: UUID | None = None,
) -> None:
    """Take a concern to another state; the caller holds its lock.

    Args:
        c: A connection inside a transaction.
        site_id: The site.
        concern_id: The concern.
        state: What it becomes.
        at: When.
        sighting_id: What it was turned into, with that state; else None.
    """
    key = (concerns.c.site_id == site_id) & (concerns.c.id == concern_id)
    ended_at = None if state.is_open else at
    c.execute(update(concerns).where(key).values(state=state.value, ended_at=ended_at, sighting_id=sighting_id))


def forget_concerns(c: Connection, before: datetime) -> int:
    """Delete the concerns of all sites that ended before a moment, with their notes; returns how many."""
    return c.execute(delete(concerns).where(concerns.c.ended_at < before)).rowcount


def _notes(c: Connection, site_id: UUID, concern_ids: list[UUID]) -> dict[UUID, list[ConcernNote]]:
    notes: dict[UUID, list[ConcernNote]] = defaultdict(list)
    statement = select(concern_notes).where(
        concern_notes.c.site_id == site_id, concern_notes.c.concern_id.in_(concern_ids)
    )
    for row in c.execute(statement.order_by(concern_notes.c.at, concern_notes.c.id)).mappings():
        state = row["state"] and ConcernState(row["state"])
        notes[row["concern_id"]].append(ConcernNote(row["at"], row["by"], row["words"], state))
    return notes


def _concern(row: RowMapping, frame: SiteFrame, notes: list[ConcernNote]) -> Concern:
    return Concern(
        id=row["id"],
        kind=ConcernKind(row["kind"]),
        words=row["words"],
        place=row["place"],
        point=None if row["geom"] is None else decode(row["geom"], frame),
        by=row["by"],
        source=row["source"],
        link_id=row["link_id"],
        reported_at=row["reported_at"],
        state=ConcernState(row["state"]),
        sighting_id=row["sighting_id"],
        notes=tuple(notes),
    )
