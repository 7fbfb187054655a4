"""Responder links: made, listed and revoked by who commands; opened on any phone."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request, status
from starlette.responses import HTMLResponse, RedirectResponse, Response

from geo_server.api.answers import moment
from geo_server.api.deps import SESSION_COOKIE, Access, keep_session, public, requires, state_of
from geo_server.api.pages import responder_link_form
from geo_server.api.schemas import LinkSaid
from geo_server.api.security import check_same_origin
from geo_server.api.tiles import base_url
from geo_server.domain.roles import Permission
from geo_server.export.qr import qr_code
from geo_server.services import access, responder_links
from geo_server.store.responder_links import ResponderLink

router = APIRouter(tags=["access"])

Json = dict[str, Any]
Shares = Annotated[Access, requires(Permission.SHARE_INCIDENT)]
LINKS = "/api/sites/{site}/incidents/{incident_id}/responder-links"


@router.post(LINKS, status_code=status.HTTP_201_CREATED)
def make_link(request: Request, incident_id: UUID, said: LinkSaid, access: Shares) -> Json:
    """Make a link to an open incident for responders without an account. Its address is in this answer only."""
    state = state_of(request)
    settings = state["settings"]
    made = responder_links.make_responder_link(
        state["database"],
        access.site,
        incident_id,
        said.label,
        after_all_clear=timedelta(hours=settings.responder_link_hours),
        by=access.principal,
    )
    url = f"{base_url(request, settings.public_url)}/respond?token={made.secret}"
    return {"link_id": str(made.id), "url": url, "qr": qr_code(url), "expires_at": moment(made.expires_at)}


@router.get(LINKS)
def list_links(request: Request, incident_id: UUID, access: Shares) -> Json:
    """The links of an incident, latest first, with how many devices each let in."""
    links = responder_links.list_responder_links(state_of(request)["database"], access.site, incident_id)
    return {"links": [_link(link) for link in links]}


@router.delete(f"{LINKS}/{{link_id}}", status_code=status.HTTP_204_NO_CONTENT)
def revoke_link(request: Request, incident_id: UUID, link_id: UUID, access: Shares) -> None:
    """Make a link, and every device that came by it, see nothing any more."""
    responder_links.revoke_responder_link(
        state_of(request)["database"], access.site, incident_id, link_id, by=access.principal
    )


@router.get("/respond", dependencies=[public("shows one button; opening it begins nothing")])
def show_link(token: Annotated[str, Query(min_length=1, max_length=access.LONGEST_SECRET)]) -> HTMLResponse:
    """The page behind a responder link."""
    return HTMLResponse(responder_link_form(token))


@router.post("/respond", dependencies=[public("the secret of the link in the form is the credential")])
def open_link(
    request: Request, token: Annotated[str, Form(min_length=1, max_length=access.LONGEST_SECRET)]
) -> Response:
    """Begin a guest's session on this device, and go to the map."""
    state = state_of(request)
    check_same_origin(request, state["settings"].public_url)
    state["respond_limit"].count(request.client.host if request.client else "")
    opened = responder_links.open_responder_link(
        state["database"],
        token,
        session=request.cookies.get(SESSION_COOKIE, ""),
        device=request.headers.get("user-agent", ""),
    )
    response = RedirectResponse(f"/sites/{opened.slug}", status_code=303)
    if opened.secret is not None:
        keep_session(request, response, opened.secret, opened.expires_at - datetime.now(UTC))
    return response


def _link(link: ResponderLink) -> Json:
    return {
        "id": str(link.id),
        "label": link.label,
        "made_at": moment(link.made_at),
        "made_by": link.made_by,
        "expires_at": moment(link.expires_at),
        "revoked_at": link.revoked_at and moment(link.revoked_at),
        "holds": link.holds,
        "devices": link.devices,
        "last_opened_at": link.last_opened_at and moment(link.last_opened_at),
    }
