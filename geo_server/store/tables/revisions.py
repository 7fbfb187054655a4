"""Tables of floorplan revisions: drafts as they were read, what people corrected in them, and what they stand for."""

from geoalchemy2 import Geometry
from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from geo_server.domain.sign_offs import Method
from geo_server.domain.states import RevisionState
from geo_server.store.tables.base import (
    above_zero,
    identifier,
    metadata,
    moment,
    not_blank,
    of_site,
    one_of,
    person,
    place,
    site_id,
)

floorplan_revisions = Table(
    "floorplan_revisions",
    metadata,
    identifier(primary_key=True),
    site_id(),
    identifier("building_id"),
    Column("number", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("document", JSONB, nullable=False),
    Column("findings", JSONB, nullable=False),
    Column("placement", JSONB(none_as_null=True), nullable=True),
    Column("source_name", Text, nullable=False),
    Column("source_sha256", Text, nullable=False),
    moment("created_at", recorded=True),
    person("created_by"),
    moment("placed_at", nullable=True),
    moment("published_at", nullable=True),
    person("published_by"),
    Column("signed_by", Text, nullable=True),
    UniqueConstraint("site_id", "id"),
    UniqueConstraint("building_id", "number"),
    of_site("building_id", "buildings"),
    one_of("state", RevisionState),
    above_zero("number"),
    CheckConstraint("source_sha256 ~ '^[0-9a-f]{64}$'", name="source_sha256_hex"),
    CheckConstraint("(state IN ('draft', 'discarded')) = (published_at IS NULL)", name="published_at_fits_state"),
    CheckConstraint("published_at IS NULL OR placed_at IS NOT NULL", name="placed_before_published"),
)
Index(
    "uq_floorplan_revisions_published",
    floorplan_revisions.c.building_id,
    unique=True,
    postgresql_where=text("state = 'published'"),
)
Index(None, floorplan_revisions.c.site_id, floorplan_revisions.c.state)

floorplan_edits = Table(
    "floorplan_edits",
    metadata,
    site_id(),
    identifier("revision_id", primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    identifier(),
    Column("kind", Text, nullable=False),
    Column("edit", JSONB, nullable=False),
    moment("made_at", recorded=True),
    person("made_by"),
    UniqueConstraint("revision_id", "id"),
    of_site("revision_id", "floorplan_revisions"),
    above_zero("number"),
    not_blank("kind"),
)
"""What people corrected in a draft. The document of the revision stays as it was read."""

revision_levels = Table(
    "revision_levels",
    metadata,
    site_id(),
    identifier("revision_id", primary_key=True),
    identifier("level_id", primary_key=True),
    Column("name", Text, nullable=False),
    *place("GEOMETRY", nullable=True),
    of_site("revision_id", "floorplan_revisions"),
    of_site("level_id", "levels"),
    CheckConstraint("GeometryType(geom) IN ('POLYGON', 'MULTIPOLYGON')", name="geom_areal"),
)
"""``geom`` is the outline of the level, where one is known."""


sign_offs = Table(
    "sign_offs",
    metadata,
    site_id(primary_key=True),
    identifier(primary_key=True),
    identifier("zone_id", primary_key=True),
    Column("name", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("signed_by", Text, nullable=False),
    moment("signed_at"),
    Column("verify_by", Date, nullable=False),
    Column("note", Text, nullable=False),
    person("person_id"),
    Column("signed_geom", Geometry("POLYGON", srid=4326, spatial_index=False), nullable=False),
    one_of("method", Method),
    not_blank("name"),
    not_blank("signed_by"),
)
"""Of zones by id without a foreign key: they outlive the revision. ``signed_geom`` and ``name`` are what was stood for."""
Index(None, sign_offs.c.site_id, sign_offs.c.zone_id, sign_offs.c.signed_at)
