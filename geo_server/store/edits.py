"""Corrections of a draft, in the order in which they were made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Discriminator, TypeAdapter
from sqlalchemy import Connection, delete, func, insert, select

from geo_server.domain.edits import Edit
from geo_server.domain.errors import Conflict, NotFound
from geo_server.store.conflicts import refusing, refusing_bad_values
from geo_server.store.tables import floorplan_edits, floorplan_revisions

_EDIT: TypeAdapter[Edit] = TypeAdapter(Annotated[Edit, Discriminator("kind")])


@dataclass(frozen=True, slots=True)
class MadeEdit:
    """An edit of a revision.

    Args:
        number: 1, 2, ... within the revision.
        made_by: A person's id; None is the operator at the command line.
    """

    number: int
    edit: Edit
    made_at: datetime
    made_by: UUID | None


def add_edits(c: Connection, revision_id: UUID, edits: Sequence[Edit], *, by: UUID | None) -> None:
    """Keep edits after those that the revision has. The caller holds the draft's lock.

    Raises:
        NotFound: There is no such revision.
        Conflict: An edit of that id is there.
        InvalidInput: Something in it cannot be kept, such as a NUL character in a text.
    """
    where = floorplan_revisions.c.id == revision_id
    site_id = c.scalar(select(floorplan_revisions.c.site_id).where(where))
    if site_id is None:
        raise NotFound(f"There is no floorplan revision {revision_id}.")
    latest = select(func.max(floorplan_edits.c.number)).where(floorplan_edits.c.revision_id == revision_id)
    first = (c.scalar(latest) or 0) + 1
    rows = [
        {
            "site_id": site_id,
            "revision_id": revision_id,
            "number": number,
            "id": edit.id,
            "kind": edit.kind,
            "edit": _EDIT.dump_python(edit, mode="json"),
            "made_by": by,
        }
        for number, edit in enumerate(edits, first)
    ]
    taken = Conflict("An edit of this id was made before.", where="id", advice="Give each edit an id of its own.")
    with refusing_bad_values("edit", "Take it out."), refusing("uq_floorplan_edits_revision_id_id", taken):
        if rows:
            c.execute(insert(floorplan_edits), rows)


def list_edits(c: Connection, revision_id: UUID) -> list[MadeEdit]:
    """The edits of a revision, in their order."""
    statement = select(floorplan_edits).where(floorplan_edits.c.revision_id == revision_id)
    rows = c.execute(statement.order_by(floorplan_edits.c.number)).all()
    return [MadeEdit(row.number, _EDIT.validate_python(row.edit), row.made_at, row.made_by) for row in rows]


def remove_last_edit(c: Connection, revision_id: UUID) -> Edit | None:
    """Take back the last edit of a revision; None when it has none. The caller holds the draft's lock."""
    latest = select(func.max(floorplan_edits.c.number)).where(floorplan_edits.c.revision_id == revision_id)
    statement = delete(floorplan_edits).where(
        floorplan_edits.c.revision_id == revision_id, floorplan_edits.c.number == latest.scalar_subquery()
    )
    row = c.execute(statement.returning(floorplan_edits.c.edit)).one_or_none()
    return None if row is None else _EDIT.validate_python(row.edit)
