"""Bring in drawings: send them, follow how far they are read, stop it, try again."""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any
from uuid import UUID

import anyio
import anyio.to_thread
from fastapi import APIRouter, Query, Request, Response, status
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile

from geo_server.api.deps import Access, State, requires, state_of
from geo_server.api.floorplan_answers import draft_json, import_json
from geo_server.api.schemas import ImportSaid
from geo_server.domain.errors import InvalidInput
from geo_server.domain.places import Site
from geo_server.domain.roles import Permission, Role
from geo_server.domain.wording import counted
from geo_server.services import imports
from geo_server.services.beside import lay_beside
from geo_server.services.drawings import DrawingFile
from geo_server.services.joining import OtherLevels
from geo_server.services.subscriber import Subscriber
from geo_server.store.imports import Import
from geo_server.store.revisions import Revision

router = APIRouter(prefix="/api/sites/{site}", tags=["import"])
MayEdit = Annotated[Access, requires(Permission.EDIT_FLOORPLANS)]
Wait = Annotated[
    bool,
    Query(description="Answer when the import has ended, as 201 with the draft or as the refusal; 202 after 170 s."),
]

Json = dict[str, Any]

_UPLOADS = anyio.CapacityLimiter(2)
"""Uploads that are written at a time: each is in memory, and holds a thread; threads of the common pool are for what cannot
wait, such as a sighting."""

LONGEST_WAIT_S = 170.0
"""Just under the time that a reader is given for one file."""

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
    "description": "One file, a zip of several, or a part for each level; world and projection files beside them.",
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


@router.post("/imports", status_code=status.HTTP_202_ACCEPTED, openapi_extra=_UPLOAD)
async def import_file(request: Request, response: Response, access: MayEdit, wait: Wait = False) -> Json:
    """Bring in drawings of a building as a draft: one file, or one for each level. Nothing goes live by being uploaded.

    Answered as soon as the files are safe; the import is followed at its Location, or by live events. Levels of the building
    that the files do not show are kept as they are in its latest revision.

    The body is read by hand, so that not a byte of it is kept before it is clear who sends it.
    """
    async with request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS, max_part_size=1024) as form:
        files = [part for part in form.getlist("file") if isinstance(part, UploadFile)]
        said = _read_fields(form)
        drawings = _drawings([(file_name(file.filename or ""), await file.read()) for file in files], said)
    receive = partial(
        imports.receive,
        state_of(request)["database"],
        access.site,
        said.building,
        drawings,
        by=access.principal.person_id,
        other_levels=OtherLevels(keep=not said.whole_building, onto=said.onto),
    )
    one = await anyio.to_thread.run_sync(receive, limiter=_UPLOADS)
    draft = None
    if wait:
        one, draft = await _wait_for_end(state_of(request), access.site, one)
    response.headers["Location"] = f"/api/sites/{access.site.slug}/imports/{one.id}"
    if draft is not None:
        response.status_code = status.HTTP_201_CREATED
    elif not one.state.is_open:
        raise imports.refusal_of(one)
    return _answer(one, draft)


@router.get("/imports")
def show_imports(request: Request, access: MayEdit) -> Json:
    """What was sent in, latest first, and what became of it."""
    listed = imports.list_site_imports(state_of(request)["database"], access.site)
    return {"imports": [import_json(one) for one in listed]}


@router.get("/imports/{import_id}")
def show_import(request: Request, import_id: UUID, access: MayEdit) -> Json:
    """How far an import has come, and the draft with its findings when one came of it."""
    return _answer(*imports.find_site_import(state_of(request)["database"], access.site, import_id))


@router.post("/imports/{import_id}/cancel")
def cancel_import(request: Request, import_id: UUID, access: MayEdit) -> Json:
    """Stop an import. What was sent is kept for a week, to be tried again."""
    by = access.principal.person_id
    return _answer(imports.cancel(state_of(request)["database"], access.site, import_id, by=by))


@router.post("/imports/{import_id}/retry", status_code=status.HTTP_202_ACCEPTED)
def retry_import(request: Request, import_id: UUID, access: MayEdit) -> Json:
    """Read an import again that failed or was cancelled."""
    by = access.principal.person_id
    return _answer(imports.retry(state_of(request)["database"], access.site, import_id, by=by))


async def _wait_for_end(state: State, site: Site, one: Import) -> tuple[Import, Revision | None]:
    """The import once it has ended, or as it is when that takes too long or the server goes down."""
    look = partial(imports.find_site_import, state["database"], site, one.id)
    told = asyncio.Event()
    hearing = Subscriber(Role.VIEWER, told.set, abort=told.set)
    with anyio.move_on_after(LONGEST_WAIT_S):
        async with state["hub"].subscribe(site.id, hearing, None):
            found = await anyio.to_thread.run_sync(look)
            while found[0].state.is_open and not hearing.has_ended:
                await told.wait()
                told.clear()
                hearing.take()
                found = await anyio.to_thread.run_sync(look)
            return found
    return await anyio.to_thread.run_sync(look)


def _answer(one: Import, draft: Revision | None = None) -> Json:
    return {"import": import_json(one), **(draft_json(draft) if draft else {})}


def _drawings(files: Sequence[tuple[str, bytes]], said: ImportSaid) -> list[DrawingFile]:
    """Drawings by name, with the files that lie beside each and what is said of it."""
    drawings = list(lay_beside(files))
    if not drawings:
        raise InvalidInput("No file was sent.", where="file", advice="Send the drawing as the part named file.")
    if said.ordinal and len(said.ordinal) != len(drawings):
        raise InvalidInput(
            f"{counted(len(said.ordinal), 'ordinal')} for {counted(len(drawings), 'file')}.",
            where="ordinal",
            advice="Say one for each file, in their order, or none.",
        )
    if said.level_name and len(drawings) > 1:
        raise InvalidInput(
            f"One name of a level for {counted(len(drawings), 'file')}.",
            where="level_name",
            advice="Leave it out, or send one level at a time.",
        )
    ordinals: Sequence[int | None] = said.ordinal or [None] * len(drawings)
    mapping = {field: key for field, _, key in (pair.partition("=") for pair in said.map)}
    return [
        DrawingFile(name, data, ordinal, said.level_name, said.metres_per_unit, beside=beside, mapping=mapping)
        for ((name, data), beside), ordinal in zip(drawings, ordinals, strict=True)
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
