"""What is on a site: itself, its zones, its openings, its floorplan, and the protocol that it follows."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from geo_server.api.answers import json_tagged, lonlat, site_bounds
from geo_server.api.deps import Access, requires, signed_in, state_of
from geo_server.api.schemas import Ordinal
from geo_server.api.tiles import base_url
from geo_server.domain.accountability import OCCUPIED, URGENCY
from geo_server.domain.places import Floorplan, Site
from geo_server.domain.roles import PERMISSIONS, Permission, Role
from geo_server.export.geojson import floorplan_document
from geo_server.services.access import Principal, list_own_sites
from geo_server.services.published import PublishedFloorplan
from geo_server.services.tiles import load_published
from geo_server.tiles.style import style

router = APIRouter(tags=["site"])
SeesMap = Annotated[Access, requires(Permission.SEE_MAP)]
AnyPerson = Annotated[Principal, signed_in()]

Json = dict[str, Any]


@router.get("/api/me")
def me(request: Request, principal: AnyPerson) -> Json:
    """Who is signed in, and the sites that they may enter."""
    person = {"id": str(principal.person_id), "name": principal.name}
    return {"person": person, "sites": _sites(request, principal)}


@router.get("/api/sites")
def list_sites(request: Request, principal: AnyPerson) -> Json:
    """The sites that this person may enter."""
    return {"sites": _sites(request, principal)}


@router.get("/api/sites/{site}")
def show_site(request: Request, access: SeesMap) -> Json:
    """A site, its buildings and levels, and what this person may do on it."""
    published = _published(request, access.site)
    return {
        **_site(access.site, access.role),
        "id": str(access.site.id),
        "timezone": access.site.timezone,
        "origin": [access.site.frame.lon, access.site.frame.lat],
        "bounds": site_bounds(published.floorplan, access.site.frame),
        "floorplan_rev": published.rev,
        **_buildings(published.floorplan),
        "assembly_points": [
            {"id": str(point.id), "name": point.name, "at": lonlat(point.point, access.site.frame)}
            for point in published.floorplan.assembly_points
        ],
        "permissions": sorted(PERMISSIONS[access.role]),
    }


@router.get("/api/sites/{site}/zones")
def list_zones(request: Request, access: SeesMap) -> Response:
    """The zones of the published map, for lists and for search."""
    published = _published(request, access.site)
    return json_tagged(request, lambda: _zones(published, access.site), f"zones-{published.rev}")


@router.get("/api/sites/{site}/openings")
def list_openings(request: Request, access: SeesMap) -> Response:
    """The openings of the published map: doors, gaps and emergency exits."""
    published = _published(request, access.site)
    return json_tagged(request, lambda: _openings(published, access.site), f"openings-{published.rev}")


@router.get("/api/sites/{site}/floorplan")
def show_floorplan(request: Request, access: SeesMap) -> Response:
    """The published floorplan document (GeoJSON)."""
    published = _published(request, access.site)
    return json_tagged(
        request, lambda: floorplan_document(published.floorplan), f"floorplan-{published.rev}", "application/geo+json"
    )


@router.get("/api/sites/{site}/style.json")
def show_style(request: Request, access: SeesMap, ordinal: Ordinal | None = None, dark: bool = False) -> Json:
    """The map's colours and layers as a MapLibre style, for the page and for other clients of the tiles."""
    state = state_of(request)
    published = load_published(state["database"], access.site)
    return style(
        access.site.slug,
        published.bounds,
        site_name=access.site.name,
        base_url=base_url(request, state["settings"].public_url),
        ordinal=published.levels.choose(ordinal),
        rev=published.levels.rev,
        dark=dark,
    )


@router.get("/api/sites/{site}/protocols", dependencies=[requires(Permission.SEE_MAP)])
def show_protocols(request: Request) -> Json:
    """The protocol pack: what people can be told to do, which kinds of incidents there are, and
    the statuses of a zone, the most urgent first."""
    pack = state_of(request)["pack"]
    actions = [
        {
            "key": action.key,
            "title": action.title,
            "words": action.words,
            "may_leave": action.may_leave,
            "to": action.to,
            "languages": {tag: {"title": text.title, "words": text.words} for tag, text in action.languages.items()},
        }
        for action in pack.actions.values()
    ]
    kinds = [
        {
            "key": kind.key,
            "title": kind.title,
            "action": kind.action,
            "languages": {tag: {"title": text.title} for tag, text in kind.languages.items()},
        }
        for kind in pack.kinds.values()
    ]
    return {"name": pack.name, "actions": actions, "kinds": kinds, "statuses": list(URGENCY)}


def _published(request: Request, site: Site) -> PublishedFloorplan:
    return state_of(request)["floorplans"].current(site)


def _sites(request: Request, principal: Principal) -> list[Json]:
    return [_site(site, role) for site, role in list_own_sites(state_of(request)["database"], principal)]


def _site(site: Site, role: Role) -> Json:
    return {"slug": site.slug, "name": site.name, "role": role}


def _buildings(plan: Floorplan) -> Json:
    levels = sorted(plan.levels, key=lambda level: level.ordinal)
    named = {level.ordinal: level.name for level in reversed(levels)}
    return {
        "buildings": [
            {
                "id": str(building.id),
                "name": building.name,
                "levels": [
                    {"id": str(level.id), "ordinal": level.ordinal, "name": level.name}
                    for level in levels
                    if level.building_id == building.id
                ],
            }
            for building in plan.buildings
        ],
        "levels": [{"ordinal": ordinal, "name": named[ordinal]} for ordinal in sorted(named)],
    }


def _building_name(plan: Floorplan, level_id: UUID) -> str | None:
    level = plan.level_by_id[level_id]
    return plan.building_by_id[level.building_id].name if level.building_id else None


def _zones(published: PublishedFloorplan, site: Site) -> Json:
    plan, frame = published.floorplan, site.frame
    zones = [
        {
            "id": str(zone.id),
            "name": zone.name,
            "alias": zone.alias,
            "category": zone.category,
            "ordinal": plan.ordinal(zone.level_id),
            "building": _building_name(plan, zone.level_id),
            "at": lonlat(zone.polygon, frame),
            "occupied": zone.category in OCCUPIED,
        }
        for zone in plan.zones
    ]
    return {"floorplan_rev": published.rev, "zones": zones}


def _openings(published: PublishedFloorplan, site: Site) -> Json:
    plan, frame = published.floorplan, site.frame
    openings = [
        {
            "id": str(opening.id),
            "category": opening.category,
            "ordinal": plan.ordinal(opening.level_id),
            "building": _building_name(plan, opening.level_id),
            "exit": opening.exit,
            "number": opening.number,
            "at": lonlat(opening.line.interpolate(0.5, normalized=True), frame),
            "zones": [str(zone_id) if zone_id else None for zone_id in opening.zones],
        }
        for opening in plan.openings
    ]
    return {"floorplan_rev": published.rev, "openings": openings}
