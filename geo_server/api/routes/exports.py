"""Exports: files to take away."""

from typing import Annotated

import orjson
from fastapi import APIRouter, Request, Response

from geo_server.api.answers import download
from geo_server.api.deps import Access, requires, state_of
from geo_server.domain.roles import Permission
from geo_server.services.exports import floorplan_export, graphml_export, map_export, node_link_export

router = APIRouter(prefix="/api/sites/{site}/exports", tags=["export"])
MayExport = Annotated[Access, requires(Permission.EXPORT)]


@router.get("/floorplan.geojson")
def export_floorplan(request: Request, access: MayExport) -> Response:
    """The published floorplan document."""
    document = floorplan_export(state_of(request)["database"], access.site)
    return download(orjson.dumps(document), f"{access.site.slug}.geojson", "application/geo+json")


@router.get("/graph.graphml")
def export_graphml(request: Request, access: MayExport) -> Response:
    """The graph that routes are found on, as GraphML."""
    body = graphml_export(state_of(request)["database"], access.site)
    return download(body, f"{access.site.slug}.graphml", "application/graphml+xml")


@router.get("/graph.json")
def export_node_link(request: Request, access: MayExport) -> Response:
    """The graph that routes are found on, as node-link JSON."""
    body = node_link_export(state_of(request)["database"], access.site)
    return download(body, f"{access.site.slug}.graph.json", "application/json")


@router.get("/map.html")
def export_map(request: Request, access: MayExport) -> Response:
    """One HTML page with the map, which opens without any network. It brings its own script, so it is never shown from here."""
    html = map_export(state_of(request)["database"], access.site, with_plan=access.may(Permission.SEE_PLAN))
    return download(html.encode(), f"{access.site.slug}.html", "text/html; charset=utf-8")
