"""What a floorplan revision holds: zones, openings, transitions, walls and assets."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "zones",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("revision_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("level_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("alias", sa.Text(), nullable=True),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("lockable", sa.Boolean(), nullable=True),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("area_m2", sa.Double(), nullable=False),
        *_place("POLYGON"),
        sa.CheckConstraint("btrim(name) <> ''", name=op.f("ck_zones_name_not_blank")),
        sa.CheckConstraint(
            "category IN ('room', 'corridor', 'stairs', 'elevator', 'ramp', 'restroom', 'assembly', 'shelter', 'service', 'outdoor', 'unspecified')",
            name=op.f("ck_zones_category_known"),
        ),
        sa.CheckConstraint("area_m2 > 0", name=op.f("ck_zones_area_m2_positive")),
        sa.CheckConstraint("capacity >= 0", name=op.f("ck_zones_capacity_not_negative")),
        sa.ForeignKeyConstraint(
            ["revision_id", "level_id"],
            ["revision_levels.revision_id", "revision_levels.level_id"],
            name=op.f("fk_zones_revision_id_level_id_revision_levels"),
        ),
        sa.ForeignKeyConstraint(
            ["site_id", "revision_id"],
            ["floorplan_revisions.site_id", "floorplan_revisions.id"],
            name=op.f("fk_zones_site_id_revision_id_floorplan_revisions"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_zones_site_id_sites")),
        sa.PrimaryKeyConstraint("revision_id", "id", name=op.f("pk_zones")),
    )
    op.create_index(op.f("ix_zones_geom_3857"), "zones", ["geom_3857"], postgresql_using="gist")
    op.create_index(op.f("ix_zones_revision_id_level_id"), "zones", ["revision_id", "level_id"])
    op.create_table(
        "openings",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("revision_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("level_id", sa.Uuid(), nullable=False),
        sa.Column("zone_a_id", sa.Uuid(), nullable=True),
        sa.Column("zone_b_id", sa.Uuid(), nullable=True),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("width_m", sa.Double(), nullable=False),
        sa.Column("exit", sa.Boolean(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("lock_delay_s", sa.Double(), nullable=False),
        *_place("LINESTRING"),
        sa.CheckConstraint("category IN ('door', 'gap', 'emergency_exit')", name=op.f("ck_openings_category_known")),
        sa.CheckConstraint("lock_delay_s >= 0", name=op.f("ck_openings_lock_delay_s_not_negative")),
        sa.CheckConstraint("width_m > 0", name=op.f("ck_openings_width_m_positive")),
        sa.CheckConstraint("zone_a_id IS NOT NULL OR zone_b_id IS NOT NULL", name=op.f("ck_openings_joins_something")),
        sa.ForeignKeyConstraint(
            ["revision_id", "level_id"],
            ["revision_levels.revision_id", "revision_levels.level_id"],
            name=op.f("fk_openings_revision_id_level_id_revision_levels"),
        ),
        sa.ForeignKeyConstraint(
            ["revision_id", "zone_a_id"],
            ["zones.revision_id", "zones.id"],
            name=op.f("fk_openings_revision_id_zone_a_id_zones"),
        ),
        sa.ForeignKeyConstraint(
            ["revision_id", "zone_b_id"],
            ["zones.revision_id", "zones.id"],
            name=op.f("fk_openings_revision_id_zone_b_id_zones"),
        ),
        sa.ForeignKeyConstraint(
            ["site_id", "revision_id"],
            ["floorplan_revisions.site_id", "floorplan_revisions.id"],
            name=op.f("fk_openings_site_id_revision_id_floorplan_revisions"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_openings_site_id_sites")),
        sa.PrimaryKeyConstraint("revision_id", "id", name=op.f("pk_openings")),
    )
    op.create_index(op.f("ix_openings_geom_3857"), "openings", ["geom_3857"], postgresql_using="gist")
    op.create_index(op.f("ix_openings_revision_id_level_id"), "openings", ["revision_id", "level_id"])
    op.create_table(
        "transitions",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("revision_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("level_id", sa.Uuid(), nullable=False),
        sa.Column("lower_zone_id", sa.Uuid(), nullable=False),
        sa.Column("upper_zone_id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("length_m", sa.Double(), nullable=False),
        sa.Column("riser_m", sa.Double(), nullable=True),
        sa.Column("tread_m", sa.Double(), nullable=True),
        sa.Column("step_free", sa.Boolean(), nullable=False),
        *_place("GEOMETRY"),
        sa.CheckConstraint(
            "GeometryType(geom) IN ('POINT', 'LINESTRING')", name=op.f("ck_transitions_geom_point_or_line")
        ),
        sa.CheckConstraint("category IN ('stairs', 'ramp', 'elevator')", name=op.f("ck_transitions_category_known")),
        sa.CheckConstraint("length_m >= 0", name=op.f("ck_transitions_length_m_not_negative")),
        sa.CheckConstraint("riser_m > 0", name=op.f("ck_transitions_riser_m_positive")),
        sa.CheckConstraint("tread_m > 0", name=op.f("ck_transitions_tread_m_positive")),
        sa.ForeignKeyConstraint(
            ["revision_id", "level_id"],
            ["revision_levels.revision_id", "revision_levels.level_id"],
            name=op.f("fk_transitions_revision_id_level_id_revision_levels"),
        ),
        sa.ForeignKeyConstraint(
            ["revision_id", "lower_zone_id"],
            ["zones.revision_id", "zones.id"],
            name=op.f("fk_transitions_revision_id_lower_zone_id_zones"),
        ),
        sa.ForeignKeyConstraint(
            ["revision_id", "upper_zone_id"],
            ["zones.revision_id", "zones.id"],
            name=op.f("fk_transitions_revision_id_upper_zone_id_zones"),
        ),
        sa.ForeignKeyConstraint(
            ["site_id", "revision_id"],
            ["floorplan_revisions.site_id", "floorplan_revisions.id"],
            name=op.f("fk_transitions_site_id_revision_id_floorplan_revisions"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_transitions_site_id_sites")),
        sa.PrimaryKeyConstraint("revision_id", "id", name=op.f("pk_transitions")),
    )
    op.create_index(op.f("ix_transitions_geom_3857"), "transitions", ["geom_3857"], postgresql_using="gist")
    op.create_index(op.f("ix_transitions_revision_id_level_id"), "transitions", ["revision_id", "level_id"])
    op.create_table(
        "walls",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("revision_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("level_id", sa.Uuid(), nullable=False),
        sa.Column("thickness_m", sa.Double(), nullable=False),
        sa.Column("transparent", sa.Boolean(), nullable=False),
        *_place("LINESTRING"),
        sa.CheckConstraint("thickness_m >= 0", name=op.f("ck_walls_thickness_m_not_negative")),
        sa.ForeignKeyConstraint(
            ["revision_id", "level_id"],
            ["revision_levels.revision_id", "revision_levels.level_id"],
            name=op.f("fk_walls_revision_id_level_id_revision_levels"),
        ),
        sa.ForeignKeyConstraint(
            ["site_id", "revision_id"],
            ["floorplan_revisions.site_id", "floorplan_revisions.id"],
            name=op.f("fk_walls_site_id_revision_id_floorplan_revisions"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_walls_site_id_sites")),
        sa.PrimaryKeyConstraint("revision_id", "id", name=op.f("pk_walls")),
    )
    op.create_index(op.f("ix_walls_geom_3857"), "walls", ["geom_3857"], postgresql_using="gist")
    op.create_index(op.f("ix_walls_revision_id_level_id"), "walls", ["revision_id", "level_id"])
    op.create_table(
        "assets",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("revision_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("level_id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        *_place("POINT"),
        sa.CheckConstraint(
            "category IN ('aed', 'extinguisher', 'key_box', 'trauma_kit', 'shut_off', 'panel', 'call_point', 'detector', 'camera', 'hydrant', 'other')",
            name=op.f("ck_assets_category_known"),
        ),
        sa.ForeignKeyConstraint(
            ["revision_id", "level_id"],
            ["revision_levels.revision_id", "revision_levels.level_id"],
            name=op.f("fk_assets_revision_id_level_id_revision_levels"),
        ),
        sa.ForeignKeyConstraint(
            ["site_id", "revision_id"],
            ["floorplan_revisions.site_id", "floorplan_revisions.id"],
            name=op.f("fk_assets_site_id_revision_id_floorplan_revisions"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_assets_site_id_sites")),
        sa.PrimaryKeyConstraint("revision_id", "id", name=op.f("pk_assets")),
    )
    op.create_index(op.f("ix_assets_geom_3857"), "assets", ["geom_3857"], postgresql_using="gist")
    op.create_index(op.f("ix_assets_revision_id_level_id"), "assets", ["revision_id", "level_id"])


def downgrade() -> None:
    for table in ("assets", "walls", "transitions", "openings", "zones"):
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
