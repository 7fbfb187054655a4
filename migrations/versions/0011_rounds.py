"""Rounds: checkpoints, what was found at them, and faults."""

import geoalchemy2
import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
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
    "drill_changed",
)
_KINDS_ADDED = ("round_changed", "fault_changed")
_FAULTS = ("stuck", "blocked", "locked_out", "propped", "lock_broken", "damaged", "other")


def upgrade() -> None:
    _add_checkpoints()
    _add_rounds()
    _add_checks()
    _add_faults()
    _take_event_kinds((*_KINDS_BEFORE, *_KINDS_ADDED))


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM events WHERE kind = ANY(:added)").bindparams(added=list(_KINDS_ADDED)))
    _take_event_kinds(_KINDS_BEFORE)
    for table in ("faults", "checks", "rounds", "checkpoints"):
        op.drop_table(table)


def _add_checkpoints() -> None:
    op.create_table(
        "checkpoints",
        *_key(),
        sa.Column("level_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("geom", geoalchemy2.Geometry("POINT", srid=4326, spatial_index=False), nullable=False),
        sa.Column(
            "geom_3857",
            geoalchemy2.Geometry("POINT", srid=3857, spatial_index=False),
            sa.Computed("ST_Transform(geom, 3857)", persisted=True),
        ),
        _moment("added_at", server_default=sa.text("clock_timestamp()")),
        sa.Column("added_by", sa.Uuid(), nullable=True),
        _moment("retired_at", nullable=True),
        sa.CheckConstraint("btrim(name) <> ''", name=op.f("ck_checkpoints_name_not_blank")),
        *_of_site("checkpoints", level_id="levels"),
        _of_person("checkpoints", "added_by"),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_checkpoints")),
    )
    op.create_index(
        "uq_checkpoints_subject",
        "checkpoints",
        ["site_id", "subject_id"],
        unique=True,
        postgresql_where=sa.text("retired_at IS NULL"),
    )
    op.create_index(op.f("ix_checkpoints_geom_3857"), "checkpoints", ["geom_3857"], postgresql_using="gist")


def _add_rounds() -> None:
    op.create_table(
        "rounds",
        *_key(),
        _moment("client_at"),
        _moment("started_at"),
        sa.Column("started_by", sa.Uuid(), nullable=True),
        _moment("finished_at", nullable=True),
        *_of_site("rounds"),
        _of_person("rounds", "started_by"),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_rounds")),
    )


def _add_checks() -> None:
    op.create_table(
        "checks",
        *_key(),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("checkpoint_id", sa.Uuid(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        _moment("client_at"),
        _moment("received_at"),
        sa.Column("checked_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(f"fault IN ({_listed(_FAULTS)})", name=op.f("ck_checks_fault_known")),
        *_of_site("checks", round_id="rounds", checkpoint_id="checkpoints"),
        _of_person("checks", "checked_by"),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_checks")),
    )
    op.create_index(op.f("ix_checks_site_id_checkpoint_id"), "checks", ["site_id", "checkpoint_id"])
    op.create_index(op.f("ix_checks_round_id"), "checks", ["round_id"])


def _add_faults() -> None:
    op.create_table(
        "faults",
        *_key(),
        sa.Column("checkpoint_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        _moment("found_at"),
        sa.Column("closure_id", sa.Uuid(), nullable=True),
        _moment("mended_at", nullable=True),
        sa.Column("mended_by", sa.Uuid(), nullable=True),
        sa.Column("mended_note", sa.Text(), nullable=False),
        sa.CheckConstraint(f"kind IN ({_listed(_FAULTS)})", name=op.f("ck_faults_kind_known")),
        sa.CheckConstraint(
            "mended_at IS NOT NULL OR (mended_by IS NULL AND mended_note = '')",
            name=op.f("ck_faults_mended_as_a_whole"),
        ),
        *_of_site("faults", id="checks", checkpoint_id="checkpoints", closure_id="closures"),
        _of_person("faults", "mended_by"),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_faults")),
    )
    op.create_index(
        "uq_faults_open",
        "faults",
        ["site_id", "checkpoint_id", "kind"],
        unique=True,
        postgresql_where=sa.text("mended_at IS NULL"),
    )


def _key() -> tuple[sa.Column[object], ...]:
    return (sa.Column("site_id", sa.Uuid(), nullable=False), sa.Column("id", sa.Uuid(), nullable=False))


def _moment(name: str, **more: object) -> sa.Column[object]:
    return sa.Column(name, sa.TIMESTAMP(timezone=True), **{"nullable": False, **more})


def _of_site(table: str, **columns: str) -> tuple[sa.ForeignKeyConstraint, ...]:
    return (
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f(f"fk_{table}_site_id_sites")),
        *(
            sa.ForeignKeyConstraint(
                ["site_id", column],
                [f"{other}.site_id", f"{other}.id"],
                name=op.f(f"fk_{table}_site_id_{column}_{other}"),
            )
            for column, other in columns.items()
        ),
    )


def _of_person(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["people.id"], name=op.f(f"fk_{table}_{column}_people"))


def _take_event_kinds(kinds: tuple[str, ...]) -> None:
    op.drop_constraint(op.f("ck_events_kind_known"), "events")
    op.create_check_constraint(op.f("ck_events_kind_known"), "events", f"kind IN ({_listed(kinds)})")


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)
