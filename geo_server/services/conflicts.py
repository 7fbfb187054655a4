"""Conflicts between what is reported and what is in force: raised by a report, settled by a person."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

from geo_server.domain.conflicts import Decision, ProtocolConflict, Settlement, contradicts
from geo_server.domain.directives import action_of, in_force, told_in
from geo_server.domain.errors import Conflict, InvalidInput
from geo_server.domain.events import EventKind
from geo_server.domain.incidents import Incident
from geo_server.domain.places import Site
from geo_server.domain.protocols import ProtocolPack
from geo_server.services.access import Principal
from geo_server.services.changes import record_change
from geo_server.services.reports import NewDirective, record_directive
from geo_server.store.database import Connection, Database
from geo_server.store.incidents import add_conflict, load_conflict, lock_waiting_conflicts, settle_conflict
from geo_server.store.reports import list_directives


@dataclass(frozen=True, slots=True)
class NewDecision:
    """What a person decides of a conflict.

    Args:
        action: What is to be done instead, when the decision is to change; None is what the conflict calls for.
        zone_id: Where; None is the whole site.
    """

    decision: Decision
    action: str | None = None
    zone_id: UUID | None = None
    reason: str = ""


def conflicts_with(
    c: Connection, pack: ProtocolPack, incident: Incident, kind: str, *, known: str | None = None
) -> bool:
    """Whether a kind calls for leaving while the site as a whole is told to stay, or the other way round.

    What people are told now counts: the order in force, else the protocol. Of a threat that calls for staying a further
    sighting is no news to whoever let people leave since; what calls for leaving asks each time, because it spreads.

    Args:
        c: A connection inside a transaction.
        pack: The protocol pack.
        incident: The open incident.
        kind: What is reported.
        known: The kind of the threat so far, where a sighting carries its track on.
    """
    told = told_in(None, incident, in_force(list_directives(c, incident.id)), pack)
    action = pack.action_for(kind)
    before = pack.kinds.get(known) if known else None
    is_news = action.may_leave or before is None or before.action != action.key
    return is_news and contradicts(action, told.action)


def raise_conflict(
    c: Connection, pack: ProtocolPack, site: Site, incident: Incident, kind: str, *, by: Principal | None
) -> None:
    """Raise a conflict; nothing happens while one of the same kind waits to be settled."""
    action = pack.action_for(kind).key
    raised = ProtocolConflict(uuid4(), incident.id, kind, action, datetime.now(UTC))
    if add_conflict(c, site.id, raised):
        said = {"conflict_id": str(raised.id), "incident_id": str(incident.id), "kind": kind}
        record_change(c, site, EventKind.CONFLICT_RAISED, subject=raised.id, said=said, by=by)


def follow_kind(c: Connection, pack: ProtocolPack, site: Site, incident: Incident, *, by: Principal) -> None:
    """Bring the conflicts of an incident in line with the kind that it has become; the caller holds the site's row.

    Those that wait for what people are told by now are settled. Where an order goes on to tell them otherwise than the new kind
    calls for, one is raised.
    """
    told = told_in(None, incident, in_force(list_directives(c, incident.id)), pack).action
    for waiting in lock_waiting_conflicts(c, incident.id):
        if not contradicts(action_of(pack, waiting.action), told):
            _record_settlement(c, site, waiting.id, Decision.CHANGE, "", by=by)
    if contradicts(pack.action_for(incident.kind), told):
        raise_conflict(c, pack, site, incident, incident.kind, by=by)


def settle(
    database: Database, pack: ProtocolPack, site: Site, conflict_id: UUID, said: NewDecision, *, by: Principal
) -> None:
    """Decide a conflict: keep what is in force, or give another directive.

    Raises:
        NotFound: No such conflict, or no such zone.
        InvalidInput: An action or a zone with a decision to keep, or an action that the pack does not have.
        Conflict: Somebody has settled it already.
    """
    if said.decision is Decision.KEEP and (said.action or said.zone_id):
        raise InvalidInput(
            "What is kept names no other action or zone.",
            where="decision",
            advice="Say change to give another directive, or leave out action and zone_id.",
        )
    with database.transaction(site.id) as c:
        conflict = load_conflict(c, site.id, conflict_id, lock=True)
        if conflict.settlement is not None:
            raise Conflict(
                f"{conflict.settlement.by} has settled this conflict already: {conflict.settlement.decision}.",
                advice="Give a directive to change what is in force.",
            )
        if said.decision is Decision.CHANGE:
            action = pack.load_action(said.action or conflict.action).key
            directive = NewDirective(uuid4(), action, said.zone_id, said.reason)
            record_directive(c, site, conflict.incident_id, directive, by=by)
        _record_settlement(c, site, conflict_id, said.decision, said.reason, by=by)


def _record_settlement(
    c: Connection, site: Site, conflict_id: UUID, decision: Decision, reason: str, *, by: Principal
) -> None:
    told = {"conflict_id": str(conflict_id), "decision": decision}
    record_change(c, site, EventKind.CONFLICT_SETTLED, subject=conflict_id, said=told, by=by)
    settle_conflict(c, conflict_id, Settlement(decision, datetime.now(UTC), by.name, reason))
