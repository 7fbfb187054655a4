"""What happens: incidents, sightings, reports, directives, plans and the live feed."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "incidents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("exercise", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("closed_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_incidents_closed_at_fits_state")
        ),
        sa.CheckConstraint("btrim(kind) <> ''", name=op.f("ck_incidents_kind_not_blank")),
        sa.CheckConstraint("state IN ('open', 'all_clear', 'closed')", name=op.f("ck_incidents_state_known")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_incidents_site_id_sites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
        sa.UniqueConstraint("site_id", "id", name=op.f("uq_incidents_site_id_id")),
    )
    op.create_index(
        "uq_incidents_open", "incidents", ["site_id"], unique=True, postgresql_where=sa.text("state = 'open'")
    )
    op.create_table(
        "threats",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("level_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("radius_m", sa.Double(), nullable=False),
        sa.Column("speed_mps", sa.Double(), nullable=False),
        sa.Column("seen_at", sa.TIMESTAMP(timezone=True), nullable=False),
        *_place("POINT"),
        sa.CheckConstraint("btrim(kind) <> ''", name=op.f("ck_threats_kind_not_blank")),
        sa.CheckConstraint("radius_m > 0", name=op.f("ck_threats_radius_m_positive")),
        sa.CheckConstraint("speed_mps > 0", name=op.f("ck_threats_speed_mps_positive")),
        sa.ForeignKeyConstraint(
            ["site_id", "incident_id"],
            ["incidents.site_id", "incidents.id"],
            name=op.f("fk_threats_site_id_incident_id_incidents"),
        ),
        sa.ForeignKeyConstraint(
            ["site_id", "level_id"], ["levels.site_id", "levels.id"], name=op.f("fk_threats_site_id_level_id_levels")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_threats_site_id_sites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_threats")),
        sa.UniqueConstraint("site_id", "id", name=op.f("uq_threats_site_id_id")),
    )
    op.create_index(op.f("ix_threats_geom_3857"), "threats", ["geom_3857"], postgresql_using="gist")
    op.create_index(op.f("ix_threats_incident_id"), "threats", ["incident_id"])
    op.create_table(
        "sightings",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("threat_id", sa.Uuid(), nullable=False),
        sa.Column("level_id", sa.Uuid(), nullable=False),
        sa.Column("radius_m", sa.Double(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column(
            "received_at", sa.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("reported_by", sa.Uuid(), nullable=True),
        *_place("POINT"),
        sa.Column("reporter_geom", Geometry("POINT", srid=4326, spatial_index=False), nullable=True),
        sa.CheckConstraint("btrim(source) <> ''", name=op.f("ck_sightings_source_not_blank")),
        sa.CheckConstraint("confidence BETWEEN 0 AND 1", name=op.f("ck_sightings_confidence_a_share")),
        sa.CheckConstraint("radius_m > 0", name=op.f("ck_sightings_radius_m_positive")),
        sa.ForeignKeyConstraint(["reported_by"], ["people.id"], name=op.f("fk_sightings_reported_by_people")),
        sa.ForeignKeyConstraint(
            ["site_id", "incident_id"],
            ["incidents.site_id", "incidents.id"],
            name=op.f("fk_sightings_site_id_incident_id_incidents"),
        ),
        sa.ForeignKeyConstraint(
            ["site_id", "level_id"], ["levels.site_id", "levels.id"], name=op.f("fk_sightings_site_id_level_id_levels")
        ),
        sa.ForeignKeyConstraint(
            ["site_id", "threat_id"],
            ["threats.site_id", "threats.id"],
            name=op.f("fk_sightings_site_id_threat_id_threats"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_sightings_site_id_sites")),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_sightings")),
    )
    op.create_index(op.f("ix_sightings_geom_3857"), "sightings", ["geom_3857"], postgresql_using="gist")
    op.create_index(op.f("ix_sightings_incident_id"), "sightings", ["incident_id"])
    op.create_table(
        "closures",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("since_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("reported_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("btrim(source) <> ''", name=op.f("ck_closures_source_not_blank")),
        sa.CheckConstraint("reason IN ('locked', 'blocked', 'burning')", name=op.f("ck_closures_reason_known")),
        sa.ForeignKeyConstraint(["reported_by"], ["people.id"], name=op.f("fk_closures_reported_by_people")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_closures_site_id_sites")),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_closures")),
    )
    op.create_index("ix_closures_in_force", "closures", ["site_id"], postgresql_where=sa.text("lifted_at IS NULL"))
    op.create_table(
        "status_reports",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("zone_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("client_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("received_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("adults", sa.Integer(), nullable=True),
        sa.Column("students", sa.Integer(), nullable=True),
        sa.Column("injured", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("reported_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "status IN ('unreported', 'threat_here', 'medical', 'help', 'evacuating', 'ok', 'evacuated', 'danger', 'cleared')",
            name=op.f("ck_status_reports_status_known"),
        ),
        sa.CheckConstraint("adults >= 0", name=op.f("ck_status_reports_adults_not_negative")),
        sa.CheckConstraint("injured >= 0", name=op.f("ck_status_reports_injured_not_negative")),
        sa.CheckConstraint("students >= 0", name=op.f("ck_status_reports_students_not_negative")),
        sa.ForeignKeyConstraint(["reported_by"], ["people.id"], name=op.f("fk_status_reports_reported_by_people")),
        sa.ForeignKeyConstraint(
            ["site_id", "incident_id"],
            ["incidents.site_id", "incidents.id"],
            name=op.f("fk_status_reports_site_id_incident_id_incidents"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_status_reports_site_id_sites")),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_status_reports")),
    )
    op.create_index(op.f("ix_status_reports_incident_id_zone_id"), "status_reports", ["incident_id", "zone_id"])
    op.create_table(
        "directives",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("zone_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("given_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("btrim(action) <> ''", name=op.f("ck_directives_action_not_blank")),
        sa.CheckConstraint("btrim(given_by) <> ''", name=op.f("ck_directives_given_by_not_blank")),
        sa.ForeignKeyConstraint(
            ["site_id", "incident_id"],
            ["incidents.site_id", "incidents.id"],
            name=op.f("fk_directives_site_id_incident_id_incidents"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_directives_site_id_sites")),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_directives")),
    )
    op.create_index(
        op.f("ix_directives_incident_id_zone_id_given_at"), "directives", ["incident_id", "zone_id", "given_at"]
    )
    op.create_table(
        "plans",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("floorplan_rev", sa.BigInteger(), nullable=False),
        sa.Column("parameters_hash", sa.Text(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.CheckConstraint("btrim(parameters_hash) <> ''", name=op.f("ck_plans_parameters_hash_not_blank")),
        sa.CheckConstraint("floorplan_rev >= 0", name=op.f("ck_plans_floorplan_rev_not_negative")),
        sa.CheckConstraint("seq >= 0", name=op.f("ck_plans_seq_not_negative")),
        sa.ForeignKeyConstraint(
            ["site_id", "incident_id"],
            ["incidents.site_id", "incidents.id"],
            name=op.f("fk_plans_site_id_incident_id_incidents"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_plans_site_id_sites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plans")),
        sa.UniqueConstraint("incident_id", "seq", name=op.f("uq_plans_incident_id_seq")),
    )
    op.create_table(
        "events",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("payload", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('floorplan_published', 'incident_opened', 'incident_changed', 'sighting_added', 'sighting_retracted', 'closure_added', 'closure_lifted', 'directive_given', 'status_reported', 'plan_made', 'plan_failed')",
            name=op.f("ck_events_kind_known"),
        ),
        sa.CheckConstraint("seq > 0", name=op.f("ck_events_seq_positive")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_events_site_id_sites")),
        sa.PrimaryKeyConstraint("site_id", "seq", name=op.f("pk_events")),
    )


def downgrade() -> None:
    for table in ("events", "plans", "directives", "status_reports", "closures", "sightings", "threats", "incidents"):
        op.drop_table(table)


def _place(kind: str, *, nullable: bool = False) -> tuple[sa.Column[object], sa.Column[object]]:
    return (
        sa.Column("geom", Geometry(kind, srid=4326, spatial_index=False), nullable=nullable),
        sa.Column(
            "geom_3857",
            Geometry(kind, srid=3857, spatial_index=False),
            sa.Computed("ST_Transform(geom, 3857)", persisted=True),
        ),
    )
