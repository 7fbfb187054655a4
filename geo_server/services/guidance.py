"""What one zone is told: the order in force, why, and the way out where leaving is permitted."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from geo_server.domain.incidents import Directive, Incident
from geo_server.domain.places import Site, Zone
from geo_server.domain.protocols import Action, ProtocolPack
from geo_server.services.plans import Plans
from geo_server.store.database import Database
from geo_server.store.incidents import find_open_incident, list_directives

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


def zone_guidance(
    database: Database, plans: Plans, pack: ProtocolPack, site: Site, zone: Zone, *, sees_plan: bool
) -> ZoneGuidance:
    """What a person in a zone is shown.

    A route is shown where the directive in force, or without one the protocol, permits leaving; to those who may see
    the plan it is always shown.

    Args:
        database: Where all is kept.
        plans: The plans.
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
        shown = told.action.may_leave or sees_plan
        route = plans.find_route(c, incident.id, zone.id) if shown else None
    if not shown:
        return ZoneGuidance(
            zone, told, None, f"{told.action.title} does not permit leaving, so no route is shown.", incident.exercise
        )
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
