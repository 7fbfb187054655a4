"""Revisions and imports as JSON."""

from typing import Any

from geo_server.api.answers import moment
from geo_server.domain.findings import Finding
from geo_server.store.imports import Import
from geo_server.store.revisions import Revision

Json = dict[str, Any]


def draft_json(revision: Revision) -> Json:
    """A revision, with what the intake noticed."""
    return {"revision": revision_json(revision), "findings": [finding_json(finding) for finding in revision.findings]}


def revision_json(revision: Revision) -> Json:
    """A revision."""
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


def import_json(one: Import) -> Json:
    """An import: how far it has come, or what became of it."""
    step, problem = one.step, one.problem
    return {
        "id": str(one.id),
        "state": one.state,
        "step": step.stage,
        "done": step.done,
        "total": step.total,
        "share": round(step.share, 3),
        "attempts": one.attempts,
        "problem": problem
        and {
            "type": f"/problems/{problem.slug}",
            "what": problem.what,
            "where": problem.where,
            "advice": problem.advice,
        },
        "building": one.target.building_name,
        "building_id": one.target.building_id and str(one.target.building_id),
        "revision_id": one.revision_id and str(one.revision_id),
        "file_name": one.source.name,
        "size_bytes": one.source.size_bytes,
        "sha256": one.source.sha256,
        "started_at": moment(one.started_at),
        "finished_at": one.finished_at and moment(one.finished_at),
    }


def finding_json(finding: Finding) -> Json:
    """A finding."""
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
