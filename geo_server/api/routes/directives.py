"""Directives: orders of people."""

from typing import Annotated

from fastapi import APIRouter, Request, Response, status

from geo_server.api.deps import Access, requires, state_of
from geo_server.api.schemas import DirectiveSaid
from geo_server.domain.roles import Permission
from geo_server.services.reports import NewDirective, give_directive

router = APIRouter(prefix="/api/sites/{site}", tags=["directive"])


@router.post("/directives", status_code=status.HTTP_201_CREATED)
def give(
    request: Request,
    response: Response,
    said: DirectiveSaid,
    access: Annotated[Access, requires(Permission.GIVE_DIRECTIVES)],
) -> dict[str, str]:
    """Say what a zone, or the whole site, is to do. 200 when the same one had arrived before."""
    state = state_of(request)
    new = give_directive(state["database"], state["pack"], access.site, NewDirective(**dict(said)), by=access.principal)
    if not new:
        response.status_code = status.HTTP_200_OK
    return {"id": str(said.id)}
