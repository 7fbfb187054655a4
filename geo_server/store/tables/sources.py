"""Table of systems outside that report by themselves."""

from sqlalchemy import Boolean, CheckConstraint, Column, Double, Index, LargeBinary, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from geo_server.domain.sources import SourceKind
from geo_server.store.tables.base import identifier, metadata, moment, not_blank, one_of, site_id

sources = Table(
    "sources",
    metadata,
    site_id(primary_key=True),
    identifier(primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("reports", Text, nullable=False),
    Column("confidence", Double, nullable=False),
    Column("opens_incidents", Boolean, nullable=False),
    Column("devices", JSONB, nullable=False),
    Column("key", LargeBinary, nullable=False),
    moment("added_at", recorded=True),
    moment("revoked_at", nullable=True),
    one_of("kind", SourceKind),
    not_blank("name"),
    not_blank("reports"),
    CheckConstraint("confidence BETWEEN 0 AND 1", name="confidence_a_share"),
    CheckConstraint("octet_length(key) = 32", name="key_long"),
)
"""``key`` is what deliveries are signed with: unlike a password it cannot be kept as a hash, because both sides compute with it."""
Index(
    "uq_sources_name",
    sources.c.site_id,
    sources.c.name,
    unique=True,
    postgresql_where=text("revoked_at IS NULL"),
)
