"""What one zone is told: the order in force, why, and the way out where leaving is permitted."""

from dataclasses import dataclass
from typing import Any

from geo_server.domain.directives import Told, told_in
from geo_server.domain.incidents import IncidentState
from geo_server.domain.places import Site, Zone
from geo_server.domain.protocols import ProtocolPack
from geo_server.domain.routes import Destination
from geo_server.services.asked_plans import AskedPlans
from geo_server.services.picture import Picture
from geo_server.services.plans import Plans


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
    picture: Picture,
    zone: Zone,
    pack: ProtocolPack,
    plans: Plans,
    asked_plans: AskedPlans,
    *,
    site: Site,
    sees_plan: bool,
    names: bool,
) -> ZoneGuidance:
    """What a person in a zone is shown.

    A route is shown where the directive in force, or without one the protocol, permits leaving; to those who may see
    the plan it is always shown. Where what permits it sends people to shelters or to rooms to lock, it leads there.

    Args:
        picture: Of the site.
        zone: A zone of its map.
        pack: The protocol pack.
        plans: The plans of ways out.
        asked_plans: The plans to refuges, made when they are asked for.
        site: The picture's site.
        sees_plan: Whether the reader may see all routes.
        names: Whether the reader may see who gave an order.
    """
    incident = picture.incident
    if incident is None or incident.state is not IncidentState.OPEN:
        return ZoneGuidance(zone, None, None, "There is no open incident.", exercise=False)
    told = told_in(zone.id, incident, picture.directives, pack, names=names)
    if not (told.action.may_leave or sees_plan):
        reason = f"{told.action.title} does not permit leaving, so no route is shown."
        return ZoneGuidance(zone, told, None, reason, incident.exercise)
    if told.action.to is Destination.EXITS or not told.action.may_leave:
        route = None if picture.plan is None or picture.plan_behind else plans.find_route(picture.plan, zone.id)
    else:
        refuges = asked_plans.find(site, told.action.to, knowing=picture.seq)
        route = refuges.routes.get(str(zone.id)) if refuges else None
    withheld = None if route else "The ways out are being worked out again with what was reported last."
    return ZoneGuidance(zone, told, route, withheld, incident.exercise)
