"""What people say of a drill."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_KINDS_BEFORE = (
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
)
_PROBLEMS = (
    "congestion",
    "alarm_not_heard",
    "unsure_what_to_do",
    "could_not_lock",
    "left_open",
    "lights_on",
    "attendance",
    "assistance",
    "map_not_reachable",
    "radio",
    "network",
    "other",
)


def upgrade() -> None:
    op.create_table(
        "drill_forms",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("form", JSONB(), nullable=False),
        sa.Column("changed_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        *_of_incident("drill_forms"),
        sa.ForeignKeyConstraint(["changed_by"], ["people.id"], name=op.f("fk_drill_forms_changed_by_people")),
        sa.PrimaryKeyConstraint("site_id", "incident_id", name=op.f("pk_drill_forms")),
    )
    op.create_table(
        "drill_problems",
        *_noted("drill_problems"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("zone_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(f"kind IN ({_listed(_PROBLEMS)})", name=op.f("ck_drill_problems_kind_known")),
    )
    op.create_table(
        "drill_actions",
        *_noted("drill_actions"),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("done_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("btrim(what) <> ''", name=op.f("ck_drill_actions_what_not_blank")),
    )
    for table in ("drill_problems", "drill_actions"):
        op.create_index(op.f(f"ix_{table}_incident_id"), table, ["incident_id"])
    _take_event_kinds((*_KINDS_BEFORE, "drill_changed"))


def downgrade() -> None:
    op.execute("DELETE FROM events WHERE kind = 'drill_changed'")
    _take_event_kinds(_KINDS_BEFORE)
    for table in ("drill_actions", "drill_problems", "drill_forms"):
        op.drop_table(table)


def _noted(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("noted_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("noted_by", sa.Text(), nullable=False),
        sa.CheckConstraint("btrim(noted_by) <> ''", name=op.f(f"ck_{table}_noted_by_not_blank")),
        *_of_incident(table),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f(f"pk_{table}")),
    )


def _of_incident(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.ForeignKeyConstraint(
            ["site_id", "incident_id"],
            ["incidents.site_id", "incidents.id"],
            name=op.f(f"fk_{table}_site_id_incident_id_incidents"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f(f"fk_{table}_site_id_sites")),
    )


def _take_event_kinds(kinds: tuple[str, ...]) -> None:
    op.drop_constraint(op.f("ck_events_kind_known"), "events")
    op.create_check_constraint(op.f("ck_events_kind_known"), "events", f"kind IN ({_listed(kinds)})")


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)
