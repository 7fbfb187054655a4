"""Systems outside that report by themselves."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sources",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reports", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("opens_incidents", sa.Boolean(), nullable=False),
        sa.Column("devices", JSONB(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", sa.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("revoked_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_sources_site_id_sites")),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_sources")),
        sa.CheckConstraint(
            "kind IN ('panic_button', 'gunshot', 'camera', 'fire_panel')", name=op.f("ck_sources_kind_known")
        ),
        sa.CheckConstraint("btrim(name) <> ''", name=op.f("ck_sources_name_not_blank")),
        sa.CheckConstraint("btrim(reports) <> ''", name=op.f("ck_sources_reports_not_blank")),
        sa.CheckConstraint("confidence BETWEEN 0 AND 1", name=op.f("ck_sources_confidence_a_share")),
        sa.CheckConstraint("octet_length(key) = 32", name=op.f("ck_sources_key_long")),
    )
    op.create_index(
        "uq_sources_name", "sources", ["site_id", "name"], unique=True, postgresql_where=sa.text("revoked_at IS NULL")
    )


def downgrade() -> None:
    op.drop_table("sources")
