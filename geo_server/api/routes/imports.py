"""From a drawing to a published floorplan: bring it in, look at what was understood, place it, publish it."""

from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from typing import Annotated, Any
from uuid import UUID

import anyio
import anyio.to_thread
from fastapi import APIRouter, BackgroundTasks, Request, status
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile

from geo_server.api.answers import moment
from geo_server.api.deps import Access, State, requires, state_of
from geo_server.api.schemas import ImportSaid, PlacementSaid, PublishSaid
from geo_server.domain.errors import InvalidInput
from geo_server.domain.findings import Finding
from geo_server.domain.frame import ControlPoint
from geo_server.domain.places import Site
from geo_server.domain.roles import Permission
from geo_server.domain.wording import counted
from geo_server.services.drawings import DrawingFile
from geo_server.services.imports import import_drawing, list_site_imports
from geo_server.services.joining import OtherLevels
from geo_server.services.reviews import review_revision
from geo_server.services.revisions import place_revision, publish_revision
from geo_server.store.imports import Import
from geo_server.store.revisions import Revision, list_revisions, load_revision
from geo_server.store.sites import list_buildings

router = APIRouter(prefix="/api/sites/{site}", tags=["import"])
MayEdit = Annotated[Access, requires(Permission.EDIT_FLOORPLANS)]
MayPublish = Annotated[Access, requires(Permission.PUBLISH_FLOORPLANS)]

Json = dict[str, Any]

_IMPORTS = anyio.CapacityLimiter(2)
"""Drawings that are read at a time. Each holds a thread for minutes; threads of the common pool are for what cannot wait,
such as a sighting."""

MOST_FILES = 50
"""Levels that one upload may hold."""
_LISTS = ("ordinal", "map")
"""Fields that may be said more than once."""
MOST_FIELDS = len(ImportSaid.model_fields) + len(_LISTS) * MOST_FILES

_FILES = {
    "type": "array",
    "items": {"type": "string", "format": "binary"},
    "minItems": 1,
    "maxItems": MOST_FILES,
    "description": "One file, a zip of several, or a part for each level.",
}
_UPLOAD = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file", "building"],
                    "properties": {"file": _FILES, **ImportSaid.json_properties()},
                }
            }
        },
    }
}


@router.post("/imports", status_code=status.HTTP_201_CREATED, openapi_extra=_UPLOAD)
async def import_file(request: Request, access: MayEdit) -> Json:
    """Bring in drawings of a building as a draft: one file, or one for each level. Nothing goes live by being uploaded.

    Levels of the building that the files do not show are kept as they are in its latest revision.

    The body is read by hand, so that not a byte of it is kept before it is clear who sends it.
    """
    async with request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS, max_part_size=1024) as form:
        files = [part for part in form.getlist("file") if isinstance(part, UploadFile)]
        said = _read_fields(form)
        drawings = _drawings([(file_name(file.filename or ""), await file.read()) for file in files], said)
    read = partial(
        import_drawing,
        state_of(request)["database"],
        access.site,
        said.building,
        drawings,
        by=access.principal.person_id,
        other_levels=OtherLevels(keep=not said.whole_building, onto=said.onto),
    )
    revision = await anyio.to_thread.run_sync(read, limiter=_IMPORTS)
    return _with_findings(revision)


@router.get("/imports")
def show_imports(request: Request, access: MayEdit) -> Json:
    """What was sent in, latest first, and what became of it."""
    imports = list_site_imports(state_of(request)["database"], access.site)
    return {"imports": [_import(one) for one in imports]}


@router.get("/revisions")
def show_revisions(request: Request, access: MayEdit) -> Json:
    """All revisions of all buildings: drafts, the published, and those that they replaced."""
    with state_of(request)["database"].snapshot() as c:
        revisions = list_revisions(c, access.site.id)
        names = {building.id: building.name for building in list_buildings(c, access.site.id)}
    return {"revisions": [{**_revision(one), "building": names[one.building_id]} for one in revisions]}


@router.get("/revisions/{revision_id}")
def show_revision(request: Request, revision_id: UUID, access: MayEdit) -> Json:
    """One revision, with what the intake noticed."""
    with state_of(request)["database"].snapshot() as c:
        revision = load_revision(c, access.site.id, revision_id)
    return _with_findings(revision)


@router.get("/revisions/{revision_id}/review")
def show_review(request: Request, revision_id: UUID, access: MayEdit) -> Json:
    """What to look at before it is published: findings with their places as lon, lat, and zones without a way out."""
    review = review_revision(state_of(request)["database"], access.site, revision_id)
    told = zip(review.revision.findings, review.places, strict=True)
    return {
        "revision": _revision(review.revision),
        "findings": [_finding(finding) | {"at_lonlat": place and list(place)} for finding, place in told],
        "without_way_out": [str(zone_id) for zone_id in review.without_way_out],
    }


@router.post("/revisions/{revision_id}/placement")
def place(request: Request, revision_id: UUID, said: PlacementSaid, access: MayEdit) -> Json:
    """Put a draft on the ground by control points. The residuals say how well they agree."""
    points = [ControlPoint(**dict(point)) for point in said.control_points]
    database = state_of(request)["database"]
    revision = place_revision(database, access.site, revision_id, points, by=access.principal.person_id)
    return {"revision": _revision(revision)}


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


def _drawings(files: Sequence[tuple[str, bytes]], said: ImportSaid) -> list[DrawingFile]:
    """Files by name, with what is said of each."""
    if not files:
        raise InvalidInput("No file was sent.", where="file", advice="Send the drawing as the part named file.")
    if said.ordinal and len(said.ordinal) != len(files):
        raise InvalidInput(
            f"{counted(len(said.ordinal), 'ordinal')} for {counted(len(files), 'file')}.",
            where="ordinal",
            advice="Say one for each file, in their order, or none.",
        )
    if said.level_name and len(files) > 1:
        raise InvalidInput(
            f"One name of a level for {counted(len(files), 'file')}.",
            where="level_name",
            advice="Leave it out, or send one level at a time.",
        )
    ordinals: Sequence[int | None] = said.ordinal or [None] * len(files)
    mapping = {field: key for field, _, key in (pair.partition("=") for pair in said.map)}
    return [
        DrawingFile(name, data, ordinal, said.level_name, said.metres_per_unit, mapping=mapping)
        for (name, data), ordinal in zip(files, ordinals, strict=True)
    ]


def file_name(said: str) -> str:
    """A file's name without folders and without characters that do not print, as the client said it otherwise."""
    last = said.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(character for character in last if character.isprintable())[:200] or "unnamed"


def _read_fields(form: FormData) -> ImportSaid:
    """The fields of a form; those that may be said of each file are lists."""
    fields: dict[str, object] = {name: value for name, value in form.items() if name != "file"}
    fields |= {name: form.getlist(name) for name in _LISTS if name in fields}
    try:
        return ImportSaid.model_validate(fields)
    except ValidationError as fault:
        raise RequestValidationError([{**error, "loc": ("body", *error["loc"])} for error in fault.errors()]) from None


def _make_ready(state: State, site: Site) -> None:
    """Plan on the new map while an incident is open, or compile it for the first sighting; nobody waits for either."""
    if state["plans"].replan_open(site) is None:
        state["floorplans"].warm(site)


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


def _import(one: Import) -> Json:
    return {
        "id": str(one.id),
        "state": one.state,
        "step": one.step,
        "problem": one.problem and asdict(one.problem),
        "building_id": one.building_id and str(one.building_id),
        "revision_id": one.revision_id and str(one.revision_id),
        "file_name": one.file_name,
        "size_bytes": one.size_bytes,
        "sha256": one.sha256,
        "started_at": moment(one.started_at),
        "finished_at": one.finished_at and moment(one.finished_at),
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
