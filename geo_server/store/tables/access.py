"""Tables of who may do what, and what was done: people, roles, tokens and audit."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Interval,
    LargeBinary,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from geo_server.domain.roles import Role
from geo_server.domain.states import TokenKind
from geo_server.store.tables.base import (
    above_zero,
    identifier,
    metadata,
    moment,
    not_blank,
    of_site,
    one_of,
    person,
    site_id,
)

people = Table(
    "people",
    metadata,
    identifier(primary_key=True),
    Column("name", Text, nullable=False),
    moment("created_at", recorded=True),
    not_blank("name"),
)
"""A person may have a role on several sites, so a person belongs to none."""

roles = Table(
    "roles",
    metadata,
    Column("person_id", Uuid, ForeignKey("people.id"), primary_key=True),
    site_id(primary_key=True),
    Column("role", Text, nullable=False),
    moment("granted_at", recorded=True),
    one_of("role", Role),
)
Index(None, roles.c.site_id)

tokens = Table(
    "tokens",
    metadata,
    identifier(primary_key=True),
    Column("person_id", Uuid, ForeignKey("people.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("secret_hash", LargeBinary, nullable=False, unique=True),
    Column("label", Text, nullable=False),
    moment("created_at", recorded=True),
    moment("expires_at"),
    moment("used_at", nullable=True),
    moment("revoked_at", nullable=True),
    one_of("kind", TokenKind),
    CheckConstraint("octet_length(secret_hash) = 32", name="secret_hash_sha256"),
)
"""Never the secret itself, only its SHA-256."""
Index(None, tokens.c.person_id)

responder_links = Table(
    "responder_links",
    metadata,
    site_id(primary_key=True),
    Column("id", Uuid, ForeignKey("tokens.id"), primary_key=True),
    Column("person_id", Uuid, ForeignKey("people.id"), nullable=False, unique=True),
    identifier("incident_id"),
    Column("after_all_clear", Interval, nullable=False),
    person("made_by"),
    of_site("incident_id", "incidents"),
)
"""A link is a person of its own without a role in ``roles``: whoever holds a token of that person sees this incident, as a
guest, for so long after the all-clear. ``id`` is that of the token in the link; its other tokens are sessions of devices."""
Index(None, responder_links.c.incident_id)

audit = Table(
    "audit",
    metadata,
    site_id(primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    moment("at"),
    person("person_id"),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", JSONB, nullable=False),
    Column("previous_hash", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    above_zero("seq"),
    not_blank("action"),
    CheckConstraint("octet_length(previous_hash) = 32", name="previous_hash_sha256"),
    CheckConstraint("octet_length(hash) = 32", name="hash_sha256"),
)
"""Append-only: a trigger refuses to change or remove a row."""
