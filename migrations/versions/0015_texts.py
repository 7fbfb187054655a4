"""Reports by text message."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_ROLES_BEFORE = ("viewer", "guest", "staff", "responder", "facilities", "commander", "admin")


def upgrade() -> None:
    op.create_table(
        "phones",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("number_hash", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", sa.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.CheckConstraint("octet_length(number_hash) = 32", name=op.f("ck_phones_number_hash_whole")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_phones_site_id_sites")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_phones_person_id_people")),
        sa.PrimaryKeyConstraint("site_id", "person_id", name=op.f("pk_phones")),
        sa.UniqueConstraint("site_id", "number_hash", name=op.f("uq_phones_site_id_number_hash")),
    )
    op.create_table(
        "texts",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sender_hash", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.CheckConstraint("octet_length(sender_hash) = 32", name=op.f("ck_texts_sender_hash_whole")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_texts_site_id_sites")),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_texts")),
    )
    op.create_index(op.f("ix_texts_site_id_received_at"), "texts", ["site_id", "received_at"])
    op.execute("SELECT keep_rows_to_their_site()")
    _take_roles(("viewer", "guest", "gateway", *_ROLES_BEFORE[2:]))


def downgrade() -> None:
    op.execute("DELETE FROM roles WHERE role = 'gateway'")
    _take_roles(_ROLES_BEFORE)
    op.drop_table("texts")
    op.drop_table("phones")


def _take_roles(roles: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{role}'" for role in roles)
    op.drop_constraint(op.f("ck_roles_role_known"), "roles")
    op.create_check_constraint(op.f("ck_roles_role_known"), "roles", f"role IN ({listed})")
