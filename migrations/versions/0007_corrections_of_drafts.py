"""Corrections that people make to a draft, kept apart from what was read."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "floorplan_edits",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("revision_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("edit", postgresql.JSONB(), nullable=False),
        sa.Column("made_at", sa.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("number > 0", name=op.f("ck_floorplan_edits_number_positive")),
        sa.CheckConstraint("btrim(kind) <> ''", name=op.f("ck_floorplan_edits_kind_not_blank")),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name=op.f("fk_floorplan_edits_made_by_people")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_floorplan_edits_site_id_sites")),
        sa.ForeignKeyConstraint(
            ["site_id", "revision_id"],
            ["floorplan_revisions.site_id", "floorplan_revisions.id"],
            name=op.f("fk_floorplan_edits_site_id_revision_id_floorplan_revisions"),
        ),
        sa.PrimaryKeyConstraint("revision_id", "number", name=op.f("pk_floorplan_edits")),
        sa.UniqueConstraint("revision_id", "id", name=op.f("uq_floorplan_edits_revision_id_id")),
    )


def downgrade() -> None:
    op.drop_table("floorplan_edits")
