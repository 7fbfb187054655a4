"""Incidents: the live picture, sightings, opening, the all-clear."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response, status

from geo_server.api.deps import Access, State, requires, state_of
from geo_server.api.picture import picture_document
from geo_server.api.schemas import IncidentSaid, SightingSaid, StateSaid
from geo_server.domain.incidents import IncidentState
from geo_server.domain.roles import Permission
from geo_server.services import incidents
from geo_server.services.incidents import NewSighting
from geo_server.services.picture import load_picture

router = APIRouter(prefix="/api/sites/{site}", tags=["incident"])

Json = dict[str, Any]


@router.get("/picture")
def show_picture(request: Request, access: Annotated[Access, requires(Permission.SEE_INCIDENT)]) -> Json:
    """Everything that is known of the incident, until it is closed. Its ``seq`` is where the live feed goes on from."""
    state = state_of(request)
    sees_reports = access.may(Permission.SEE_REPORTS)
    picture = load_picture(
        state["database"],
        state["floorplans"],
        access.site,
        person_id=access.principal.person_id,
        sees_reports=sees_reports,
    )
    return picture_document(picture, state["pack"], access.site, sees_plan=access.may(Permission.SEE_PLAN))


@router.post("/sightings", status_code=status.HTTP_201_CREATED)
def add_sighting(
    request: Request,
    response: Response,
    said: SightingSaid,
    access: Annotated[Access, requires(Permission.REPORT_SIGHTING)],
) -> Json:
    """Say where a threat was seen. Opens an incident of its kind when none is open; 200 when it had been said before."""
    state = state_of(request)
    recorded = incidents.add_sighting(
        state["database"],
        state["floorplans"],
        state["pack"],
        access.site,
        NewSighting(**dict(said)),
        by=access.principal,
    )
    if not recorded.new:
        response.status_code = status.HTTP_200_OK
    return {
        "sighting_id": str(recorded.sighting_id),
        "incident_id": str(recorded.incident_id),
        "threat_id": str(recorded.threat_id),
        "plan": _plan(state, access, recorded.incident_id),
    }


@router.post("/incidents", status_code=status.HTTP_201_CREATED)
def open_incident(
    request: Request, said: IncidentSaid, access: Annotated[Access, requires(Permission.MANAGE_INCIDENT)]
) -> Json:
    """Open an incident without a sighting."""
    state = state_of(request)
    incident = incidents.open_incident(
        state["database"], state["pack"], access.site, said.kind, exercise=said.exercise, by=access.principal
    )
    return {"incident_id": str(incident.id), "plan": _plan(state, access, incident.id)}


@router.post("/incidents/{incident_id}/state")
def change_state(
    request: Request,
    incident_id: UUID,
    said: StateSaid,
    access: Annotated[Access, requires(Permission.MANAGE_INCIDENT)],
) -> Json:
    """Give the all-clear, take it back, or close the incident. Taking it back makes a new plan: the old one has aged."""
    state = state_of(request)
    incidents.change_state(state["database"], access.site, incident_id, said.state, by=access.principal)
    if said.state is IncidentState.OPEN:
        _plan(state, access, incident_id)
    return {"incident_id": str(incident_id), "state": said.state}


def _plan(state: State, access: Access, incident_id: UUID) -> str:
    """Plan, in a transaction of its own; what was said has been committed by now."""
    made = state["plans"].replan(access.site, incident_id)
    return "made" if made else "failed"
