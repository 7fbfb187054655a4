"""Reporting a concern, for anybody who has a site link."""

from typing import Annotated
from uuid import uuid4

import shapely
from fastapi import APIRouter, Form, Query, Request
from shapely import Point
from starlette.responses import HTMLResponse

from geo_server.api.concern_page import concern_form, concern_thanks, language_of
from geo_server.api.concern_schemas import ConcernSaid
from geo_server.api.deps import public, state_of
from geo_server.domain.errors import InvalidInput
from geo_server.domain.places import Floorplan
from geo_server.export.outline_map import map_bounds, outline_map
from geo_server.services import concerns
from geo_server.services.access import LONGEST_SECRET
from geo_server.services.concerns import NewConcern
from geo_server.services.site_links import open_site_link

router = APIRouter(tags=["concern"])

BESIDE_M = 100.0
"""A place may be so far beside the map: nobody taps there, and a program that does has no place on it."""


@router.get("/concern", dependencies=[public("the secret in the address is the credential; shows outlines only")])
def show_form(request: Request, link: Annotated[str, Query(min_length=1, max_length=LONGEST_SECRET)]) -> HTMLResponse:
    """The form behind a site link."""
    state = state_of(request)
    site, _ = open_site_link(state["database"], link)
    outline = outline_map(state["floorplans"].current(site).floorplan)
    return HTMLResponse(
        concern_form(site_name=site.name, secret=link, concern_id=uuid4(), outline=outline, language=_language(request))
    )


@router.post("/concern", dependencies=[public("the secret of the link in the form is the credential")])
def report_concern(request: Request, said: Annotated[ConcernSaid, Form()]) -> HTMLResponse:
    """Take what somebody noticed. The same form sent twice counts once."""
    state = state_of(request)
    site, link_id = open_site_link(state["database"], said.link)
    state["concern_limit"].count(f"{link_id} {request.client.host if request.client else ''}")
    point = _place(said, state["floorplans"].current(site).floorplan)
    new = NewConcern(said.id, said.kind, said.words, said.place, point, said.by)
    concerns.report_concern(state["database"], site, link_id, new)
    return HTMLResponse(concern_thanks(_language(request)))


def _language(request: Request) -> str:
    return language_of(request.headers.get("accept-language", ""))


def _place(said: ConcernSaid, floorplan: Floorplan) -> Point | None:
    if said.x_m is None or said.y_m is None:
        return None
    bounds = map_bounds(floorplan)
    if bounds is None or not shapely.box(*bounds).buffer(BESIDE_M).covers(Point(said.x_m, said.y_m)):
        raise InvalidInput("The place is not on the map.", where="x_m", advice="Tap the map, or say where in words.")
    return Point(said.x_m, said.y_m)
