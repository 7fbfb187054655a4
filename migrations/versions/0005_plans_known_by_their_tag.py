"""Plans known by the tag of their bytes and the moment they were made for, without reading the bytes."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
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
    op.create_check_constraint(op.f("ck_plans_etag_not_blank"), "plans", "btrim(etag) <> ''")


def downgrade() -> None:
    op.drop_column("plans", "made_for_at")
    op.drop_column("plans", "etag")
