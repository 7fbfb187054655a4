"""Site links: made, listed and revoked by those who handle concerns."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, status

from geo_server.api.answers import moment
from geo_server.api.deps import Access, requires, state_of
from geo_server.api.schemas import LinkSaid
from geo_server.api.tiles import base_url
from geo_server.domain.roles import Permission
from geo_server.export.qr import qr_code
from geo_server.services import site_links

router = APIRouter(prefix="/api/sites/{site}/site-links", tags=["concern"])

Json = dict[str, Any]
Handles = Annotated[Access, requires(Permission.HANDLE_CONCERNS)]


@router.post("", status_code=status.HTTP_201_CREATED)
def make_link(request: Request, said: LinkSaid, access: Handles) -> Json:
    """Make a link by which anybody can report a concern for a year. Its address is in this answer only."""
    state = state_of(request)
    link_id, secret = site_links.make_site_link(state["database"], access.site, said.label, by=access.principal)
    url = f"{base_url(request, state['settings'].public_url)}/concern?link={secret}"
    return {"link_id": str(link_id), "url": url, "qr": qr_code(url)}


@router.get("")
def list_links(request: Request, access: Handles) -> Json:
    """The links of the site, latest first, with how many concerns came by each."""
    links = site_links.list_site_links(state_of(request)["database"], access.site)
    return {
        "links": [
            {
                "id": str(link.id),
                "label": link.label,
                "made_at": moment(link.made_at),
                "made_by": link.made_by,
                "expires_at": moment(link.expires_at),
                "revoked_at": link.revoked_at and moment(link.revoked_at),
                "concerns": link.concerns,
                "last_used_at": link.last_used_at and moment(link.last_used_at),
            }
            for link in links
        ]
    }


@router.delete("/{site_link_id}", status_code=status.HTTP_204_NO_CONTENT)
def revoke_link(request: Request, site_link_id: UUID, access: Handles) -> None:
    """Make a link take nothing any more."""
    site_links.revoke_site_link(state_of(request)["database"], access.site, site_link_id, by=access.principal)
