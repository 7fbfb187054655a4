"""From a drawing to a published floorplan: bring it in, look at what was understood, place it, publish it."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request

from geo_server.api.answers import moment
from geo_server.api.deps import Access, requires, state_of
from geo_server.domain.findings import Finding
from geo_server.domain.roles import Permission
from geo_server.store.revisions import Revision, list_revisions, load_revision

router = APIRouter(prefix="/api/sites/{site}", tags=["import"])
MayEdit = Annotated[Access, requires(Permission.EDIT_FLOORPLANS)]

Json = dict[str, Any]


@router.get("/revisions")
def show_revisions(request: Request, access: MayEdit) -> Json:
    """All revisions of all buildings: drafts, the published, and those that they replaced."""
    with state_of(request)["database"].snapshot() as c:
        revisions = list_revisions(c, access.site.id)
    return {"revisions": [_revision(revision) for revision in revisions]}


@router.get("/revisions/{revision_id}")
def show_revision(request: Request, revision_id: UUID, access: MayEdit) -> Json:
    """One revision, with what the intake noticed."""
    with state_of(request)["database"].snapshot() as c:
        revision = load_revision(c, access.site.id, revision_id)
    return _with_findings(revision)


def _with_findings(revision: Revision) -> Json:
    return {"revision": _revision(revision), "findings": [_finding(finding) for finding in revision.findings]}


def _revision(revision: Revision) -> Json:
    placement = revision.placement
    return {
        "id": str(revision.id),
        "building_id": str(revision.building_id),
        "number": revision.number,
        "state": revision.state,
        "placed": revision.placed,
        "residuals_m": list(placement.residuals_m) if placement else None,
        "verified": placement.verified if placement else None,
        "source_name": revision.source_name,
        "source_sha256": revision.source_sha256,
        "created_at": moment(revision.created_at),
        "published_at": revision.published_at and moment(revision.published_at),
        "signed_by": revision.signed_by,
    }


def _finding(finding: Finding) -> Json:
    return {
        "code": finding.code,
        "severity": finding.severity,
        "message": finding.message,
        "advice": finding.advice,
        "at": None if finding.x is None or finding.y is None else [finding.x, finding.y],
        "ordinal": finding.ordinal,
        "layer": finding.layer,
        "handle": finding.handle,
        "count": finding.count,
    }
