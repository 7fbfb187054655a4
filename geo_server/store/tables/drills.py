"""Tables of what people say of a drill. What was measured is read from the drill's own record."""

from sqlalchemy import Column, Date, Index, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from geo_server.domain.drills import ProblemKind
from geo_server.store.tables.base import identifier, metadata, moment, not_blank, of_site, one_of, person, site_id

drill_forms = Table(
    "drill_forms",
    metadata,
    site_id(primary_key=True),
    identifier("incident_id", primary_key=True),
    Column("form", JSONB, nullable=False),
    moment("changed_at"),
    person("changed_by"),
    of_site("incident_id", "incidents"),
)
"""One a drill; a field that is not in it was not filled in."""

drill_problems = Table(
    "drill_problems",
    metadata,
    site_id(primary_key=True),
    identifier(primary_key=True),
    identifier("incident_id"),
    Column("kind", Text, nullable=False),
    Column("note", Text, nullable=False),
    identifier("zone_id", nullable=True),
    moment("noted_at"),
    Column("noted_by", Text, nullable=False),
    of_site("incident_id", "incidents"),
    one_of("kind", ProblemKind),
    not_blank("noted_by"),
)
Index(None, drill_problems.c.incident_id)

drill_actions = Table(
    "drill_actions",
    metadata,
    site_id(primary_key=True),
    identifier(primary_key=True),
    identifier("incident_id"),
    Column("what", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("due_on", Date, nullable=True),
    moment("noted_at"),
    Column("noted_by", Text, nullable=False),
    moment("done_at", nullable=True),
    of_site("incident_id", "incidents"),
    not_blank("what"),
    not_blank("noted_by"),
)
Index(None, drill_actions.c.incident_id)
