"""Codes for doors."""

from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from geo_server.api.deps import Access, requires, state_of
from geo_server.api.schemas import Ordinal
from geo_server.api.tiles import base_url
from geo_server.api.zone_codes import zone_codes_page
from geo_server.domain.roles import Permission

router = APIRouter(tags=["export"])


@router.get("/sites/{site}/zone-codes", response_class=HTMLResponse)
def show_zone_codes(
    request: Request, access: Annotated[Access, requires(Permission.EXPORT)], ordinal: Ordinal | None = None
) -> HTMLResponse:
    """QR codes for the doors of all rooms, or of those of one level, as a page to print."""
    state = state_of(request)
    floorplan = state["floorplans"].current(access.site).floorplan
    address = base_url(request, state["settings"].public_url)
    return HTMLResponse(zone_codes_page(floorplan, access.site, address, ordinal=ordinal))
