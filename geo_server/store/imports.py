"""What was brought in, by whom, and what became of it: kept in the database, so that it survives a restart."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from geo_server.domain.errors import Conflict, GeoServerError, NotFound
from geo_server.domain.states import ImportState
from geo_server.store.tables import imports

_RUNNING = imports.c.state == ImportState.RUNNING.value


@dataclass(frozen=True, slots=True)
class Problem:
    """Why an import failed: the three parts of a refusal."""

    what: str
    where: str | None = None
    advice: str | None = None


@dataclass(frozen=True, slots=True)
class Import:
    """One file brought in.

    Args:
        building_id: The building that it was brought in for, or None when that was not known yet.
        revision_id: The draft that came of it; None while it runs and when it failed.
        sha256: SHA-256 of the file, in hex.
        step: What it is doing, or did last, in a few words.
        problem: Why it failed, or None.
        started_by: A person's id; None is the operator at the command line.
    """

    id: UUID
    site_id: UUID
    building_id: UUID | None
    revision_id: UUID | None
    state: ImportState
    file_name: str
    size_bytes: int
    sha256: str
    step: str
    problem: Problem | None
    started_at: datetime
    started_by: UUID | None
    finished_at: datetime | None


def add_import(
    c: Connection,
    *,
    site_id: UUID,
    building_id: UUID | None,
    file_name: str,
    size_bytes: int,
    sha256: str,
    started_by: UUID | None,
) -> Import:
    """Note that a file is being brought in; it is running from now on."""
    statement = insert(imports).values(
        id=uuid4(),
        site_id=site_id,
        building_id=building_id,
        state=ImportState.RUNNING.value,
        file_name=file_name,
        size_bytes=size_bytes,
        sha256=sha256,
        step="received",
        started_by=started_by,
    )
    return _import(c.execute(statement.returning(imports)).mappings().one())


def note_step(c: Connection, import_ids: Sequence[UUID], step: str) -> None:
    """Note what running imports are doing, in a few words, and that they still run."""
    statement = update(imports).where(imports.c.id.in_(import_ids), _RUNNING)
    c.execute(statement.values(step=step, heard_at=func.clock_timestamp()))


def fail_silent_imports(c: Connection, silent_s: float, why: GeoServerError) -> int:
    """Mark running imports that have not been heard of for so long as failed; how many that were.

    Args:
        c: A connection inside a transaction.
        silent_s: Seconds.
        why: What to put on record.
    """
    silent = imports.c.heard_at < func.clock_timestamp() - timedelta(seconds=silent_s)
    return c.execute(update(imports).where(_RUNNING, silent).values(_failed(why))).rowcount


def finish_import(c: Connection, import_id: UUID, *, result: UUID | GeoServerError) -> Import:
    """Note what became of a running import.

    Args:
        c: A connection inside a transaction.
        import_id: The import.
        result: The id of the draft that came of it, or the refusal that it ended with.

    Raises:
        Conflict: It is not running, or there is no such import.
    """
    ended = _finished(result) if isinstance(result, UUID) else _failed(result)
    statement = update(imports).where(imports.c.id == import_id, _RUNNING).values(ended)
    row = c.execute(statement.returning(imports)).mappings().one_or_none()
    if row is None:
        raise Conflict(
            f"The import {import_id} is not running: nothing was heard of it for too long.",
            advice="Send the file again.",
        )
    return _import(row)


def load_import(c: Connection, site_id: UUID, import_id: UUID) -> Import:
    """An import of a site.

    Raises:
        NotFound: The site has no such import.
    """
    where = (imports.c.site_id == site_id) & (imports.c.id == import_id)
    row = c.execute(select(imports).where(where)).mappings().one_or_none()
    if row is None:
        raise NotFound(f"The site has no import {import_id}.")
    return _import(row)


def list_imports(c: Connection, site_id: UUID) -> list[Import]:
    """The imports of a site, latest first."""
    statement = select(imports).where(imports.c.site_id == site_id).order_by(imports.c.started_at.desc())
    return [_import(row) for row in c.execute(statement).mappings()]


def _finished(revision_id: UUID) -> dict[str, Any]:
    return {
        "state": ImportState.FINISHED.value,
        "revision_id": revision_id,
        "finished_at": func.clock_timestamp(),
    }


def _failed(why: GeoServerError) -> dict[str, Any]:
    return {
        "state": ImportState.FAILED.value,
        "problem": asdict(Problem(why.what, why.where, why.advice)),
        "finished_at": func.clock_timestamp(),
    }


def _import(row: RowMapping) -> Import:
    problem = row["problem"]
    return Import(
        id=row["id"],
        site_id=row["site_id"],
        building_id=row["building_id"],
        revision_id=row["revision_id"],
        state=ImportState(row["state"]),
        file_name=row["file_name"],
        size_bytes=row["size_bytes"],
        sha256=row["sha256"],
        step=row["step"],
        problem=None if problem is None else Problem(**problem),
        started_at=row["started_at"],
        started_by=row["started_by"],
        finished_at=row["finished_at"],
    )
