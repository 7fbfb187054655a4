"""Buildings, levels and the revisions of their floorplans; assembly points; imports."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "buildings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "created_at", sa.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("btrim(name) <> ''", name=op.f("ck_buildings_name_not_blank")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_buildings_site_id_sites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_buildings")),
        sa.UniqueConstraint("site_id", "id", name=op.f("uq_buildings_site_id_id")),
        sa.UniqueConstraint("site_id", "name", name=op.f("uq_buildings_site_id_name")),
    )
    op.create_table(
        "levels",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("building_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id", "building_id"],
            ["buildings.site_id", "buildings.id"],
            name=op.f("fk_levels_site_id_building_id_buildings"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_levels_site_id_sites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_levels")),
        sa.UniqueConstraint("building_id", "ordinal", name=op.f("uq_levels_building_id_ordinal")),
        sa.UniqueConstraint("site_id", "id", name=op.f("uq_levels_site_id_id")),
    )
    op.create_table(
        "floorplan_revisions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("building_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("document", postgresql.JSONB(), nullable=False),
        sa.Column("findings", postgresql.JSONB(), nullable=False),
        sa.Column("placement", postgresql.JSONB(), nullable=True),
        sa.Column("source_name", sa.Text(), nullable=False),
        sa.Column("source_sha256", sa.Text(), nullable=False),
        sa.Column(
            "created_at", sa.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("placed_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("published_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("published_by", sa.Uuid(), nullable=True),
        sa.Column("signed_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'draft') = (published_at IS NULL)", name=op.f("ck_floorplan_revisions_published_at_fits_state")
        ),
        sa.CheckConstraint("source_sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_floorplan_revisions_source_sha256_hex")),
        sa.CheckConstraint(
            "state IN ('draft', 'published', 'superseded')", name=op.f("ck_floorplan_revisions_state_known")
        ),
        sa.CheckConstraint("number > 0", name=op.f("ck_floorplan_revisions_number_positive")),
        sa.CheckConstraint(
            "published_at IS NULL OR placed_at IS NOT NULL", name=op.f("ck_floorplan_revisions_placed_before_published")
        ),
        sa.ForeignKeyConstraint(["created_by"], ["people.id"], name=op.f("fk_floorplan_revisions_created_by_people")),
        sa.ForeignKeyConstraint(
            ["published_by"], ["people.id"], name=op.f("fk_floorplan_revisions_published_by_people")
        ),
        sa.ForeignKeyConstraint(
            ["site_id", "building_id"],
            ["buildings.site_id", "buildings.id"],
            name=op.f("fk_floorplan_revisions_site_id_building_id_buildings"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_floorplan_revisions_site_id_sites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_floorplan_revisions")),
        sa.UniqueConstraint("building_id", "number", name=op.f("uq_floorplan_revisions_building_id_number")),
        sa.UniqueConstraint("site_id", "id", name=op.f("uq_floorplan_revisions_site_id_id")),
    )
    op.create_index(op.f("ix_floorplan_revisions_site_id_state"), "floorplan_revisions", ["site_id", "state"])
    op.create_index(
        "uq_floorplan_revisions_published",
        "floorplan_revisions",
        ["building_id"],
        unique=True,
        postgresql_where=sa.text("state = 'published'"),
    )
    op.create_table(
        "revision_levels",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("revision_id", sa.Uuid(), nullable=False),
        sa.Column("level_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        *_place("GEOMETRY", nullable=True),
        sa.CheckConstraint(
            "GeometryType(geom) IN ('POLYGON', 'MULTIPOLYGON')", name=op.f("ck_revision_levels_geom_areal")
        ),
        sa.ForeignKeyConstraint(
            ["site_id", "level_id"],
            ["levels.site_id", "levels.id"],
            name=op.f("fk_revision_levels_site_id_level_id_levels"),
        ),
        sa.ForeignKeyConstraint(
            ["site_id", "revision_id"],
            ["floorplan_revisions.site_id", "floorplan_revisions.id"],
            name=op.f("fk_revision_levels_site_id_revision_id_floorplan_revisions"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_revision_levels_site_id_sites")),
        sa.PrimaryKeyConstraint("revision_id", "level_id", name=op.f("pk_revision_levels")),
    )
    op.create_index(op.f("ix_revision_levels_geom_3857"), "revision_levels", ["geom_3857"], postgresql_using="gist")
    op.create_table(
        "assembly_points",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        *_place("POINT"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_assembly_points_site_id_sites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assembly_points")),
    )
    op.create_index(op.f("ix_assembly_points_geom_3857"), "assembly_points", ["geom_3857"], postgresql_using="gist")
    op.create_table(
        "imports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("building_id", sa.Uuid(), nullable=True),
        sa.Column("revision_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("problem", postgresql.JSONB(), nullable=True),
        sa.Column(
            "started_at", sa.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("started_by", sa.Uuid(), nullable=True),
        sa.Column("finished_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'failed') = (problem IS NOT NULL)", name=op.f("ck_imports_problem_fits_state")),
        sa.CheckConstraint(
            "(state = 'running') = (finished_at IS NULL)", name=op.f("ck_imports_finished_at_fits_state")
        ),
        sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_imports_sha256_hex")),
        sa.CheckConstraint("state IN ('running', 'finished', 'failed')", name=op.f("ck_imports_state_known")),
        sa.CheckConstraint("size_bytes >= 0", name=op.f("ck_imports_size_bytes_not_negative")),
        sa.ForeignKeyConstraint(
            ["site_id", "building_id"],
            ["buildings.site_id", "buildings.id"],
            name=op.f("fk_imports_site_id_building_id_buildings"),
        ),
        sa.ForeignKeyConstraint(
            ["site_id", "revision_id"],
            ["floorplan_revisions.site_id", "floorplan_revisions.id"],
            name=op.f("fk_imports_site_id_revision_id_floorplan_revisions"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_imports_site_id_sites")),
        sa.ForeignKeyConstraint(["started_by"], ["people.id"], name=op.f("fk_imports_started_by_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
    )
    op.create_index(op.f("ix_imports_site_id_started_at"), "imports", ["site_id", "started_at"])


def downgrade() -> None:
    for table in ("imports", "assembly_points", "revision_levels", "floorplan_revisions", "levels", "buildings"):
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
