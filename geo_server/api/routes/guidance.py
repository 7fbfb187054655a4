"""What to do: the plan for those who lead, and what one zone is told."""

import gzip
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from geo_server.api.answers import json_tagged, moment, packed_tagged, with_member
from geo_server.api.deps import Access, requires, state_of
from geo_server.api.redaction import assumptions_without_people, plan_without_people, route_without_people
from geo_server.api.schemas import WhatIfSaid
from geo_server.domain.directives import Told
from geo_server.domain.entries import EntryMode
from geo_server.domain.errors import InvalidInput, NotFound
from geo_server.domain.roles import Permission
from geo_server.domain.routes import Destination
from geo_server.services.entries import site_entries
from geo_server.services.guidance import zone_guidance
from geo_server.services.what_if import Supposed, SupposedThreat, site_what_if

router = APIRouter(prefix="/api/sites/{site}", tags=["guidance"])


@router.get("/plan")
def show_plan(
    request: Request,
    access: Annotated[Access, requires(Permission.SEE_PLAN)],
    to: Annotated[
        Destination, Query(description="Where people go: out, on to assembly points, or to refuges.")
    ] = Destination.EXITS,
    choices: Annotated[
        bool, Query(description="Also up to three ways of every zone: fastest safe, least exposed, largest margin.")
    ] = False,
    reach: Annotated[
        bool,
        Query(
            description="With where threats can be. Without it a plan of ways out never waits for its second reading."
        ),
    ] = True,
) -> Response:
    """The latest plan of the open incident: every zone's way, as ``geo-server plan`` prints it.

    Where threats can be is drawn after the ways: until then ``reach`` is null, and ``reach_made`` is the event that tells of it.
    """
    state = state_of(request)
    none = NotFound("There is no plan.", advice="A plan is made when an incident is open.")
    if choices or to is not Destination.EXITS:
        asked = state["asked_plans"].find(access.site, to, choices=choices)
        if asked is None:
            raise none
        return _plan_for(request, access, asked.document, asked.etag)
    found = state["plans"].find_latest(access.site)
    if found is None:
        raise none
    plan = found.stored
    if not reach and access.may(Permission.SEE_NAMES):
        return packed_tagged(request, found.document, plan.etag)
    document = gzip.decompress(found.document)
    if not reach:
        return _plan_for(request, access, document, plan.etag)
    drawn = b"null" if found.reach is None else gzip.decompress(found.reach)
    whole = with_member(document, "reach", drawn)
    whole = with_member(whole, "behind", b"true" if found.behind else b"false")
    return _plan_for(request, access, whole, f"{plan.whole_etag}-behind" if found.behind else plan.whole_etag)


@router.get("/reach")
def show_reach(request: Request, access: Annotated[Access, requires(Permission.SEE_PLAN)]) -> Response:
    """Where the threats of the open incident can be by now and next, of the latest plan for which that is drawn."""
    found = state_of(request)["reaches"].find_latest(access.site)
    if found is None:
        raise NotFound(
            "There is no plan with its reach.", advice="It is drawn after a plan, which is made for an incident."
        )
    plan, areas, exercise = found
    head = {
        "incident_id": str(plan.incident_id),
        "exercise": exercise,
        "seq": plan.seq,
        "floorplan_rev": plan.floorplan_rev,
        "made_for_at": moment(plan.made_for_at),
    }
    return json_tagged(request, lambda: with_member(orjson.dumps(head), "reach", areas), plan.whole_etag)


@router.post("/what-if")
def what_if(request: Request, said: WhatIfSaid, access: Annotated[Access, requires(Permission.PLAN_AHEAD)]) -> Response:
    """What closures and threats would do: who loses the way out, what depends on one door. Nothing is recorded."""
    state = state_of(request)
    supposed = Supposed(**{**dict(said), "threats": tuple(SupposedThreat(**dict(threat)) for threat in said.threats)})
    document = site_what_if(state["floorplans"], state["pack"], access.site, supposed)
    return Response(orjson.dumps(document), media_type="application/json")


@router.get("/zones/{zone_id}/choices")
def show_choices(
    request: Request, zone_id: UUID, access: Annotated[Access, requires(Permission.SEE_PLAN)]
) -> dict[str, Any]:
    """The ways out of one zone to choose between, as ``plan?choices=true`` has them for all."""
    asked = state_of(request)["asked_plans"].find(access.site, Destination.EXITS, choices=True)
    route = None if asked is None else asked.routes.get(str(zone_id))
    if route is None:
        raise NotFound(
            f"There is no plan with a zone {zone_id}.",
            where="zone_id",
            advice="A plan is made when an incident is open, for the zones of the published map.",
        )
    return route if access.may(Permission.SEE_NAMES) else route_without_people(route)


Longitude = Annotated[
    float | None, Query(ge=-180, le=180, allow_inf_nan=False, description="Of where responders stand.")
]
Latitude = Annotated[float | None, Query(ge=-90, le=90, allow_inf_nan=False, description="Of where responders stand.")]


@router.get("/zones/{zone_id}/entries")
def show_entries(
    request: Request,
    zone_id: UUID,
    access: Annotated[Access, requires(Permission.SEE_PLAN)],
    *,
    mode: Annotated[
        EntryMode, Query(description="The quickest way whoever is on it, or one ahead of every threat.")
    ] = EntryMode.AVOID,
    lon: Longitude = None,
    lat: Latitude = None,
) -> Response:
    """By which outside doors responders come to a zone, the best first, from where they stand outside."""
    state = state_of(request)
    if (lon is None) != (lat is None):
        raise InvalidInput("Only one of lon and lat is given.", where="lon", advice="Give both, or neither.")
    at = None if lon is None or lat is None else (lon, lat)
    document = site_entries(state["database"], state["floorplans"], access.site, zone_id, mode=mode, at=at)
    if not access.may(Permission.SEE_NAMES):
        document = {**document, "assumptions": assumptions_without_people(document["assumptions"])}
    return Response(orjson.dumps(document), media_type="application/json")


@router.get("/zones/{zone_id}/guidance")
async def show_guidance(
    request: Request, zone_id: UUID, access: Annotated[Access, requires(Permission.SEE_INCIDENT)]
) -> dict[str, Any]:
    """What a person in a zone is to do, and the way out where leaving is permitted."""
    state = state_of(request)
    picture = (await state["pictures"].load(access.site)).picture
    zone = picture.published.floorplan.zone_by_id.get(zone_id)
    if zone is None:
        raise NotFound(f"The published map has no zone {zone_id}.", where="zone_id", advice="See the list of zones.")
    guidance = await run_in_threadpool(
        zone_guidance,
        picture,
        zone,
        state["pack"],
        state["plans"],
        state["asked_plans"],
        site=access.site,
        sees_plan=access.may(Permission.SEE_PLAN),
        names=access.may(Permission.SEE_NAMES),
    )
    told, names = guidance.told, access.may(Permission.SEE_NAMES)
    return {
        "zone": {"id": str(zone.id), "name": zone.name},
        "directive": told and _told(told, guidance.words(datetime.now(UTC)), names=names),
        "route": guidance.route if names or guidance.route is None else route_without_people(guidance.route),
        "withheld_because": guidance.withheld,
        "exercise": guidance.exercise,
    }


def _told(told: Told, words: str | None, *, names: bool) -> dict[str, Any]:
    order = told.order
    return {
        "action": told.action.key,
        "title": told.action.title,
        "words": words,
        "why": told.why,
        "order": order
        and {
            "scope": "site" if order.zone_id is None else "zone",
            "given_by": order.given_by if names else None,
            "reason": order.reason if names else "",
        },
    }


def _plan_for(request: Request, access: Access, document: bytes, etag: str) -> Response:
    """A plan as it is, or for those who may not see names without people."""
    if access.may(Permission.SEE_NAMES):
        return json_tagged(request, lambda: document, etag)
    return json_tagged(request, lambda: plan_without_people(orjson.loads(document)), etag)
