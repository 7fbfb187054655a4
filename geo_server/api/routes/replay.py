"""Looking back: an incident as it was known at any moment, and what happened when."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from geo_server.api.answers import moment
from geo_server.api.deps import Access, requires, state_of
from geo_server.api.picture import picture_document
from geo_server.api.schemas import Moment
from geo_server.domain.errors import InvalidInput
from geo_server.domain.roles import Permission
from geo_server.services.replay import load_picture_at, load_timeline


def _refuse_unknown(request: Request) -> None:
    """Whoever misspells the moment must not be answered with another one."""
    known = {field.alias for field in request.scope["route"].dependant.query_params}
    unknown = sorted(set(request.query_params) - known)
    if unknown:
        raise InvalidInput(
            f"There is no parameter {', '.join(map(repr, unknown))} here.",
            where=unknown[0],
            advice=f"Give {' and '.join(sorted(known))}." if known else "Leave it out.",
        )


router = APIRouter(
    prefix="/api/sites/{site}/incidents/{incident_id}", tags=["incident"], dependencies=[Depends(_refuse_unknown)]
)

Json = dict[str, Any]
Sees = Annotated[Access, requires(Permission.SEE_REPORTS)]


@router.get("/picture")
def show_picture_at(
    request: Request,
    incident_id: UUID,
    access: Sees,
    as_of: Annotated[Moment | None, Query(description="ISO 8601 with an offset. Not said: now.")] = None,
) -> Json:
    """The picture of an incident as it was known at a moment, whatever became of it, on the map of today."""
    state = state_of(request)
    picture = load_picture_at(state["database"], state["floorplans"], state["pack"], access.site, incident_id, at=as_of)
    return picture_document(picture, state["pack"], access.site, may=access.may)


@router.get("/timeline")
def show_timeline(request: Request, incident_id: UUID, access: Sees) -> Json:
    """What happened in an incident, in the order in which the server knew of it."""
    incident, happened = load_timeline(state_of(request)["database"], access.site, incident_id)
    return {
        "incident_id": str(incident.id),
        "exercise": incident.exercise,
        "opened_at": moment(incident.opened_at),
        "happened": [
            {"at": moment(one.at), "kind": one.kind, "subject_id": one.subject_id and str(one.subject_id)}
            for one in happened
        ],
    }
