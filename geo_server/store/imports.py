"""What was brought in, by whom, how far it has come and what became of it: kept in the database, so that it survives a restart."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Connection, RowMapping, func, insert, select, update

from geo_server.domain.errors import Conflict, GeoServerError, NotFound
from geo_server.domain.progress import Stage, Step
from geo_server.domain.states import ImportState
from geo_server.store.tables import imports

_OPEN = imports.c.state.in_([state.value for state in ImportState if state.is_open])
_BEGINNING = {"step": Stage.RECEIVED.value, "done": 0, "total": 0, "share": 0.0}


@dataclass(frozen=True, slots=True)
class Problem:
    """Why an import was refused or failed: the parts of a refusal.

    Args:
        slug: Names its kind.
    """

    what: str
    where: str | None = None
    advice: str | None = None
    slug: str = GeoServerError.slug


@dataclass(frozen=True, slots=True)
class Source:
    """The files of an import, as one.

    Args:
        name: Their names.
        sha256: SHA-256 of the file, in hex; of all files' hashes, one after the other, when there are several.
    """

    name: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Target:
    """What an import is for, as it was said.

    Args:
        building_id: The building, or None when the site has none of that name yet.
        keep_others: Whether levels that the files do not show are kept.
        onto: The revision that they are kept from; None is the building's latest.
    """

    building_name: str
    building_id: UUID | None
    keep_others: bool = True
    onto: UUID | None = None


@dataclass(frozen=True, slots=True)
class Import:
    """Files of one building brought in together.

    Args:
        revision_id: The draft that came of it, or None.
        job_id: The job that reads it, or the last one that did; None when it was read by a command.
        attempts: How often a server has begun to read it since a person last asked for it.
        step: How far it has come, or had.
        problem: Why it was refused or failed, or None.
        started_by: A person's id; None is the operator at the command line.
    """

    id: UUID
    site_id: UUID
    target: Target
    source: Source
    state: ImportState
    revision_id: UUID | None
    job_id: int | None
    attempts: int
    step: Step
    problem: Problem | None
    started_at: datetime
    started_by: UUID | None
    finished_at: datetime | None


def add_import(c: Connection, site_id: UUID, target: Target, source: Source, *, started_by: UUID | None) -> Import:
    """Note that files were sent in; they wait to be read."""
    statement = insert(imports).values(
        id=uuid4(),
        site_id=site_id,
        building_id=target.building_id,
        building_name=target.building_name,
        keep_others=target.keep_others,
        onto=target.onto,
        state=ImportState.WAITING.value,
        attempts=0,
        file_name=source.name,
        size_bytes=source.size_bytes,
        sha256=source.sha256,
        started_by=started_by,
        **_BEGINNING,
    )
    return _import(c.execute(statement.returning(imports)).mappings().one())


def set_job(c: Connection, import_id: UUID, job_id: int) -> None:
    """Note which job reads an import."""
    c.execute(update(imports).where(imports.c.id == import_id).values(job_id=job_id))


def begin_import(c: Connection, import_id: UUID, job_id: int) -> Import | None:
    """Note that a job reads an import from now on; None when nothing is to come of it, or not by this job."""
    values = {"state": ImportState.RUNNING.value, "attempts": imports.c.attempts + 1, **_BEGINNING}
    return _change(c, (imports.c.id == import_id) & (imports.c.job_id == job_id) & _OPEN, values)


def put_back(c: Connection, running: Import) -> Import | None:
    """Let an import wait again, as if the attempt had not been; None when that attempt is not the one that runs."""
    values = {"state": ImportState.WAITING.value, "attempts": imports.c.attempts - 1, **_BEGINNING}
    return _change(c, _is(running), values)


def note_step(c: Connection, running: Import, step: Step) -> Import | None:
    """Note how far an import has come; None when that attempt is not the one that runs any more."""
    values = {"step": step.stage.value, "done": step.done, "total": step.total, "share": step.share}
    return _change(c, _is(running), values)


def lock_running(c: Connection, running: Import) -> bool:
    """Whether an attempt at an import is still the one that runs; if so, it stays so until the transaction ends."""
    locked = select(imports.c.id).where(_is(running)).with_for_update()
    return c.execute(locked).one_or_none() is not None


def finish_import(c: Connection, import_id: UUID, revision_id: UUID) -> Import:
    """Note the draft that came of an import.

    Raises:
        Conflict: It has ended before, or there is no such import.
    """
    return _end(c, import_id, ImportState.FINISHED, {"revision_id": revision_id, "share": 1.0})


def cancel_import(c: Connection, import_id: UUID) -> Import:
    """Note that a person stopped an import.

    Raises:
        Conflict: As for :func:`finish_import`.
    """
    return _end(c, import_id, ImportState.CANCELLED, {})


def fail_import(c: Connection, import_id: UUID, why: GeoServerError, *, refused: bool) -> Import:
    """Note that nothing came of an import, and why.

    Args:
        c: A connection inside a transaction.
        import_id: The import.
        why: What to put on record.
        refused: Whether the files, or what was said of them, are at fault.

    Raises:
        Conflict: As for :func:`finish_import`.
    """
    problem = asdict(Problem(why.what, why.where, why.advice, why.slug))
    return _end(c, import_id, ImportState.REFUSED if refused else ImportState.FAILED, {"problem": problem})


def reopen_import(c: Connection, import_id: UUID) -> Import | None:
    """Let an import that failed or was cancelled wait again; None when it is in another state."""
    again = imports.c.state.in_([ImportState.FAILED.value, ImportState.CANCELLED.value])
    values = {
        "state": ImportState.WAITING.value,
        "attempts": 0,
        "problem": None,
        "finished_at": None,
        **_BEGINNING,
    }
    return _change(c, (imports.c.id == import_id) & again, values)


def find_import(c: Connection, import_id: UUID) -> Import | None:
    """An import, on whichever site; or None."""
    row = c.execute(select(imports).where(imports.c.id == import_id)).mappings().one_or_none()
    return None if row is None else _import(row)


def load_import(c: Connection, site_id: UUID, import_id: UUID) -> Import:
    """An import of a site.

    Raises:
        NotFound: The site has no such import.
    """
    found = find_import(c, import_id)
    if found is None or found.site_id != site_id:
        raise NotFound(f"The site has no import {import_id}.")
    return found


def list_imports(c: Connection, site_id: UUID) -> list[Import]:
    """The imports of a site, latest first."""
    statement = select(imports).where(imports.c.site_id == site_id).order_by(imports.c.started_at.desc())
    return [_import(row) for row in c.execute(statement).mappings()]


def _is(running: Import) -> ColumnElement[bool]:
    """That an import runs, by the same job and at the same attempt: a server that was taken for dead changes nothing."""
    return (
        (imports.c.id == running.id)
        & (imports.c.job_id == running.job_id)
        & (imports.c.attempts == running.attempts)
        & (imports.c.state == ImportState.RUNNING.value)
    )


def _change(c: Connection, where: ColumnElement[bool], values: dict[str, Any]) -> Import | None:
    row = c.execute(update(imports).where(where).values(values).returning(imports)).mappings().one_or_none()
    return None if row is None else _import(row)


def _end(c: Connection, import_id: UUID, state: ImportState, values: dict[str, Any]) -> Import:
    ended = _change(
        c,
        (imports.c.id == import_id) & _OPEN,
        {"state": state.value, "finished_at": func.clock_timestamp(), **values},
    )
    if ended is None:
        raise _ended(import_id)
    return ended


def _ended(import_id: UUID) -> Conflict:
    return Conflict(
        f"The import {import_id} has ended already.", advice="See the list of imports for what became of it."
    )


def _import(row: RowMapping) -> Import:
    problem = row["problem"]
    return Import(
        id=row["id"],
        site_id=row["site_id"],
        target=Target(row["building_name"], row["building_id"], row["keep_others"], row["onto"]),
        source=Source(row["file_name"], row["size_bytes"], row["sha256"]),
        state=ImportState(row["state"]),
        revision_id=row["revision_id"],
        job_id=row["job_id"],
        attempts=row["attempts"],
        step=Step(Stage(row["step"]), row["done"], row["total"], row["share"]),
        problem=None if problem is None else Problem(**problem),
        started_at=row["started_at"],
        started_by=row["started_by"],
        finished_at=row["finished_at"],
    )
