"""The live picture as JSON."""

from datetime import datetime
from typing import Any

from geo_server.api.answers import lonlat, moment
from geo_server.domain.incidents import Closure, Directive, Incident, StatusReport, Threat
from geo_server.domain.places import Floorplan, Site
from geo_server.domain.protocols import ProtocolPack
from geo_server.services.guidance import find_action
from geo_server.services.picture import Picture

Json = dict[str, Any]


def picture_document(picture: Picture, pack: ProtocolPack, site: Site, *, sees_plan: bool) -> Json:
    """A picture as JSON values.

    Args:
        picture: The picture.
        pack: For the titles of kinds and actions.
        site: Its site.
        sees_plan: Whether the reader may see that there is a plan.
    """
    plan = picture.plan if sees_plan else None
    return {
        "seq": picture.seq,
        "at": moment(picture.at),
        "floorplan_rev": picture.published.rev,
        "incident": picture.incident and _incident(picture.incident, pack),
        "threats": [_threat(threat, picture.published.floorplan, site, picture.at) for threat in picture.threats],
        "directives": [_directive(directive, pack) for directive in picture.directives],
        "closures": [_closure(closure) for closure in picture.closures],
        "statuses": {str(zone_id): _status(report) for zone_id, report in picture.statuses.items()},
        "counts": {status.value: number for status, number in (picture.counts or {}).items()},
        "plan": plan and {"made_for_at": moment(plan.made_for_at), "etag": plan.etag},
    }


def _incident(incident: Incident, pack: ProtocolPack) -> Json:
    kind = pack.kinds.get(incident.kind)
    return {
        "id": str(incident.id),
        "kind": incident.kind,
        "title": kind.title if kind else incident.kind,
        "state": incident.state,
        "exercise": incident.exercise,
        "opened_at": moment(incident.opened_at),
    }


def _threat(threat: Threat, plan: Floorplan, site: Site, now: datetime) -> Json:
    level = plan.level_by_id.get(threat.level_id)
    building = plan.building_by_id.get(level.building_id) if level and level.building_id else None
    on_level = (zone for zone in plan.zones if zone.level_id == threat.level_id)
    zone = next((zone for zone in on_level if zone.polygon.covers(threat.point)), None)
    return {
        "id": str(threat.id),
        "kind": threat.kind,
        "zone_id": zone and str(zone.id),
        "at": lonlat(threat.point, site.frame),
        "ordinal": level.ordinal if level else None,
        "building": building.name if building else None,
        "radius_m": threat.radius_m,
        "speed_mps": threat.speed_mps,
        "seen_at": moment(threat.seen_at),
        "age_s": round(max(0.0, (now - threat.seen_at).total_seconds()), 1),
    }


def _directive(directive: Directive, pack: ProtocolPack) -> Json:
    action = find_action(pack, directive.action)
    return {
        "id": str(directive.id),
        "action": directive.action,
        "title": action.title,
        "words": action.words,
        "zone_id": directive.zone_id and str(directive.zone_id),
        "given_at": moment(directive.given_at),
        "given_by": directive.given_by,
        "reason": directive.reason,
    }


def _closure(closure: Closure) -> Json:
    return {
        "id": str(closure.id),
        "subject_id": str(closure.subject_id),
        "reason": closure.reason,
        "source": closure.source,
        "since_at": moment(closure.since_at),
    }


def _status(report: StatusReport) -> Json:
    return {
        "status": report.status,
        "client_at": moment(report.client_at),
        "received_at": moment(report.received_at),
        "adults": report.adults,
        "students": report.students,
        "injured": report.injured,
        "note": report.note,
    }
