"""What to do: the plan of an incident, made again after every change, and what one zone is told.

Routes are advice, directives are orders of people. A plan is computed in a transaction of its own, after what it is
about has been committed; when that fails, what was recorded stays and the failure is itself an event.
"""

import hashlib
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

from geo_server.domain.events import EventKind
from geo_server.domain.incidents import Directive, Incident
from geo_server.domain.places import Site, Zone
from geo_server.domain.protocols import Action, ProtocolPack
from geo_server.export.plan import plan_document
from geo_server.routing.plan import plan
from geo_server.routing.request import PlanRequest
from geo_server.services.editions import Editions
from geo_server.store.database import Connection, Database
from geo_server.store.events import last_seq, record_event
from geo_server.store.incidents import (
    find_open_incident,
    list_closures,
    list_directives,
    list_threats,
    load_incident,
)
from geo_server.store.plans import StoredPlan, add_plan, find_latest_plan

log = logging.getLogger(__name__)

_UNKNOWN = Action("unknown", "Wait for orders", "Do what the person in charge tells you.", may_leave=False)


@dataclass(frozen=True, slots=True)
class Told:
    """The action that holds in a zone, and why.

    Args:
        why: One sentence: by whose order, or by which protocol.
    """

    action: Action
    why: str


@dataclass(frozen=True, slots=True)
class ZoneGuidance:
    """What a person in a zone is shown.

    Args:
        told: None when there is no open incident.
        route: The zone's route as in the plan document, or None when it is withheld.
        withheld: One sentence: why no route is shown; None when one is.
    """

    zone: Zone
    told: Told | None
    route: dict[str, Any] | None
    withheld: str | None
    exercise: bool


def replan(database: Database, site: Site, incident_id: UUID, *, editions: Editions | None = None) -> bool:
    """Plan all ways out for an incident, with everything that is known once its turn has come.

    Two sightings at once plan one after the other, so the last plan knows of both. A planner that fails loses nothing:
    the failure is logged and recorded, and the previous plan stays with its age.

    Args:
        database: Where all is kept.
        site: The incident's site.
        incident_id: The incident.
        editions: Compiled floorplans to use again; None compiles anew.

    Returns:
        Whether a plan was made.
    """
    try:
        with database.transaction() as c:
            _plan(c, site, load_incident(c, site.id, incident_id, lock=True), editions or Editions(database))
    except Exception:
        log.exception("No plan could be made for incident %s of site %s", incident_id, site.slug)
        with database.transaction() as c:
            record_event(c, site.id, EventKind.PLAN_FAILED, {"incident_id": str(incident_id)})
        return False
    return True


def replan_open(database: Database, site: Site, *, editions: Editions) -> bool | None:
    """:func:`replan` for the open incident of a site; None when there is none."""
    with database.snapshot() as c:
        incident = find_open_incident(c, site.id)
    return None if incident is None else replan(database, site, incident.id, editions=editions)


def plan_etag(plan: StoredPlan) -> str:
    """Entity tag of a plan: its bytes."""
    return hashlib.sha256(plan.document).hexdigest()[:32]


def find_plan(database: Database, site: Site) -> StoredPlan | None:
    """The latest plan of the open incident, or None."""
    with database.snapshot() as c:
        incident = find_open_incident(c, site.id)
        return None if incident is None else find_latest_plan(c, incident.id)


def zone_guidance(database: Database, pack: ProtocolPack, site: Site, zone: Zone, *, sees_plan: bool) -> ZoneGuidance:
    """What a person in a zone is shown.

    A route is shown where the directive in force, or without one the protocol, permits leaving; to those who may see
    the plan it is always shown.

    Args:
        database: Where all is kept.
        pack: The protocol pack.
        site: The site.
        zone: A zone of its published map.
        sees_plan: Whether the reader may see all routes.
    """
    with database.snapshot() as c:
        incident = find_open_incident(c, site.id)
        if incident is None:
            return ZoneGuidance(zone, None, None, "There is no open incident.", exercise=False)
        told = told_in(zone.id, incident, list_directives(c, incident.id), pack)
        stored = find_latest_plan(c, incident.id)
    if not (told.action.may_leave or sees_plan):
        return ZoneGuidance(
            zone, told, None, f"{told.action.title} does not permit leaving, so no route is shown.", incident.exercise
        )
    route = find_route(stored, zone.id)
    withheld = None if route else "No plan could be made for this zone."
    return ZoneGuidance(zone, told, route, withheld, incident.exercise)


def told_in(zone_id: UUID, incident: Incident, directives: list[Directive], pack: ProtocolPack) -> Told:
    """The action that holds in a zone: the last order given to it or to the whole site, else what the protocol says.

    Args:
        zone_id: The zone.
        incident: The open incident.
        directives: In force: the latest for the site, and the latest for each zone.
        pack: The protocol pack. It may have been replaced since: what it no longer knows permits nothing.
    """
    ordered = [directive for directive in directives if directive.zone_id in {None, zone_id}]
    if ordered:
        last = max(ordered, key=lambda directive: directive.given_at)
        reason = f": {last.reason}" if last.reason else "."
        whom = "the whole site" if last.zone_id is None else "this zone"
        return Told(find_action(pack, last.action), f"Ordered for {whom} by {last.given_by}{reason}")
    kind = pack.kinds.get(incident.kind)
    if kind is None:
        return Told(_UNKNOWN, f"The protocol pack has no incident kind {incident.kind!r}.")
    return Told(pack.actions[kind.action], f"The protocol for {kind.title}; nobody has ordered anything else.")


def find_action(pack: ProtocolPack, key: str) -> Action:
    """An action of the pack; one that the pack no longer has is told by its bare name, and permits nothing."""
    return pack.actions.get(key) or Action(key, key.replace("_", " ").capitalize(), _UNKNOWN.words, may_leave=False)


def find_route(stored: StoredPlan | None, zone_id: UUID) -> dict[str, Any] | None:
    """A zone's route as it stands in a plan document, with the moment that its seconds count from, or None."""
    if stored is None:
        return None
    document: dict[str, Any] = orjson.loads(stored.document)
    route = next((route for route in document["zones"] if route["zone_id"] == str(zone_id)), None)
    return route and {**route, "made_for_at": document["made_for_at"]}


def _plan(c: Connection, site: Site, incident: Incident, editions: Editions) -> None:
    seq = last_seq(c, site.id)
    edition = editions.load(c, site)
    closures = list_closures(c, site.id)
    # A closure outlives the map that it was made on; what is gone from the map must not stop the plan.
    on_map = [closure for closure in closures if edition.floorplan.can_be_closed(closure.subject_id)]
    request = PlanRequest(
        threats=tuple(list_threats(c, incident.id, site.frame)),
        closures=tuple(on_map),
        now=datetime.now(UTC),
    )
    made = plan(edition.compiled(), request)
    document = {
        "incident_id": str(incident.id),
        "exercise": incident.exercise,
        "seq": seq,
        "floorplan_rev": edition.rev,
        "closures_not_on_map": [str(closure.id) for closure in closures if closure not in on_map],
        **plan_document(made, edition.floorplan),
    }
    stored = add_plan(
        c,
        site_id=site.id,
        incident_id=incident.id,
        seq=seq,
        floorplan_rev=edition.rev,
        parameters_hash=made.parameters_hash,
        document=orjson.dumps(document),
    )
    payload = {"incident_id": str(incident.id), "etag": plan_etag(stored)}
    record_event(c, site.id, EventKind.PLAN_MADE, payload)
