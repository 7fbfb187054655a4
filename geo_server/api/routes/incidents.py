"""Incidents: the live picture, opening, the kind, the all-clear, conflicts."""

from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Request, Response, status

from geo_server.api.deps import Access, requires, state_of
from geo_server.api.picture import seen_document
from geo_server.api.planning import plan_again
from geo_server.api.schemas import DecisionSaid, IncidentSaid, KindSaid, StateSaid
from geo_server.domain.incidents import IncidentState
from geo_server.domain.roles import Permission
from geo_server.services import conflicts, incidents
from geo_server.services.conflicts import NewDecision

router = APIRouter(prefix="/api/sites/{site}", tags=["incident"])

Json = dict[str, Any]


@router.get("/picture")
async def show_picture(request: Request, access: Annotated[Access, requires(Permission.SEE_INCIDENT)]) -> Response:
    """Everything that is known of the incident, until it is closed. Its ``seq`` is where the live feed goes on from."""
    state = state_of(request)
    document = seen_document(await state["pictures"].load(access.site), state["pack"], access)
    return Response(orjson.dumps(document), media_type="application/json")


@router.post("/incidents", status_code=status.HTTP_201_CREATED)
def open_incident(
    request: Request,
    response: Response,
    said: IncidentSaid,
    access: Annotated[Access, requires(Permission.MANAGE_INCIDENT)],
) -> Json:
    """Open an incident without a sighting. 202 when it raised a conflict within the open incident and opened nothing."""
    state = state_of(request)
    opened = incidents.open_incident(
        state["database"], state["pack"], access.site, said.kind, exercise=said.exercise, by=access.principal
    )
    if not opened.new:
        response.status_code = status.HTTP_202_ACCEPTED
    return {
        "incident_id": str(opened.incident.id),
        "plan": plan_again(state, access.site, opened.incident.id, opened.seq),
    }


@router.post("/incidents/{incident_id}/state")
def change_state(
    request: Request,
    incident_id: UUID,
    said: StateSaid,
    access: Annotated[Access, requires(Permission.MANAGE_INCIDENT)],
) -> Json:
    """Give the all-clear, take it back, or close the incident. Taking it back makes a new plan: the old one has aged."""
    state = state_of(request)
    seq = incidents.change_state(state["database"], access.site, incident_id, said.state, by=access.principal)
    if said.state is IncidentState.OPEN:
        plan_again(state, access.site, incident_id, seq)
    return {"incident_id": str(incident_id), "state": said.state}


@router.post("/incidents/{incident_id}/kind")
def change_kind(
    request: Request,
    incident_id: UUID,
    said: KindSaid,
    access: Annotated[Access, requires(Permission.GIVE_DIRECTIVES)],
) -> Json:
    """Make an open incident another kind. Its protocol holds where nothing is ordered, so that this tells people what to do."""
    state = state_of(request)
    seq = incidents.change_kind(
        state["database"], state["pack"], access.site, incident_id, said.kind, by=access.principal
    )
    plan = plan_again(state, access.site, incident_id, seq)
    return {"incident_id": str(incident_id), "kind": said.kind, "plan": plan}


@router.post("/conflicts/{conflict_id}/decision")
def settle(
    request: Request,
    conflict_id: UUID,
    said: DecisionSaid,
    access: Annotated[Access, requires(Permission.GIVE_DIRECTIVES)],
) -> Json:
    """Settle a conflict: keep what is in force, or give another directive in its place."""
    state = state_of(request)
    conflicts.settle(
        state["database"], state["pack"], access.site, conflict_id, NewDecision(**dict(said)), by=access.principal
    )
    return {"conflict_id": str(conflict_id), "decision": said.decision}
