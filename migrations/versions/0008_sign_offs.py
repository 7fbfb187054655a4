"""Who stands for which zone, and until when."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sign_offs",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("zone_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("signed_by", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("verify_by", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("signed_geom", Geometry("POLYGON", srid=4326, spatial_index=False), nullable=False),
        sa.CheckConstraint("method IN ('walked', 'drawing')", name=op.f("ck_sign_offs_method_known")),
        sa.CheckConstraint("btrim(name) <> ''", name=op.f("ck_sign_offs_name_not_blank")),
        sa.CheckConstraint("btrim(signed_by) <> ''", name=op.f("ck_sign_offs_signed_by_not_blank")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_sign_offs_person_id_people")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_sign_offs_site_id_sites")),
        sa.PrimaryKeyConstraint("site_id", "id", "zone_id", name=op.f("pk_sign_offs")),
    )
    op.create_index(op.f("ix_sign_offs_site_id_zone_id_signed_at"), "sign_offs", ["site_id", "zone_id", "signed_at"])


def downgrade() -> None:
    op.drop_table("sign_offs")
