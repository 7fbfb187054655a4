"""Who is accounted for: the people of an incident, level by level, and who is missing where."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Request

from geo_server.api.answers import moment
from geo_server.api.deps import Access, requires, state_of
from geo_server.domain.places import Level
from geo_server.domain.roles import Permission
from geo_server.domain.roll import ExtraPerson, Missing
from geo_server.services.accountability import Accountability

router = APIRouter(prefix="/api/sites/{site}", tags=["report"])

Json = dict[str, Any]


@router.get("/accountability")
def show_accountability(request: Request, access: Annotated[Access, requires(Permission.SEE_REPORTS)]) -> Json:
    """How many people the reports in force tell of, on the site and on each level, and the roll: who is missing, with the
    groups in which somebody of that name has turned up, and who is extra and missed by nobody.

    ``found`` is a suggestion for a person to confirm, also where it is ``sure``: names are not unique.
    """
    told = state_of(request)["accounts"].load(access.site)
    if told is None:
        return {"incident_id": None, "at": None, "people": None, "levels": [], "missing": [], "extra": []}
    return {
        "incident_id": str(told.incident.id),
        "at": moment(told.at),
        "people": asdict(told.people),
        "levels": [
            {**_level(told, of.level), "people": asdict(of.people), "statuses": _counted(of.by_status)}
            for of in told.levels
        ],
        "missing": [_missing(one) for one in told.roll.missing],
        "extra": [_extra(one) for one in told.roll.extra],
    }


def _level(told: Accountability, level: Level) -> Json:
    plan = told.published.floorplan
    building = plan.building_by_id.get(level.building_id) if level.building_id else None
    return {"building": building and building.name, "ordinal": level.ordinal, "name": level.name}


def _counted(by_status: dict[Any, int]) -> Json:
    return {status.value: number for status, number in by_status.items() if number}


def _missing(one: Missing) -> Json:
    person = one.person
    return {
        "name": person.name,
        "zone_id": str(one.zone_id),
        "said_at": moment(one.said_at),
        "last_seen_zone_id": person.last_seen_zone_id and str(person.last_seen_zone_id),
        "last_seen_at": person.last_seen_at and moment(person.last_seen_at),
        "found": [{**_extra(found.extra), "sure": found.sure} for found in one.found],
    }


def _extra(person: ExtraPerson) -> Json:
    return {"name": person.name, "zone_id": str(person.zone_id), "said_at": moment(person.said_at)}
