"""Concerns: what people noticed outside incidents, and what officers do with it."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response, status

from geo_server.api.answers import lonlat, moment
from geo_server.api.concern_schemas import ConcernNoteSaid
from geo_server.api.deps import Access, requires, state_of
from geo_server.api.routes.sightings import sighting_answer
from geo_server.api.schemas import SightingSaid
from geo_server.domain.concerns import Concern, ConcernNote
from geo_server.domain.places import Site
from geo_server.domain.roles import Permission
from geo_server.services import concerns
from geo_server.services.sightings import NewSighting

router = APIRouter(prefix="/api/sites/{site}/concerns", tags=["concern"])

Json = dict[str, Any]
Handles = Annotated[Access, requires(Permission.HANDLE_CONCERNS)]


@router.get("")
def list_concerns(request: Request, access: Handles) -> Json:
    """Concerns with their notes: those that are open first, then the latest first; at most 200."""
    listed = concerns.list_concerns(state_of(request)["database"], access.site)
    return {"concerns": [_concern(concern, access.site) for concern in listed]}


@router.post("/{concern_id}/notes", status_code=status.HTTP_201_CREATED)
def note_concern(request: Request, concern_id: UUID, said: ConcernNoteSaid, access: Handles) -> Json:
    """Write something of a concern, triage it, or close it."""
    database = state_of(request)["database"]
    noted = concerns.note_concern(database, access.site, concern_id, said.words, said.state, by=access.principal)
    return _concern(noted, access.site)


@router.post("/{concern_id}/sighting", status_code=status.HTTP_201_CREATED)
def turn_into_sighting(
    request: Request, response: Response, concern_id: UUID, said: SightingSaid, access: Handles
) -> Json:
    """Report a concern as a sighting, as POST sightings does, and mark it as that."""
    state = state_of(request)
    recorded = concerns.turn_into_sighting(
        state["database"],
        state["floorplans"],
        state["pack"],
        access.site,
        NewSighting(**dict(said)),
        concern_id=concern_id,
        by=access.principal,
    )
    return sighting_answer(request, response, access, recorded)


def _concern(concern: Concern, site: Site) -> Json:
    return {
        "id": str(concern.id),
        "kind": concern.kind,
        "words": concern.words,
        "place": concern.place,
        "at": concern.point and lonlat(concern.point, site.frame),
        "by": concern.by,
        "source": concern.source,
        "link_id": concern.link_id and str(concern.link_id),
        "reported_at": moment(concern.reported_at),
        "state": concern.state,
        "sighting_id": concern.sighting_id and str(concern.sighting_id),
        "notes": [_note(note) for note in concern.notes],
    }


def _note(note: ConcernNote) -> Json:
    return {"at": moment(note.at), "by": note.by, "words": note.words, "state": note.state}
