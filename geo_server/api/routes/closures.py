"""Closures: ways that cannot be used. Every change makes a new plan."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response, status

from geo_server.api.deps import Access, requires, state_of
from geo_server.api.schemas import ClosureSaid
from geo_server.domain.roles import Permission
from geo_server.services.reports import NewClosure, close_way, open_way

router = APIRouter(prefix="/api/sites/{site}", tags=["closure"])
MayClose = Annotated[Access, requires(Permission.CLOSE_WAYS)]


@router.post("/closures", status_code=status.HTTP_201_CREATED)
def close(request: Request, response: Response, said: ClosureSaid, access: MayClose) -> dict[str, str]:
    """Say that an opening, a transition, a zone or an assembly point cannot be used. 200 when the same had been said before."""
    state = state_of(request)
    new, seq = close_way(
        state["database"], state["floorplans"], access.site, NewClosure(**dict(said)), by=access.principal
    )
    if not new:
        response.status_code = status.HTTP_200_OK
    state["plans"].replan_open(access.site, seq)
    return {"id": str(said.id)}


@router.delete("/closures/{closure_id}", status_code=status.HTTP_204_NO_CONTENT)
def lift(request: Request, closure_id: UUID, access: MayClose) -> None:
    """Say that it can be used again. What had been said before changes nothing."""
    state = state_of(request)
    seq = open_way(state["database"], access.site, closure_id, by=access.principal)
    if seq is not None:
        state["plans"].replan_open(access.site, seq)
