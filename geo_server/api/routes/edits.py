"""Correcting a draft: its floorplan, what is changed in it, and what it would change in what is published."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Request, Response, status

from geo_server.api.deps import Access, requires, state_of
from geo_server.domain.differences import Change, Differences, Thing
from geo_server.domain.edits import Edit
from geo_server.domain.places import Opening, Zone
from geo_server.domain.roles import Permission
from geo_server.services import edits

router = APIRouter(prefix="/api/sites/{site}/revisions/{revision_id}", tags=["import"])
MayEdit = Annotated[Access, requires(Permission.EDIT_FLOORPLANS)]

Json = dict[str, Any]

EditSaid = Annotated[Edit, Body(discriminator="kind")]


@router.get("/floorplan")
def show_floorplan(request: Request, revision_id: UUID, access: MayEdit) -> Json:
    """A revision as a floorplan document, corrections and all: lon, lat once it is placed, drawing metres before."""
    return edits.revision_document(state_of(request)["database"], access.site, revision_id)


@router.post("/edits", status_code=status.HTTP_201_CREATED)
def edit(request: Request, revision_id: UUID, said: EditSaid, access: MayEdit) -> Json:
    """Correct a draft; coordinates as its floorplan has them. What the drawing said is kept beside it."""
    database, by = state_of(request)["database"], access.principal.person_id
    edited = edits.edit_draft(database, access.site, revision_id, said, by=by)
    return {"id": str(said.id), "zones": len(edited.zones), "openings": len(edited.openings)}


@router.delete("/edits/last")
def undo(request: Request, revision_id: UUID, access: MayEdit) -> Json:
    """Take back the last correction of a draft."""
    database, by = state_of(request)["database"], access.principal.person_id
    undone = edits.undo_edit(database, access.site, revision_id, by=by)
    return {"id": str(undone.id), "kind": undone.kind}


@router.post("/copy", status_code=status.HTTP_201_CREATED)
def copy(request: Request, response: Response, revision_id: UUID, access: MayEdit) -> Json:
    """A new draft that is this revision again: to correct what is published, or to go back to what was."""
    database, by = state_of(request)["database"], access.principal.person_id
    draft = edits.copy_to_draft(database, access.site, revision_id, by=by)
    response.headers["Location"] = f"/api/sites/{access.site.slug}/revisions/{draft.id}"
    return {"id": str(draft.id), "number": draft.number, "placed": draft.placed}


@router.get("/differences")
def show_differences(request: Request, revision_id: UUID, access: MayEdit) -> Json:
    """What this revision would change in what is published of its building."""
    return _differences(edits.compare_with_published(state_of(request)["database"], access.site, revision_id))


def _differences(found: Differences) -> Json:
    return {
        "added": [_thing(thing) for thing in found.added],
        "removed": [_thing(thing) for thing in found.removed],
        "changed": [_thing(change.after) | {"fields": _fields(change)} for change in found.changed],
        "unchanged": found.unchanged,
    }


def _thing(thing: Thing) -> Json:
    told: Json = {"id": str(thing.id), "feature_type": type(thing).__name__.lower(), "category": thing.category}
    if isinstance(thing, Zone):
        told["name"] = thing.name
    if isinstance(thing, Opening) and thing.number:
        told["number"] = thing.number
    return told


def _fields(change: Change) -> Json:
    return {name: list(values) for name, values in change.fields.items()}
