"""The live picture as JSON."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from geo_server.api.answers import lonlat, moment, ring_lonlat
from geo_server.api.deps import Access
from geo_server.domain.conflicts import ProtocolConflict
from geo_server.domain.directives import Withdrawal, action_of
from geo_server.domain.incidents import Closure, Directive, Incident, Sighting, StatusReport, Threat
from geo_server.domain.places import Floorplan, Site
from geo_server.domain.protocols import ProtocolPack
from geo_server.domain.roles import Permission
from geo_server.domain.subjects import find_subject
from geo_server.services.guidance import is_place_unknown
from geo_server.services.picture import Picture, Seen

Json = dict[str, Any]


def picture_document(picture: Picture, pack: ProtocolPack, site: Site, *, may: Callable[[Permission], bool]) -> Json:
    """A picture as JSON values.

    Args:
        picture: The picture.
        pack: For the titles of kinds and actions.
        site: Its site.
        may: What the reader may. That there is a plan, and the names, words and numbers that people gave, are not for all.
    """
    sees_plan, names = may(Permission.SEE_PLAN), may(Permission.SEE_NAMES)
    plan, reach = (picture.plan, picture.reach) if sees_plan else (None, None)
    return {
        "seq": picture.seq,
        "at": moment(picture.at),
        "floorplan_rev": picture.published.rev,
        "incident": picture.incident and _incident(picture.incident, pack),
        "threats": [_threat(threat, picture.published.floorplan, site, picture.at) for threat in picture.threats],
        "place_unknown": is_place_unknown(picture, pack),
        "directives": [_directive(directive, pack, names) for directive in picture.directives],
        "withdrawals": [_withdrawal(withdrawal, pack, names) for withdrawal in picture.withdrawals],
        "closures": [_closure(closure, picture.published.floorplan, site, names) for closure in picture.closures],
        "statuses": _statuses(picture, names),
        "counts": {status.value: number for status, number in (picture.counts or {}).items()},
        "conflicts": [_conflict(conflict, pack, names) for conflict in picture.conflicts],
        "late_calls": [_late_call(report, names) for report in picture.late_calls],
        "plan": plan and {"made_for_at": moment(plan.made_for_at), "etag": plan.etag},
        "plan_behind": picture.plan_behind,
        "plan_failed_at": moment(picture.plan_failed_at) if sees_plan and picture.plan_failed_at else None,
        "reach": reach and {"made_for_at": moment(reach.made_for_at), "etag": reach.whole_etag},
        "reach_failed_at": moment(picture.reach_failed_at) if sees_plan and picture.reach_failed_at else None,
    }


def seen_document(seen: Seen, pack: ProtocolPack, access: Access) -> Json:
    """The picture now, for a reader. All but the moment, ages and their own reports is made once for all of their kind."""
    may, site, now = access.may, access.site, datetime.now(UTC)
    sees_statuses, names = may(Permission.SEE_STATUSES), may(Permission.SEE_NAMES)
    own = seen.for_reader(access.principal.person_id, sees_statuses=sees_statuses)
    kind = sees_statuses, names, may(Permission.SEE_PLAN)
    document = seen.documents.get(kind)
    if document is None:
        shared = own if sees_statuses else replace(own, statuses={})
        document = seen.documents[kind] = picture_document(shared, pack, site, may=may)
    threats = [
        {**told, "age_s": _age_s(threat, now)} for told, threat in zip(document["threats"], own.threats, strict=True)
    ]
    statuses = document["statuses"] if sees_statuses else _statuses(own, names)
    return {**document, "at": moment(now), "threats": threats, "statuses": statuses}


def _incident(incident: Incident, pack: ProtocolPack) -> Json:
    kind = pack.kinds.get(incident.kind)
    return {
        "id": str(incident.id),
        "kind": incident.kind,
        "title": kind.title if kind else incident.kind,
        "state": incident.state,
        "exercise": incident.exercise,
        "opened_at": moment(incident.opened_at),
        "cleared_at": incident.cleared_at and moment(incident.cleared_at),
    }


def sighting_document(sighting: Sighting, plan: Floorplan, site: Site, *, names: bool) -> Json:
    """A sighting as JSON values, with its retraction if it has one. Who reported it is not said.

    Args:
        sighting: The sighting.
        plan: The floorplan that it was made on.
        site: Its site.
        names: Whether the reader may see what people wrote.
    """
    return {
        "id": str(sighting.id),
        "threat_id": str(sighting.threat_id),
        "kind": sighting.kind,
        "at": lonlat(sighting.point, site.frame),
        **_level(sighting.level_id, plan),
        "radius_m": sighting.radius_m,
        "polygon": ring_lonlat(sighting.polygon, site.frame),
        "confidence": sighting.confidence,
        "source": sighting.source,
        "seen_at": moment(sighting.seen_at),
        "received_at": sighting.received_at and moment(sighting.received_at),
        "retracted": sighting.retraction
        and {"at": moment(sighting.retraction.at), "reason": sighting.retraction.reason if names else ""},
    }


def _level(level_id: UUID, plan: Floorplan) -> Json:
    level = plan.level_by_id.get(level_id)
    building = plan.building_by_id.get(level.building_id) if level and level.building_id else None
    return {"ordinal": level.ordinal if level else None, "building": building.name if building else None}


def _threat(threat: Threat, plan: Floorplan, site: Site, now: datetime) -> Json:
    on_level = (zone for zone in plan.zones if zone.level_id == threat.level_id)
    zone = next((zone for zone in on_level if zone.polygon.covers(threat.point)), None)
    return {
        "id": str(threat.id),
        "kind": threat.kind,
        "zone_id": zone and str(zone.id),
        "at": lonlat(threat.point, site.frame),
        **_level(threat.level_id, plan),
        "radius_m": threat.radius_m,
        "polygon": ring_lonlat(threat.polygon, site.frame),
        "speed_mps": threat.speed_mps,
        "seen_at": moment(threat.seen_at),
        "age_s": _age_s(threat, now),
    }


def _age_s(threat: Threat, now: datetime) -> float:
    return round(max(0.0, (now - threat.seen_at).total_seconds()), 1)


def _conflict(conflict: ProtocolConflict, pack: ProtocolPack, names: bool) -> Json:
    kind, settled, action = pack.kinds.get(conflict.kind), conflict.settlement, action_of(pack, conflict.action)
    return {
        "id": str(conflict.id),
        "kind": conflict.kind,
        "title": kind.title if kind else conflict.kind,
        "action": conflict.action,
        "action_title": action.title,
        "may_leave": action.may_leave,
        "raised_at": moment(conflict.raised_at),
        "settled": settled
        and {
            "decision": settled.decision,
            "at": moment(settled.at),
            "by": settled.by if names else None,
            "reason": settled.reason if names else "",
        },
    }


def _directive(directive: Directive, pack: ProtocolPack, names: bool) -> Json:
    action = action_of(pack, directive.action)
    return {
        "id": str(directive.id),
        "action": directive.action,
        "title": action.title,
        "words": action.words,
        "zone_id": directive.zone_id and str(directive.zone_id),
        "given_at": moment(directive.given_at),
        "given_by": directive.given_by if names else None,
        "reason": directive.reason if names else "",
    }


def _withdrawal(withdrawal: Withdrawal, pack: ProtocolPack, names: bool) -> Json:
    by = withdrawal.by
    return {
        "order": _directive(withdrawal.order, pack, names),
        "at": moment(by.given_at),
        "by": by.given_by if names else None,
        "reason": by.reason if names else "",
    }


def _closure(closure: Closure, plan: Floorplan, site: Site, names: bool) -> Json:
    subject = find_subject(plan, closure.subject_id)
    return {
        "id": str(closure.id),
        "subject_id": str(closure.subject_id),
        "name": subject and subject.name,
        "at": subject and lonlat(subject.point, site.frame),
        "ordinal": subject and subject.ordinal,
        "building": subject and subject.building,
        "reason": closure.reason,
        "source": closure.source if names else None,
        "since_at": moment(closure.since_at),
    }


def _statuses(picture: Picture, names: bool) -> Json:
    return {str(zone_id): _status(report, names) for zone_id, report in picture.statuses.items()}


def _late_call(report: StatusReport, names: bool) -> Json:
    return {
        "id": str(report.id),
        "incident_id": str(report.incident_id),
        "zone_id": str(report.zone_id),
        **_status(report, names),
    }


def _status(report: StatusReport, names: bool) -> Json:
    known = {
        "status": report.status,
        "client_at": moment(report.client_at),
        "received_at": moment(report.received_at),
    }
    if not names:
        return known
    return {
        **known,
        "adults": report.adults,
        "students": report.students,
        "injured": report.injured,
        "need_assistance": report.need_assistance,
        "door_locked": report.door_locked,
        "can_move": report.can_move,
        "note": report.note,
    }
