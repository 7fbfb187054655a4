"""Where threats can be is kept beside a plan: ways are told of first, and areas follow."""

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
    # A plan of before has them in its document.
    op.execute(
        """
        UPDATE plans SET
            reach = convert_to((convert_from(document, 'UTF8')::json -> 'reach')::text, 'UTF8'),
            reach_etag = etag,
            document = convert_to((convert_from(document, 'UTF8')::jsonb - 'reach')::text, 'UTF8')
        WHERE document IS NOT NULL AND convert_from(document, 'UTF8')::json -> 'reach' IS NOT NULL
        """
    )


def downgrade() -> None:
    op.execute(
        """
        UPDATE plans SET document = convert_to(
            (convert_from(document, 'UTF8')::jsonb
             || jsonb_build_object('reach', convert_from(reach, 'UTF8')::jsonb))::text, 'UTF8')
        WHERE document IS NOT NULL AND reach IS NOT NULL
        """
    )
    op.execute("DELETE FROM events WHERE kind IN ('reach_made', 'reach_failed')")
    _take_event_kinds(_EVENTS_BEFORE)
    op.drop_column("plans", "reach_etag")
    op.drop_column("plans", "reach")


def _take_event_kinds(kinds: tuple[str, ...]) -> None:
    op.drop_constraint(op.f("ck_events_kind_known"), "events")
    op.create_check_constraint(op.f("ck_events_kind_known"), "events", f"kind IN ({_listed(kinds)})")


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)
