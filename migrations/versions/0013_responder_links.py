"""Links for responders without an account."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_ROLES_BEFORE = ("viewer", "staff", "responder", "facilities", "commander", "admin")
_KINDS_BEFORE = ("sign_in", "session", "api")


def upgrade() -> None:
    op.create_table(
        "responder_links",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("after_all_clear", sa.Interval(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["site_id", "incident_id"],
            ["incidents.site_id", "incidents.id"],
            name=op.f("fk_responder_links_site_id_incident_id_incidents"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_responder_links_site_id_sites")),
        sa.ForeignKeyConstraint(["id"], ["tokens.id"], name=op.f("fk_responder_links_id_tokens")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_responder_links_person_id_people")),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name=op.f("fk_responder_links_made_by_people")),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_responder_links")),
        sa.UniqueConstraint("person_id", name=op.f("uq_responder_links_person_id")),
    )
    op.create_index(op.f("ix_responder_links_incident_id"), "responder_links", ["incident_id"])
    _take("roles", "role", ("viewer", "guest", *_ROLES_BEFORE[1:]))
    _take("tokens", "kind", (*_KINDS_BEFORE, "responder_link"))


def downgrade() -> None:
    op.execute("DELETE FROM tokens WHERE person_id IN (SELECT person_id FROM responder_links) AND kind = 'session'")
    op.execute("CREATE TEMPORARY TABLE gone ON COMMIT DROP AS SELECT id FROM responder_links")
    op.drop_table("responder_links")
    op.execute("DELETE FROM tokens WHERE id IN (SELECT id FROM gone)")
    op.execute("DELETE FROM roles WHERE role = 'guest'")
    _take("tokens", "kind", _KINDS_BEFORE)
    _take("roles", "role", _ROLES_BEFORE)


def _take(table: str, column: str, values: tuple[str, ...]) -> None:
    rule = op.f(f"ck_{table}_{column}_known")
    listed = ", ".join(f"'{value}'" for value in values)
    op.drop_constraint(rule, table)
    op.create_check_constraint(rule, table, f"{column} IN ({listed})")
