"""Revisions of floorplans: see what was understood, place it, publish it."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Request

from geo_server.api.deps import Access, State, requires, state_of
from geo_server.api.floorplan_answers import draft_json, finding_json, revision_json
from geo_server.api.schemas import PlacementSaid, PublishSaid
from geo_server.domain.frame import ControlPoint
from geo_server.domain.places import Site
from geo_server.domain.roles import Permission
from geo_server.services.reviews import review_revision
from geo_server.services.revisions import discard_revision, place_revision, publish_revision
from geo_server.services.warming import warm
from geo_server.store.revisions import list_revisions, load_revision
from geo_server.store.sites import list_buildings

router = APIRouter(prefix="/api/sites/{site}", tags=["import"])
MayEdit = Annotated[Access, requires(Permission.EDIT_FLOORPLANS)]
MayPublish = Annotated[Access, requires(Permission.PUBLISH_FLOORPLANS)]

Json = dict[str, Any]


@router.get("/revisions")
def show_revisions(request: Request, access: MayEdit) -> Json:
    """All revisions of all buildings: drafts, the published, those that they replaced, and drafts that were discarded."""
    with state_of(request)["database"].snapshot(access.site.id) as c:
        revisions = list_revisions(c, access.site.id)
        names = {building.id: building.name for building in list_buildings(c, access.site.id)}
    return {"revisions": [{**revision_json(one), "building": names[one.building_id]} for one in revisions]}


@router.get("/revisions/{revision_id}")
def show_revision(request: Request, revision_id: UUID, access: MayEdit) -> Json:
    """One revision, with what the intake noticed."""
    with state_of(request)["database"].snapshot(access.site.id) as c:
        revision = load_revision(c, access.site.id, revision_id)
    return draft_json(revision)


@router.get("/revisions/{revision_id}/review")
def show_review(request: Request, revision_id: UUID, access: MayEdit) -> Json:
    """What to look at before it is published: findings with their places as lon, lat, and zones without a way out."""
    review = review_revision(state_of(request)["database"], access.site, revision_id)
    told = zip(review.revision.findings, review.places, strict=True)
    return {
        "revision": revision_json(review.revision),
        "findings": [finding_json(finding) | {"at_lonlat": place and list(place)} for finding, place in told],
        "without_way_out": [str(zone_id) for zone_id in review.without_way_out],
    }


@router.post("/revisions/{revision_id}/placement")
def place(request: Request, revision_id: UUID, said: PlacementSaid, access: MayEdit) -> Json:
    """Put a draft on the ground by control points. The residuals say how well they agree."""
    points = [ControlPoint(**dict(point)) for point in said.control_points]
    database = state_of(request)["database"]
    revision = place_revision(database, access.site, revision_id, points, by=access.principal.person_id)
    return {"revision": revision_json(revision)}


@router.post("/revisions/{revision_id}/discard")
def discard(request: Request, revision_id: UUID, access: MayEdit) -> Json:
    """Put a draft aside that nobody wants. It can still be copied to a new draft; what is or was in force is never touched."""
    database, by = state_of(request)["database"], access.principal.person_id
    return {"revision": revision_json(discard_revision(database, access.site, revision_id, by=by))}


@router.post("/revisions/{revision_id}/publish")
def publish(
    request: Request, revision_id: UUID, said: PublishSaid, access: MayPublish, background: BackgroundTasks
) -> Json:
    """Bring a placed draft into force, and plan again if an incident is open."""
    state = state_of(request)
    rev = publish_revision(
        state["database"], access.site, revision_id, by=access.principal.person_id, signed_by=said.signed_by
    )
    background.add_task(_make_ready, state, access.site)
    return {"floorplan_rev": rev}


def _make_ready(state: State, site: Site) -> None:
    """Plan on the new map while an incident is open, or compile it for the first sighting; nobody waits for either."""
    if state["plans"].replan_open(site) is None:
        warm(state["floorplans"], site)
