"""A running import says that it still runs, so that one whose process was killed can be told from one that is slow."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    now = sa.func.clock_timestamp()
    op.add_column("imports", sa.Column("heard_at", sa.TIMESTAMP(timezone=True), server_default=now, nullable=False))


def downgrade() -> None:
    op.drop_column("imports", "heard_at")
