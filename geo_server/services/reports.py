"""What people in charge order, and which ways are closed. What people in their zones say: ``status_reports``."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from geo_server.domain.errors import Conflict, NotFound
from geo_server.domain.events import EventKind
from geo_server.domain.incidents import (
    WITHDRAWN,
    Closure,
    ClosureReason,
    Directive,
)
from geo_server.domain.places import Site
from geo_server.domain.protocols import ProtocolPack
from geo_server.services.access import Principal
from geo_server.services.changes import record_change
from geo_server.services.published import PublishedFloorplans
from geo_server.store import reports as rows
from geo_server.store.database import Connection, Database
from geo_server.store.events import last_seq
from geo_server.store.floorplans import has_zone
from geo_server.store.incidents import find_open_incident, lock_site


@dataclass(frozen=True, slots=True)
class NewDirective:
    """What a zone is to do.

    Args:
        id: Made by the client.
        action: An action of the protocol pack.
        zone_id: None is the whole site.
    """

    id: UUID
    action: str
    zone_id: UUID | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class NewClosure:
    """A way that cannot be used.

    Args:
        id: Made by the client.
        subject_id: Of an opening, a transition, a zone or an assembly point.
    """

    id: UUID
    subject_id: UUID
    reason: ClosureReason


def give_directive(database: Database, pack: ProtocolPack, site: Site, said: NewDirective, *, by: Principal) -> bool:
    """Give a directive for a zone, or for the whole site.

    Returns:
        False when the same one had been given before.

    Raises:
        InvalidInput: The pack has no such action.
        NotFound: No such zone.
        Conflict: No incident is open, or the id is taken by another directive.
    """
    pack.load_action(said.action)
    with database.transaction(site.id) as c:
        incident = find_open_incident(c, site.id)
        if incident is None:
            raise _nothing_open()
        return record_directive(c, site, incident.id, said, by=by)


def withdraw_directive(
    database: Database, site: Site, directive_id: UUID, withdrawal_id: UUID, reason: str, *, by: Principal
) -> bool:
    """Take back a directive that is in force. It is kept; what holds then is what else is in force, or the protocol.

    Args:
        database: Where it is recorded.
        site: The site.
        directive_id: What is taken back.
        withdrawal_id: Made by the client.
        reason: In words.
        by: Who.

    Returns:
        False when it had been taken back before.

    Raises:
        NotFound: The open incident has no such directive.
        Conflict: No incident is open, another directive has followed, or the id is taken.
    """
    with database.transaction(site.id) as c:
        lock_site(c, site.id)
        incident = find_open_incident(c, site.id)
        if incident is None:
            raise _nothing_open()
        given = rows.list_directives(c, incident.id)
        order = next((one for one in given if one.id == directive_id and one.action != WITHDRAWN), None)
        if order is None:
            raise NotFound(
                f"The open incident has no directive {directive_id}.", where="directive_id", advice="See the picture."
            )
        of_same = [one for one in given if one.zone_id == order.zone_id]
        followed = of_same[of_same.index(order) + 1 :]
        if followed and followed[0].action == WITHDRAWN:
            return False
        if followed:
            raise Conflict("Another directive has followed this one.", where="directive_id", advice="See the picture.")
        withdrawal = Directive(
            withdrawal_id, incident.id, WITHDRAWN, order.zone_id, datetime.now(UTC), given_by=by.name, reason=reason
        )
        return _record(c, site, withdrawal, {"withdrawn": str(order.id)}, by=by)


def record_directive(c: Connection, site: Site, incident_id: UUID, said: NewDirective, *, by: Principal) -> bool:
    """:func:`give_directive` within a transaction, of an action that the pack has."""
    if said.zone_id is not None:
        _check_zone(c, site, said.zone_id)
    lock_site(c, site.id)  # a withdrawal takes back what came before it, so that orders have to come one by one
    directive = Directive(
        said.id, incident_id, said.action, said.zone_id, datetime.now(UTC), given_by=by.name, reason=said.reason
    )
    return _record(c, site, directive, {}, by=by)


def _record(c: Connection, site: Site, directive: Directive, more: Mapping[str, str], *, by: Principal) -> bool:
    new = rows.add_directive(c, site.id, directive)
    if new:
        told = {"zone_id": directive.zone_id and str(directive.zone_id), "action": directive.action, **more}
        record_change(c, site, EventKind.DIRECTIVE_GIVEN, subject=directive.id, said=told, by=by)
    return new


def close_way(
    database: Database, floorplans: PublishedFloorplans, site: Site, said: NewClosure, *, by: Principal
) -> tuple[bool, int]:
    """Say that an opening, a transition, a zone or an assembly point cannot be used. Plan again after it.

    Returns:
        False when the same had been said before; and the number of an event that a plan which knows of it has.

    Raises:
        NotFound: The published map has no such opening, transition, zone or assembly point.
        Conflict: The id is taken by another closure.
    """
    with database.transaction(site.id) as c:
        if not floorplans.load(c, site).floorplan.can_be_closed(said.subject_id):
            raise NotFound(
                f"The published map has no opening, transition, zone or assembly point {said.subject_id}.",
                where="subject_id",
                advice="See the lists of zones, openings and assembly points.",
            )
        closure = Closure(said.id, said.subject_id, said.reason, by.name, datetime.now(UTC))
        new = rows.add_closure(c, site.id, closure, by.person_id)
        if new:
            told = {"closure_id": str(said.id), "subject_id": str(said.subject_id), "reason": said.reason}
            record_change(c, site, EventKind.CLOSURE_ADDED, subject=said.id, said=told, by=by)
        return new, last_seq(c, site.id)


def open_way(database: Database, site: Site, closure_id: UUID, *, by: Principal) -> int | None:
    """Lift a closure. Plan again after it.

    Returns:
        Number of the event that tells of it, or None when it had been lifted before.

    Raises:
        NotFound: The site has no such closure.
    """
    with database.transaction(site.id) as c:
        if not rows.lift_closure(c, site.id, closure_id, datetime.now(UTC)):
            return None
        said = {"closure_id": str(closure_id)}
        return record_change(c, site, EventKind.CLOSURE_LIFTED, subject=closure_id, said=said, by=by)


def _nothing_open() -> Conflict:
    return Conflict("No incident is open on this site.", advice="Report what was seen first; that opens one.")


def _check_zone(c: Connection, site: Site, zone_id: UUID) -> None:
    if not has_zone(c, site.id, zone_id):
        raise NotFound(f"The published map has no zone {zone_id}.", where="zone_id", advice="See the list of zones.")
