"""Tables of concerns: the links by which people report them, what they said, and what officers did."""

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, LargeBinary, Table, Text, text

from geo_server.domain.concerns import ConcernKind, ConcernState
from geo_server.store.tables.base import (
    identifier,
    metadata,
    moment,
    not_blank,
    of_site,
    one_of,
    person,
    place,
    site_id,
    tile_index,
)

site_links = Table(
    "site_links",
    metadata,
    site_id(primary_key=True),
    identifier(primary_key=True),
    Column("label", Text, nullable=False),
    Column("secret_hash", LargeBinary, nullable=False, unique=True),
    moment("made_at", recorded=True),
    person("made_by"),
    moment("expires_at"),
    moment("revoked_at", nullable=True),
    not_blank("label"),
    CheckConstraint("octet_length(secret_hash) = 32", name="secret_hash_sha256"),
)
"""Never the secret itself, only its SHA-256."""

concerns = Table(
    "concerns",
    metadata,
    site_id(primary_key=True),
    identifier(primary_key=True),
    Column("kind", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("place", Text, nullable=False),
    *place("POINT", nullable=True),
    Column("by", Text, nullable=False),
    Column("source", Text, nullable=False),
    identifier("link_id", nullable=True),
    moment("reported_at", recorded=True),
    Column("state", Text, nullable=False, server_default=text("'new'")),
    identifier("sighting_id", nullable=True),
    moment("ended_at", nullable=True),
    of_site("link_id", "site_links"),
    of_site("sighting_id", "sightings"),
    one_of("kind", ConcernKind),
    one_of("state", ConcernState),
    not_blank("words"),
    not_blank("source"),
    CheckConstraint("(state = 'turned_into_sighting') = (sighting_id IS NOT NULL)", name="sighting_fits_state"),
    CheckConstraint("(state IN ('new', 'triaged')) = (ended_at IS NULL)", name="ended_at_fits_state"),
)
"""``by`` is the name that was given, empty without one."""
Index(None, concerns.c.site_id, concerns.c.reported_at)
Index(None, concerns.c.link_id, concerns.c.reported_at)
tile_index(concerns)

concern_notes = Table(
    "concern_notes",
    metadata,
    site_id(primary_key=True),
    identifier(primary_key=True),
    identifier("concern_id"),
    moment("at", recorded=True),
    Column("by", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("state", Text, nullable=True),
    ForeignKeyConstraint(
        ["site_id", "concern_id"],
        ["concerns.site_id", "concerns.id"],
        ondelete="CASCADE",
    ),
    one_of("state", ConcernState),
    not_blank("by"),
)
"""``state`` is what the concern became by it; null when it stayed as it was."""
Index(None, concern_notes.c.concern_id)
