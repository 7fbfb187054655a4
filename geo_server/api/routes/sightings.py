"""Sightings: where a threat was seen, who takes that back, and what is known of all of them."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response, status

from geo_server.api.deps import Access, requires, state_of
from geo_server.api.picture import sighting_document
from geo_server.api.planning import plan_again
from geo_server.api.schemas import RetractionSaid, SightingSaid
from geo_server.domain.roles import Permission
from geo_server.services import sightings
from geo_server.services.sightings import NewSighting, Recorded

router = APIRouter(prefix="/api/sites/{site}", tags=["sighting"])

Json = dict[str, Any]
MayReport = Annotated[Access, requires(Permission.REPORT_SIGHTING)]


@router.get("/sightings")
def list_sightings(request: Request, access: Annotated[Access, requires(Permission.SEE_INCIDENT)]) -> Json:
    """The sightings of the incident that the picture shows, earliest first; those that were retracted say so."""
    state = state_of(request)
    floorplan = state["floorplans"].current(access.site).floorplan
    listed = sightings.list_current_sightings(state["database"], access.site)
    own, names = access.principal.person_id, access.may(Permission.SEE_NAMES)
    return {
        "sightings": [
            {**sighting_document(sighting, floorplan, access.site, names=names), "own": sighting.reported_by == own}
            for sighting in listed
        ]
    }


@router.post("/sightings", status_code=status.HTTP_201_CREATED)
def add_sighting(request: Request, response: Response, said: SightingSaid, access: MayReport) -> Json:
    """Say where a threat was seen. Opens an incident of its kind when none is open; 200 when it had been said before."""
    state = state_of(request)
    recorded = sightings.add_sighting(
        state["database"],
        state["floorplans"],
        state["pack"],
        access.site,
        NewSighting(**dict(said)),
        by=access.principal,
    )
    return sighting_answer(request, response, access, recorded)


@router.post("/sightings/{sighting_id}/retraction", status_code=status.HTTP_201_CREATED)
def retract_sighting(
    request: Request, response: Response, sighting_id: UUID, said: RetractionSaid, access: MayReport
) -> Json:
    """Take back what one has reported oneself, or as commander what anybody has. 200 when it had been taken back before.

    The sighting is kept; the threat stands where the others put it, and is withdrawn when there is none.
    """
    state = state_of(request)
    recorded = sightings.retract_sighting(
        state["database"], state["pack"], access.site, sighting_id, said.reason, by=access.principal
    )
    return sighting_answer(request, response, access, recorded)


def sighting_answer(request: Request, response: Response, access: Access, recorded: Recorded) -> Json:
    """Where a sighting went, once the plan that knows of it is made, has failed, or takes too long."""
    if not recorded.new:
        response.status_code = status.HTTP_200_OK
    return {
        "sighting_id": str(recorded.sighting_id),
        "incident_id": str(recorded.incident_id),
        "threat_id": str(recorded.threat_id),
        "plan": plan_again(state_of(request), access.site, recorded.incident_id, recorded.seq),
    }
