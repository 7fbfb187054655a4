"""A draft that nobody wants can be discarded: it stays on record, and nothing is made of it any more."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_TABLE = "floorplan_revisions"


def upgrade() -> None:
    _take_states("'draft', 'published', 'superseded', 'discarded'", "state IN ('draft', 'discarded')")


def downgrade() -> None:
    # The places of a discarded draft are gone, so as a draft again it is not placed: else it could be published empty.
    op.execute(
        "UPDATE floorplan_revisions SET state = 'draft', placed_at = NULL, placement = NULL WHERE state = 'discarded'"
    )
    _take_states("'draft', 'published', 'superseded'", "state = 'draft'")


def _take_states(known: str, unpublished: str) -> None:
    for name in ("state_known", "published_at_fits_state"):
        op.drop_constraint(op.f(f"ck_{_TABLE}_{name}"), _TABLE)
    op.create_check_constraint(op.f(f"ck_{_TABLE}_state_known"), _TABLE, f"state IN ({known})")
    op.create_check_constraint(
        op.f(f"ck_{_TABLE}_published_at_fits_state"), _TABLE, f"({unpublished}) = (published_at IS NULL)"
    )
