"""What one zone is told: the order in force, why, and the way out where leaving is permitted."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from geo_server.domain.directives import Told, told_in
from geo_server.domain.incidents import IncidentState
from geo_server.domain.places import Site, Zone
from geo_server.domain.protocols import ProtocolPack
from geo_server.domain.routes import Destination
from geo_server.services.asked_plans import AskedPlans
from geo_server.services.picture import Picture
from geo_server.services.plans import Plans


class Withheld(StrEnum):
    """Why no route is shown."""

    NO_INCIDENT = "no_incident"
    NOT_PERMITTED = "not_permitted"
    """The order in force, or without one the protocol, does not let people leave."""
    BEING_PLANNED = "being_planned"
    """The ways out are being worked out again with what was reported last."""


@dataclass(frozen=True, slots=True)
class ZoneGuidance:
    """What a person in a zone is shown.

    Args:
        told: None when there is no open incident.
        route: The zone's route as in the plan document, or None when it is withheld.
        withheld: Why no route is shown; None when one is.
    """

    zone: Zone
    told: Told | None
    route: dict[str, Any] | None
    withheld: Withheld | None
    exercise: bool

    def withheld_words(self) -> str | None:
        """Why no route is shown, as one sentence; None when one is."""
        if self.withheld is Withheld.NOT_PERMITTED and self.told:
            return f"{self.told.action.title} does not permit leaving, so no route is shown."
        if self.withheld is Withheld.BEING_PLANNED:
            return "The ways out are being worked out again with what was reported last."
        return "There is no open incident." if self.withheld else None


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
        return ZoneGuidance(zone, None, None, Withheld.NO_INCIDENT, exercise=False)
    told = told_in(zone.id, incident, picture.directives, pack, names=names)
    if not (told.action.may_leave or sees_plan):
        return ZoneGuidance(zone, told, None, Withheld.NOT_PERMITTED, incident.exercise)
    if told.action.to is Destination.EXITS or not told.action.may_leave:
        route = None if picture.plan is None or picture.plan_behind else plans.find_route(picture.plan, zone.id)
    else:
        refuges = asked_plans.find(site, told.action.to, knowing=picture.seq)
        route = refuges.routes.get(str(zone.id)) if refuges else None
    withheld = None if route else Withheld.BEING_PLANNED
    return ZoneGuidance(zone, told, route, withheld, incident.exercise)
