"""The files of imports, as they were sent: kept until their import ends well or is refused, so that it can be read again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, insert, select

from geo_server.store.tables import import_files, imports


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that was sent.

    Args:
        said: JSON values of what a person said about it.
    """

    name: str
    data: bytes
    said: Mapping[str, Any]


def add_files(c: Connection, site_id: UUID, import_id: UUID, files: Sequence[StoredFile]) -> None:
    """Keep the files of an import, in their order; one at a time, for they may be large."""
    for number, file in enumerate(files):
        values = {"number": number, "name": file.name, "said": dict(file.said), "data": file.data}
        c.execute(insert(import_files).values(site_id=site_id, import_id=import_id, **values))


def load_files(c: Connection, import_id: UUID) -> list[StoredFile]:
    """The files of an import, in their order; none when they are not kept any more."""
    statement = select(import_files).where(import_files.c.import_id == import_id).order_by(import_files.c.number)
    return [StoredFile(row["name"], row["data"], row["said"]) for row in c.execute(statement).mappings()]


def has_files(c: Connection, import_id: UUID) -> bool:
    """Whether the files of an import are still kept."""
    statement = select(import_files.c.number).where(import_files.c.import_id == import_id).limit(1)
    return c.execute(statement).one_or_none() is not None


def forget_files(c: Connection, import_id: UUID) -> None:
    """Delete the files of an import."""
    c.execute(delete(import_files).where(import_files.c.import_id == import_id))


def forget_old_files(c: Connection, before: datetime) -> int:
    """Delete the files of imports that ended before a moment; returns how many files that were."""
    ended = select(imports.c.id).where(imports.c.finished_at < before)
    return c.execute(delete(import_files).where(import_files.c.import_id.in_(ended))).rowcount
