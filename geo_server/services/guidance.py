"""What one zone is told: the order in force, why, and the way out where leaving is permitted."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from geo_server.domain.directives import Told, told_in
from geo_server.domain.incidents import IncidentState
from geo_server.domain.places import Site, Zone
from geo_server.domain.protocols import ProtocolPack
from geo_server.domain.routes import SAFE, Advice, Destination, RouteStatus
from geo_server.services.asked_plans import AskedPlans
from geo_server.services.picture import Picture
from geo_server.services.plans import Plans

NO_SURE_WAY = "Leave only if you can see that the way is clear; if not, stay behind a closed door and ask for help."

PLACE_UNKNOWN = "place_unknown"
"""Why a way that nothing is known against is not called safe."""


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
        route: The zone's route as in the plan document, or None when it is withheld. While nobody has said where the threat
            is, one that would be safe without any is not guaranteed, and has ``unsure_because``.
        withheld: Why no route is shown; None when one is.
    """

    zone: Zone
    told: Told | None
    route: dict[str, Any] | None
    withheld: Withheld | None
    exercise: bool

    def words(self, now: datetime) -> str | None:
        """What to do, as one sentence; None without an order. Nobody is told to leave at once by a way that is not guaranteed,
        or not known.
        """
        if self.told is None:
            return None
        return NO_SURE_WAY if self.told.action.may_leave and not _is_sure(self.route, now) else self.told.action.words


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
    if route and is_place_unknown(picture, pack):
        route = _unsure(route, zone)
    return ZoneGuidance(zone, told, route, withheld, incident.exercise)


def is_place_unknown(picture: Picture, pack: ProtocolPack) -> bool:
    """Whether an incident is open that threatens from some place, and nobody has said from where: then nothing can be said to be
    ahead of it.
    """
    incident = picture.incident
    if incident is None or incident.state is not IncidentState.OPEN:
        return False
    return not picture.threats and pack.has_place(incident.kind)


def _unsure(route: dict[str, Any], zone: Zone) -> dict[str, Any]:
    if route["status"] not in SAFE:
        return route
    status = RouteStatus.NO_GUARANTEED_ROUTE.value
    lesser = {"status": status, "unsure_because": PLACE_UNKNOWN}
    shares = {"shares": [{**share, "status": status} for share in route["shares"]]} if "shares" in route else {}
    radio = f"{zone.name}: no guaranteed way, nobody has said where the threat is."
    return {**route, **lesser, **shares, "advice": Advice.STAY.value, "onward": None, "radio": radio}


def _is_sure(route: dict[str, Any] | None, now: datetime) -> bool:
    """Whether a way is guaranteed to whoever leaves now."""
    if route is None or route["status"] not in SAFE:
        return False
    within = route["latest_departure_s"]
    return within is None or now <= datetime.fromisoformat(route["made_for_at"]) + timedelta(seconds=within)
