"""Checkpoints: where rounds lead, and when each was last looked at."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import orjson
from fastapi import APIRouter, Request, Response, status

from geo_server.api.deps import Access, requires, state_of
from geo_server.api.round_answers import coverage_document
from geo_server.api.round_schemas import CheckpointSaid, FromMapSaid
from geo_server.domain.roles import Permission
from geo_server.services import checkpoints
from geo_server.services.checkpoints import NewCheckpoint

router = APIRouter(prefix="/api/sites/{site}/checkpoints", tags=["round"])
Walks = Annotated[Access, requires(Permission.WALK_ROUNDS)]


@router.get("")
def show_coverage(request: Request, access: Walks) -> Response:
    """The coverage as GeoJSON: every checkpoint with the age of its last check, its state and its faults."""
    covered = checkpoints.list_coverage(state_of(request)["database"], access.site)
    document = coverage_document(covered, access.site, datetime.now(UTC))
    return Response(orjson.dumps(document), media_type="application/geo+json")


@router.post("", status_code=status.HTTP_201_CREATED)
def add(request: Request, response: Response, said: CheckpointSaid, access: Walks) -> dict[str, str]:
    """Add a checkpoint: something of the published map, or a spot. 200 when the same had been added before."""
    state = state_of(request)
    asked = NewCheckpoint(**{**dict(said), "name": said.name or ""})
    new = checkpoints.add_checkpoint(state["database"], state["floorplans"], access.site, asked, by=access.principal)
    if not new:
        response.status_code = status.HTTP_200_OK
    return {"id": str(said.id)}


@router.post("/from-map")
def add_from_map(request: Request, said: FromMapSaid, access: Walks) -> dict[str, int]:
    """Make checkpoints of the exits of the published map, and of its zones of some categories. What is one already stays."""
    state = state_of(request)
    added = checkpoints.add_from_map(
        state["database"], state["floorplans"], access.site, exits=said.exits, zones=said.zones, by=access.principal
    )
    return {"added": added}


@router.delete("/{checkpoint_id}", status_code=status.HTTP_204_NO_CONTENT)
def retire(request: Request, checkpoint_id: UUID, access: Walks) -> None:
    """Look at it no more. What was found there stays on record."""
    checkpoints.retire_checkpoint(state_of(request)["database"], access.site, checkpoint_id, by=access.principal)
