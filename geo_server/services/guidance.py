"""What one zone is told: the order in force, why, and the way out where leaving is permitted."""

from dataclasses import dataclass
from typing import Any

from geo_server.domain.directives import Told, in_force, told_in
from geo_server.domain.places import Site, Zone
from geo_server.domain.protocols import ProtocolPack
from geo_server.domain.routes import Destination
from geo_server.services.asked_plans import AskedPlans
from geo_server.services.plans import Plans
from geo_server.store.database import Database
from geo_server.store.incidents import find_open_incident
from geo_server.store.reports import list_directives


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
    database: Database,
    plans: Plans,
    pack: ProtocolPack,
    site: Site,
    zone: Zone,
    *,
    asked_plans: AskedPlans,
    sees_plan: bool,
    names: bool,
) -> ZoneGuidance:
    """What a person in a zone is shown.

    A route is shown where the directive in force, or without one the protocol, permits leaving; to those who may see
    the plan it is always shown. Where what permits it sends people to shelters or to rooms to lock, it leads there.

    Args:
        database: Where all is kept.
        plans: The plans of ways out.
        pack: The protocol pack.
        site: The site.
        zone: A zone of its published map.
        asked_plans: The plans to refuges, made when they are asked for.
        sees_plan: Whether the reader may see all routes.
        names: Whether the reader may see who gave an order.
    """
    with database.snapshot(site.id) as c:
        incident = find_open_incident(c, site.id)
        if incident is None:
            return ZoneGuidance(zone, None, None, "There is no open incident.", exercise=False)
        told = told_in(zone.id, incident, in_force(list_directives(c, incident.id)), pack, names=names)
        shown = told.action.may_leave or sees_plan
        leads_out = told.action.to is Destination.EXITS or not told.action.may_leave
        route = plans.find_route(c, incident.id, zone.id) if shown and leads_out else None
    if not shown:
        return ZoneGuidance(
            zone, told, None, f"{told.action.title} does not permit leaving, so no route is shown.", incident.exercise
        )
    if not leads_out:
        refuges = asked_plans.find(site, told.action.to)
        route = refuges.routes.get(str(zone.id)) if refuges else None
    withheld = None if route else "The ways out are being worked out again with what was reported last."
    return ZoneGuidance(zone, told, route, withheld, incident.exercise)
