"""Concerns: anybody with a site link reports one, officers handle it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from shapely import Point

from geo_server.domain.concerns import Concern, ConcernKind, ConcernNote, ConcernState, check_handling
from geo_server.domain.errors import InvalidInput
from geo_server.domain.events import EventKind
from geo_server.domain.places import Site
from geo_server.domain.protocols import ProtocolPack
from geo_server.services.access import Principal
from geo_server.services.changes import record_change
from geo_server.services.limits import too_often
from geo_server.services.published import PublishedFloorplans
from geo_server.services.sightings import NewSighting, Recorded, add_sighting
from geo_server.store import concerns as rows
from geo_server.store.database import Connection, Database

MOST_BY_LINK = 60
BY_LINK_WITHIN = timedelta(hours=1)
"""So many come by one link at most: a poster whose address got around must not bury what matters."""

MOST_LISTED = 200


@dataclass(frozen=True, slots=True)
class NewConcern:
    """What somebody noticed.

    Args:
        id: Made when the form was shown.
        place: Where, in words; may be empty.
        point: Where, in site metres; or None.
        by: A name, or empty.
    """

    id: UUID
    kind: ConcernKind
    words: str
    place: str = ""
    point: Point | None = None
    by: str = ""


def report_concern(database: Database, site: Site, link_id: UUID, said: NewConcern) -> bool:
    """Record what somebody noticed, and tell those who handle concerns.

    Returns:
        False when the same had been said before.

    Raises:
        TooOften: As much came by this link within the last hour as may.
        Conflict: The id is taken by another concern.
        InvalidInput: A kind that only systems report.
    """
    if said.kind is ConcernKind.ALARM:
        raise InvalidInput("Only systems report alarms.", where="kind", advice="Choose what was noticed.")
    now = datetime.now(UTC)
    concern = Concern(said.id, said.kind, said.words, said.place, said.point, said.by, "person", link_id, now)
    with database.transaction(site.id) as c:
        if rows.count_concerns_by(c, link_id, now - BY_LINK_WITHIN) >= MOST_BY_LINK:
            raise too_often()
        return add_concern(c, site, concern)


def list_concerns(database: Database, site: Site) -> list[Concern]:
    """The concerns of a site: those that are open first, then the latest first; the first two hundred."""
    with database.snapshot(site.id) as c:
        return rows.list_concerns(c, site.id, site.frame, MOST_LISTED)


def note_concern(
    database: Database, site: Site, concern_id: UUID, words: str, state: ConcernState | None, *, by: Principal
) -> Concern:
    """Write something of a concern, or triage or close it.

    Args:
        database: Where it is kept.
        site: The site.
        concern_id: The concern.
        words: May be empty with a state.
        state: What it becomes; None leaves it as it is.
        by: The officer.

    Raises:
        NotFound: The site has no such concern.
        InvalidInput: Neither words nor a state, or a state that only a sighting makes.
        Conflict: It cannot become that.
    """
    if not words and state is None:
        raise InvalidInput("The note says nothing.", where="words", advice="Write something, or give a state.")
    if state is ConcernState.TURNED_INTO_SIGHTING:
        raise InvalidInput("A concern becomes a sighting by its place.", where="state", advice="Send the sighting.")
    with database.transaction(site.id) as c:
        concern = rows.load_concern(c, site.id, concern_id, site.frame, lock=True)
        _handle(c, site, concern, words, state, by=by)
        return rows.load_concern(c, site.id, concern_id, site.frame)


def turn_into_sighting(
    database: Database,
    floorplans: PublishedFloorplans,
    pack: ProtocolPack,
    site: Site,
    said: NewSighting,
    *,
    concern_id: UUID,
    by: Principal,
) -> Recorded:
    """Report a concern as a sighting. The sighting stands even when the concern had been handled meanwhile.

    Raises:
        NotFound: The site has no such concern.
        Conflict: It is closed, or as :func:`add_sighting`.
        InvalidInput: As :func:`add_sighting`.
    """
    wanted = ConcernState.TURNED_INTO_SIGHTING
    with database.snapshot(site.id) as c:
        concern = rows.load_concern(c, site.id, concern_id, site.frame)
    if concern.sighting_id != said.id:
        check_handling(concern.state, wanted)
    recorded = add_sighting(database, floorplans, pack, site, said, by=by)
    with database.transaction(site.id) as c:
        concern = rows.load_concern(c, site.id, concern_id, site.frame, lock=True)
        if concern.state.is_open:
            _handle(c, site, concern, "", wanted, by=by, sighting_id=recorded.sighting_id)
    return recorded


def add_concern(c: Connection, site: Site, concern: Concern) -> bool:
    """Record a concern within a transaction, and tell of it; returns False when the same was there."""
    new = rows.add_concern(c, site.id, concern, site.frame)
    if new:
        _tell(c, site, concern, concern.state, by=None)
    return new


def _handle(
    c: Connection,
    site: Site,
    concern: Concern,
    words: str,
    state: ConcernState | None,
    *,
    by: Principal,
    sighting_id: UUID | None = None,
) -> None:
    now = datetime.now(UTC)
    if state is not None:
        check_handling(concern.state, state)
        rows.set_concern_state(c, site.id, concern.id, state, now, sighting_id=sighting_id)
    rows.add_concern_note(c, site.id, concern.id, ConcernNote(now, by.name, words, state))
    _tell(c, site, concern, state or concern.state, by=by)


def _tell(c: Connection, site: Site, concern: Concern, state: ConcernState, *, by: Principal | None) -> None:
    said = {"concern_id": str(concern.id), "concern_kind": concern.kind, "state": state}
    record_change(c, site, EventKind.CONCERN_CHANGED, subject=concern.id, said=said, by=by)
