"""What follows an alarm: all-clears with their moment, retracted sightings, conflicts, and plans known by their tag."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
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
)
_KINDS_ADDED = ("conflict_raised", "conflict_settled")


def upgrade() -> None:
    _keep_when_the_all_clear_was_given()
    _let_sightings_be_retracted()
    _add_conflicts()
    _know_plans_by_their_tag()
    _take_event_kinds((*_KINDS_BEFORE, *_KINDS_ADDED))


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM events WHERE kind = ANY(:added)").bindparams(added=list(_KINDS_ADDED)))
    _take_event_kinds(_KINDS_BEFORE)
    op.execute("DELETE FROM plans WHERE document IS NULL")
    op.alter_column("plans", "document", nullable=False)
    op.drop_column("plans", "made_for_at")
    op.drop_column("plans", "etag")
    op.drop_table("conflicts")
    for column in ("retracted_reason", "retracted_by", "retracted_at", "kind"):
        op.drop_column("sightings", column)
    op.drop_index(op.f("ix_sightings_threat_id"), "sightings")
    op.drop_column("threats", "withdrawn_at")
    op.drop_column("incidents", "cleared_at")


def _keep_when_the_all_clear_was_given() -> None:
    op.add_column("incidents", sa.Column("cleared_at", sa.TIMESTAMP(timezone=True), nullable=True))
    op.execute(
        """
        UPDATE incidents SET cleared_at = coalesce(
            (SELECT max(at) FROM events
             WHERE events.site_id = incidents.site_id AND kind = 'incident_changed'
               AND payload ->> 'incident_id' = incidents.id::text AND payload ->> 'state' = 'all_clear'),
            closed_at, opened_at)
        WHERE state <> 'open'
        """
    )
    op.create_check_constraint(
        op.f("ck_incidents_cleared_at_fits_state"), "incidents", "(state = 'open') = (cleared_at IS NULL)"
    )


def _let_sightings_be_retracted() -> None:
    op.add_column("threats", sa.Column("withdrawn_at", sa.TIMESTAMP(timezone=True), nullable=True))
    op.add_column("sightings", sa.Column("kind", sa.Text(), nullable=True))
    op.execute("UPDATE sightings SET kind = threats.kind FROM threats WHERE threats.id = sightings.threat_id")
    op.alter_column("sightings", "kind", nullable=False)
    op.add_column("sightings", sa.Column("retracted_at", sa.TIMESTAMP(timezone=True), nullable=True))
    op.add_column("sightings", sa.Column("retracted_by", sa.Uuid(), nullable=True))
    op.add_column("sightings", sa.Column("retracted_reason", sa.Text(), nullable=True))
    op.create_foreign_key(op.f("fk_sightings_retracted_by_people"), "sightings", "people", ["retracted_by"], ["id"])
    op.create_check_constraint(op.f("ck_sightings_kind_not_blank"), "sightings", "btrim(kind) <> ''")
    op.create_check_constraint(
        op.f("ck_sightings_retracted_reason_not_blank"), "sightings", "btrim(retracted_reason) <> ''"
    )
    op.create_check_constraint(
        op.f("ck_sightings_retracted_for_a_reason"),
        "sightings",
        "(retracted_at IS NULL) = (retracted_reason IS NULL)",
    )
    op.create_index(op.f("ix_sightings_threat_id"), "sightings", ["threat_id"])


def _add_conflicts() -> None:
    op.create_table(
        "conflicts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("settled_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("settled_by", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("btrim(action) <> ''", name=op.f("ck_conflicts_action_not_blank")),
        sa.CheckConstraint("btrim(kind) <> ''", name=op.f("ck_conflicts_kind_not_blank")),
        sa.CheckConstraint("decision IN ('keep', 'change')", name=op.f("ck_conflicts_decision_known")),
        sa.CheckConstraint(
            "num_nonnulls(decision, settled_at, settled_by) IN (0, 3)", name=op.f("ck_conflicts_settled_as_a_whole")
        ),
        sa.ForeignKeyConstraint(
            ["site_id", "incident_id"],
            ["incidents.site_id", "incidents.id"],
            name=op.f("fk_conflicts_site_id_incident_id_incidents"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_conflicts_site_id_sites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflicts")),
    )
    op.create_index(
        "uq_conflicts_unsettled",
        "conflicts",
        ["incident_id", "kind"],
        unique=True,
        postgresql_where=sa.text("settled_at IS NULL"),
    )


def _know_plans_by_their_tag() -> None:
    op.add_column("plans", sa.Column("etag", sa.Text(), nullable=True))
    op.add_column("plans", sa.Column("made_for_at", sa.TIMESTAMP(timezone=True), nullable=True))
    op.execute(
        """
        UPDATE plans SET
            etag = left(encode(sha256(document), 'hex'), 32),
            made_for_at = coalesce((convert_from(document, 'UTF8')::jsonb ->> 'made_for_at')::timestamptz, made_at)
        """
    )
    op.alter_column("plans", "etag", nullable=False)
    op.alter_column("plans", "made_for_at", nullable=False)
    op.alter_column("plans", "document", nullable=True)
    op.create_check_constraint(op.f("ck_plans_etag_not_blank"), "plans", "btrim(etag) <> ''")


def _take_event_kinds(kinds: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    op.drop_constraint(op.f("ck_events_kind_known"), "events")
    op.create_check_constraint(op.f("ck_events_kind_known"), "events", f"kind IN ({listed})")
