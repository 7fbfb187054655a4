"""What a group says of its people beside their number: who needs assistance, who is missing, who is extra."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("status_reports", sa.Column("need_assistance", sa.Integer(), nullable=True))
    op.add_column("status_reports", sa.Column("missing", JSONB(), nullable=True))
    op.add_column("status_reports", sa.Column("extra", JSONB(), nullable=True))
    op.add_column("status_reports", sa.Column("door_locked", sa.Boolean(), nullable=True))
    op.add_column("status_reports", sa.Column("can_move", sa.Boolean(), nullable=True))
    op.create_check_constraint(
        op.f("ck_status_reports_need_assistance_not_negative"), "status_reports", "need_assistance >= 0"
    )


def downgrade() -> None:
    for name in ("need_assistance", "missing", "extra", "door_locked", "can_move"):
        op.drop_column("status_reports", name)
