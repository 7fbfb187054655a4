"""How sure the outline of a zone is, and why."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("zones", sa.Column("confidence", sa.Double(), nullable=True))
    op.add_column("zones", sa.Column("confidence_reasons", JSONB(), nullable=True))
    op.create_check_constraint(op.f("ck_zones_confidence_is_a_share"), "zones", "confidence BETWEEN 0 AND 1")
    op.create_check_constraint(
        op.f("ck_zones_confidence_has_reasons"), "zones", "(confidence IS NULL) = (confidence_reasons IS NULL)"
    )


def downgrade() -> None:
    op.drop_column("zones", "confidence_reasons")
    op.drop_column("zones", "confidence")
