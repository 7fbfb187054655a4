"""Tables of reports by text message: whose number is whose, as hashes, and what each message was answered with."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, LargeBinary, Table, Text, UniqueConstraint, Uuid

from geo_server.store.tables.base import identifier, metadata, moment, site_id

phones = Table(
    "phones",
    metadata,
    site_id(primary_key=True),
    Column("person_id", Uuid, ForeignKey("people.id"), primary_key=True),
    Column("number_hash", LargeBinary, nullable=False),
    moment("added_at", recorded=True),
    UniqueConstraint("site_id", "number_hash"),
    CheckConstraint("octet_length(number_hash) = 32", name="number_hash_whole"),
)
"""Never the number itself, only a slow hash of it."""

texts = Table(
    "texts",
    metadata,
    site_id(primary_key=True),
    identifier(primary_key=True),
    Column("sender_hash", LargeBinary, nullable=False),
    moment("received_at"),
    Column("answer", Text, nullable=False),
    CheckConstraint("octet_length(sender_hash) = 32", name="sender_hash_whole"),
)
"""The id follows from what the gateway calls the message; that of its report is the same."""
Index(None, texts.c.site_id, texts.c.received_at)
