"""Where threats can be is kept beside a plan: ways are told of first, and areas follow. Both are packed by whoever made them."""

import gzip
import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_EVENTS_BEFORE = (
    "floorplan_published",
    "incident_opened",
    "incident_changed",
    "sighting_added",
    "sighting_retracted",
    "closure_added",
    "closure_lifted",
    "directive_given",
    "status_reported",
    "plan_made",
    "plan_failed",
    "conflict_raised",
    "conflict_settled",
    "import_changed",
    "drill_changed",
    "round_changed",
    "fault_changed",
    "concern_changed",
)


def upgrade() -> None:
    op.add_column("plans", sa.Column("reach", sa.LargeBinary(), nullable=True))
    op.add_column("plans", sa.Column("reach_etag", sa.Text(), nullable=True))
    _take_event_kinds((*_EVENTS_BEFORE, "reach_made", "reach_failed"))
    for column in ("document", "reach"):
        op.execute(f"ALTER TABLE plans ALTER COLUMN {column} SET STORAGE EXTERNAL")
    # A plan of before has its reach in its document.
    for plan_id, document, _ in _plans():
        whole = json.loads(document)
        reach = whole.pop("reach", None)
        packed = {"id": plan_id, "document": _pack(whole), "reach": None if reach is None else _pack(reach)}
        packed["drawn"] = reach is not None
        op.get_bind().execute(
            sa.text(
                "UPDATE plans SET document = :document, reach = :reach,"
                " reach_etag = CASE WHEN :drawn THEN etag END WHERE id = :id"
            ),
            packed,
        )


def downgrade() -> None:
    for plan_id, document, reach in _plans():
        whole = json.loads(gzip.decompress(document))
        whole["reach"] = [] if reach is None else json.loads(gzip.decompress(reach))
        statement = sa.text("UPDATE plans SET document = :document WHERE id = :id")
        op.get_bind().execute(statement, {"id": plan_id, "document": json.dumps(whole).encode()})
    for column in ("document", "reach"):
        op.execute(f"ALTER TABLE plans ALTER COLUMN {column} SET STORAGE EXTENDED")
    op.execute("DELETE FROM events WHERE kind IN ('reach_made', 'reach_failed')")
    _take_event_kinds(_EVENTS_BEFORE)
    op.drop_column("plans", "reach_etag")
    op.drop_column("plans", "reach")


def _plans() -> Iterator[tuple[Any, bytes, bytes | None]]:
    """The id, the document and the reach of each plan that has a document."""
    bind = op.get_bind()
    for plan_id in bind.scalars(sa.text("SELECT id FROM plans WHERE document IS NOT NULL")).all():
        row = bind.execute(sa.text("SELECT document, reach FROM plans WHERE id = :id"), {"id": plan_id}).one()
        yield plan_id, row.document, row.reach


def _pack(value: object) -> bytes:
    return gzip.compress(json.dumps(value, ensure_ascii=False).encode(), 3, mtime=0)


def _take_event_kinds(kinds: tuple[str, ...]) -> None:
    op.drop_constraint(op.f("ck_events_kind_known"), "events")
    op.create_check_constraint(op.f("ck_events_kind_known"), "events", f"kind IN ({_listed(kinds)})")


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)
