"""Concerns: links by which anybody reports them, and what officers do with them."""

import geoalchemy2
import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_EVENTS_BEFORE = (
    "floorplan_published",
    "incident_opened",
    "incident_changed",
    "sighting_added",
    "sighting_retracted",
    "closure_added",
    "closure_lifted",
    "directive_given",
    "status_reported",
    "plan_made",
    "plan_failed",
    "conflict_raised",
    "conflict_settled",
    "import_changed",
    "drill_changed",
    "round_changed",
    "fault_changed",
)
_KINDS = ("person", "behaviour", "door", "hazard", "welfare", "alarm", "other")
_STATES = ("new", "triaged", "closed", "turned_into_sighting")


def upgrade() -> None:
    _add_site_links()
    _add_concerns()
    _add_notes()
    _take_event_kinds((*_EVENTS_BEFORE, "concern_changed"))


def downgrade() -> None:
    op.execute("DELETE FROM events WHERE kind = 'concern_changed'")
    _take_event_kinds(_EVENTS_BEFORE)
    for table in ("concern_notes", "concerns", "site_links"):
        op.drop_table(table)


def _add_site_links() -> None:
    op.create_table(
        "site_links",
        *_key("site_links"),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        _moment("made_at"),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("expires_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name=op.f("fk_site_links_made_by_people")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_site_links_secret_hash")),
        sa.CheckConstraint("octet_length(secret_hash) = 32", name=op.f("ck_site_links_secret_hash_sha256")),
        _not_blank("site_links", "label"),
    )


def _add_concerns() -> None:
    op.create_table(
        "concerns",
        *_key("concerns"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("geom", geoalchemy2.Geometry("POINT", srid=4326, spatial_index=False), nullable=True),
        sa.Column(
            "geom_3857",
            geoalchemy2.Geometry("POINT", srid=3857, spatial_index=False),
            sa.Computed("ST_Transform(geom, 3857)", persisted=True),
        ),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=True),
        _moment("reported_at"),
        sa.Column("state", sa.Text(), server_default=sa.text("'new'"), nullable=False),
        sa.Column("sighting_id", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.TIMESTAMP(timezone=True), nullable=True),
        _of_site("concerns", "link_id", "site_links"),
        _of_site("concerns", "sighting_id", "sightings"),
        _one_of("concerns", "kind", _KINDS),
        _one_of("concerns", "state", _STATES),
        _not_blank("concerns", "words"),
        _not_blank("concerns", "source"),
        sa.CheckConstraint(
            "(state = 'turned_into_sighting') = (sighting_id IS NOT NULL)", name=op.f("ck_concerns_sighting_fits_state")
        ),
        sa.CheckConstraint(
            "(state IN ('new', 'triaged')) = (ended_at IS NULL)", name=op.f("ck_concerns_ended_at_fits_state")
        ),
    )
    op.create_index(op.f("ix_concerns_site_id_reported_at"), "concerns", ["site_id", "reported_at"])
    op.create_index(op.f("ix_concerns_link_id_reported_at"), "concerns", ["link_id", "reported_at"])
    op.create_index(op.f("ix_concerns_geom_3857"), "concerns", ["geom_3857"], postgresql_using="gist")


def _add_notes() -> None:
    op.create_table(
        "concern_notes",
        *_key("concern_notes"),
        sa.Column("concern_id", sa.Uuid(), nullable=False),
        _moment("at"),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["site_id", "concern_id"],
            ["concerns.site_id", "concerns.id"],
            name=op.f("fk_concern_notes_site_id_concern_id_concerns"),
            ondelete="CASCADE",
        ),
        _one_of("concern_notes", "state", _STATES),
        _not_blank("concern_notes", "by"),
    )
    op.create_index(op.f("ix_concern_notes_concern_id"), "concern_notes", ["concern_id"])


def _key(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f(f"fk_{table}_site_id_sites")),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f(f"pk_{table}")),
    )


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.TIMESTAMP(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False)


def _of_site(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_site_id_{column}_{other}")
    return sa.ForeignKeyConstraint(["site_id", column], [f"{other}.site_id", f"{other}.id"], name=name)


def _not_blank(table: str, column: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(f"btrim({column}) <> ''", name=op.f(f"ck_{table}_{column}_not_blank"))


def _one_of(table: str, column: str, values: tuple[str, ...]) -> sa.CheckConstraint:
    return sa.CheckConstraint(f"{column} IN ({_listed(values)})", name=op.f(f"ck_{table}_{column}_known"))


def _take_event_kinds(kinds: tuple[str, ...]) -> None:
    op.drop_constraint(op.f("ck_events_kind_known"), "events")
    op.create_check_constraint(op.f("ck_events_kind_known"), "events", f"kind IN ({_listed(kinds)})")


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)
