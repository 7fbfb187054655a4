"""Directives: orders of people."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response, status

from geo_server.api.deps import Access, requires, state_of
from geo_server.api.schemas import DirectiveSaid, WithdrawalSaid
from geo_server.domain.roles import Permission
from geo_server.services.reports import NewDirective, give_directive, withdraw_directive

router = APIRouter(prefix="/api/sites/{site}", tags=["directive"])


MayOrder = Annotated[Access, requires(Permission.GIVE_DIRECTIVES)]


@router.post("/directives", status_code=status.HTTP_201_CREATED)
def give(
    request: Request,
    response: Response,
    said: DirectiveSaid,
    access: MayOrder,
) -> dict[str, str]:
    """Say what a zone, or the whole site, is to do. 200 when the same one had arrived before."""
    state = state_of(request)
    new = give_directive(state["database"], state["pack"], access.site, NewDirective(**dict(said)), by=access.principal)
    if not new:
        response.status_code = status.HTTP_200_OK
    return {"id": str(said.id)}


@router.post("/directives/{directive_id}/withdrawal", status_code=status.HTTP_201_CREATED)
def withdraw(
    request: Request, response: Response, directive_id: UUID, said: WithdrawalSaid, access: MayOrder
) -> dict[str, str]:
    """Take back a directive that is in force; it is kept. What else is in force holds then, or the protocol.

    200 when it had been taken back before.
    """
    database = state_of(request)["database"]
    new = withdraw_directive(database, access.site, directive_id, said.id, said.reason, by=access.principal)
    if not new:
        response.status_code = status.HTTP_200_OK
    return {"id": str(directive_id)}
