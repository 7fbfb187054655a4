"""Tables of rounds: checkpoints, who walked when, what they found, and what is wrong until it is mended."""

from sqlalchemy import CheckConstraint, Column, Index, Table, Text, text

from geo_server.domain.rounds import FaultKind
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

checkpoints = Table(
    "checkpoints",
    metadata,
    site_id(primary_key=True),
    identifier(primary_key=True),
    identifier("level_id"),
    identifier("subject_id", nullable=True),
    Column("name", Text, nullable=False),
    *place("POINT"),
    moment("added_at", recorded=True),
    person("added_by"),
    moment("retired_at", nullable=True),
    of_site("level_id", "levels"),
    not_blank("name"),
)
"""``subject_id`` names an opening, a transition or a zone without a foreign key: those outlive the revision that holds them."""
Index(
    "uq_checkpoints_subject",
    checkpoints.c.site_id,
    checkpoints.c.subject_id,
    unique=True,
    postgresql_where=text("retired_at IS NULL"),
)
tile_index(checkpoints)

rounds = Table(
    "rounds",
    metadata,
    site_id(primary_key=True),
    identifier(primary_key=True),
    moment("client_at"),
    moment("started_at"),
    person("started_by"),
    moment("finished_at", nullable=True),
)

checks = Table(
    "checks",
    metadata,
    site_id(primary_key=True),
    identifier(primary_key=True),
    identifier("round_id"),
    identifier("checkpoint_id"),
    Column("fault", Text, nullable=True),
    Column("note", Text, nullable=False),
    moment("client_at"),
    moment("received_at"),
    person("checked_by"),
    of_site("round_id", "rounds"),
    of_site("checkpoint_id", "checkpoints"),
    one_of("fault", FaultKind),
)
"""Without a fault all was well."""
Index(None, checks.c.site_id, checks.c.checkpoint_id)
Index(None, checks.c.round_id)

faults = Table(
    "faults",
    metadata,
    site_id(primary_key=True),
    identifier(primary_key=True),
    identifier("checkpoint_id"),
    Column("kind", Text, nullable=False),
    moment("found_at"),
    identifier("closure_id", nullable=True),
    moment("mended_at", nullable=True),
    person("mended_by"),
    Column("mended_note", Text, nullable=False),
    of_site("id", "checks"),
    of_site("checkpoint_id", "checkpoints"),
    of_site("closure_id", "closures"),
    one_of("kind", FaultKind),
    CheckConstraint("mended_at IS NOT NULL OR (mended_by IS NULL AND mended_note = '')", name="mended_as_a_whole"),
)
"""The id is that of the check that found it first. One of a kind at a checkpoint at a time."""
Index(
    "uq_faults_open",
    faults.c.site_id,
    faults.c.checkpoint_id,
    faults.c.kind,
    unique=True,
    postgresql_where=text("mended_at IS NULL"),
)
