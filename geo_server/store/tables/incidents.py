"""Tables of what happens: incidents, threats, sightings, closures, reports, directives, conflicts, plans and events.

Ids that clients make (sightings, closures, status reports, directives) are unique within their site. Closures, reports
and directives name openings and zones by id without a foreign key: those ids outlive the revision that holds the rows.
"""

from geoalchemy2 import Geometry
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from geo_server.domain.conflicts import Decision
from geo_server.domain.events import EventKind
from geo_server.domain.incidents import ClosureReason, IncidentState, Status
from geo_server.store.tables.base import (
    above_zero,
    at_least_zero,
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

incidents = Table(
    "incidents",
    metadata,
    identifier(primary_key=True),
    site_id(),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("exercise", Boolean, nullable=False),
    moment("opened_at"),
    moment("closed_at", nullable=True),
    moment("cleared_at", nullable=True),
    UniqueConstraint("site_id", "id"),
    one_of("state", IncidentState),
    not_blank("kind"),
    CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_at_fits_state"),
    CheckConstraint("(state = 'open') = (cleared_at IS NULL)", name="cleared_at_fits_state"),
)
Index("uq_incidents_open", incidents.c.site_id, unique=True, postgresql_where=text("state = 'open'"))

threats = Table(
    "threats",
    metadata,
    identifier(primary_key=True),
    site_id(),
    identifier("incident_id"),
    identifier("level_id"),
    Column("kind", Text, nullable=False),
    Column("radius_m", Double, nullable=False),
    Column("speed_mps", Double, nullable=False),
    moment("seen_at"),
    *place("POINT"),
    Column("polygon_geom", Geometry("POLYGON", srid=4326, spatial_index=False), nullable=True),
    moment("withdrawn_at", nullable=True),
    UniqueConstraint("site_id", "id"),
    of_site("incident_id", "incidents"),
    of_site("level_id", "levels"),
    not_blank("kind"),
    above_zero("radius_m"),
    above_zero("speed_mps"),
)
"""One that is withdrawn has no sighting left that holds; its last place is kept."""
Index(None, threats.c.incident_id)
tile_index(threats)

sightings = Table(
    "sightings",
    metadata,
    site_id(primary_key=True),
    identifier(primary_key=True),
    identifier("incident_id"),
    identifier("threat_id"),
    identifier("level_id"),
    Column("radius_m", Double, nullable=False),
    Column("confidence", Double, nullable=False),
    Column("source", Text, nullable=False),
    moment("seen_at"),
    moment("received_at", recorded=True),
    person("reported_by"),
    *place("POINT"),
    Column("reporter_geom", Geometry("POINT", srid=4326, spatial_index=False), nullable=True),
    Column("polygon_geom", Geometry("POLYGON", srid=4326, spatial_index=False), nullable=True),
    Column("kind", Text, nullable=False),
    moment("retracted_at", nullable=True),
    person("retracted_by"),
    Column("retracted_reason", Text, nullable=True),
    of_site("incident_id", "incidents"),
    of_site("threat_id", "threats"),
    of_site("level_id", "levels"),
    above_zero("radius_m"),
    CheckConstraint("confidence BETWEEN 0 AND 1", name="confidence_a_share"),
    not_blank("source"),
    not_blank("kind"),
    not_blank("retracted_reason"),
    CheckConstraint("(retracted_at IS NULL) = (retracted_reason IS NULL)", name="retracted_for_a_reason"),
)
"""``geom`` is where the threat was seen, or the middle of ``polygon_geom`` where an area was seen; ``reporter_geom`` where the reporter stood, if they chose to say."""
Index(None, sightings.c.incident_id)
Index(None, sightings.c.threat_id)
tile_index(sightings)

closures = Table(
    "closures",
    metadata,
    site_id(primary_key=True),
    identifier(primary_key=True),
    identifier("subject_id"),
    Column("reason", Text, nullable=False),
    Column("source", Text, nullable=False),
    moment("since_at"),
    moment("lifted_at", nullable=True),
    person("reported_by"),
    one_of("reason", ClosureReason),
    not_blank("source"),
)
Index("ix_closures_in_force", closures.c.site_id, postgresql_where=text("lifted_at IS NULL"))

status_reports = Table(
    "status_reports",
    metadata,
    site_id(primary_key=True),
    identifier(primary_key=True),
    identifier("incident_id"),
    identifier("zone_id"),
    Column("status", Text, nullable=False),
    moment("client_at"),
    moment("received_at"),
    Column("adults", Integer, nullable=True),
    Column("students", Integer, nullable=True),
    Column("injured", Integer, nullable=True),
    Column("need_assistance", Integer, nullable=True),
    Column("missing", JSONB(none_as_null=True), nullable=True),
    Column("extra", JSONB(none_as_null=True), nullable=True),
    Column("door_locked", Boolean, nullable=True),
    Column("can_move", Boolean, nullable=True),
    Column("note", Text, nullable=False),
    person("reported_by"),
    of_site("incident_id", "incidents"),
    one_of("status", Status),
    at_least_zero("adults"),
    at_least_zero("students"),
    at_least_zero("injured"),
    at_least_zero("need_assistance"),
)
Index(None, status_reports.c.incident_id, status_reports.c.zone_id)

directives = Table(
    "directives",
    metadata,
    site_id(primary_key=True),
    identifier(primary_key=True),
    identifier("incident_id"),
    identifier("zone_id", nullable=True),
    Column("action", Text, nullable=False),
    moment("given_at"),
    Column("given_by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    of_site("incident_id", "incidents"),
    not_blank("action"),
    not_blank("given_by"),
)
"""A null zone is the whole site."""
Index(None, directives.c.incident_id, directives.c.zone_id, directives.c.given_at)

conflicts = Table(
    "conflicts",
    metadata,
    identifier(primary_key=True),
    site_id(),
    identifier("incident_id"),
    Column("kind", Text, nullable=False),
    Column("action", Text, nullable=False),
    moment("raised_at"),
    Column("decision", Text, nullable=True),
    moment("settled_at", nullable=True),
    Column("settled_by", Text, nullable=True),
    Column("reason", Text, nullable=False),
    of_site("incident_id", "incidents"),
    not_blank("kind"),
    not_blank("action"),
    one_of("decision", Decision),
    CheckConstraint("num_nonnulls(decision, settled_at, settled_by) IN (0, 3)", name="settled_as_a_whole"),
)
"""``reason`` is that of the decision."""
Index(
    "uq_conflicts_unsettled",
    conflicts.c.incident_id,
    conflicts.c.kind,
    unique=True,
    postgresql_where=text("settled_at IS NULL"),
)

plans = Table(
    "plans",
    metadata,
    identifier(primary_key=True),
    site_id(),
    identifier("incident_id"),
    Column("seq", BigInteger, nullable=False),
    Column("floorplan_rev", BigInteger, nullable=False),
    Column("parameters_hash", Text, nullable=False),
    Column("document", LargeBinary, nullable=True),
    moment("made_at", recorded=True),
    Column("etag", Text, nullable=False),
    moment("made_for_at"),
    Column("reach", LargeBinary, nullable=True),
    Column("reach_etag", Text, nullable=True),
    UniqueConstraint("incident_id", "seq"),
    of_site("incident_id", "incidents"),
    at_least_zero("seq"),
    at_least_zero("floorplan_rev"),
    not_blank("parameters_hash"),
    not_blank("etag"),
)
"""A plan that many others have replaced has no document and no reach any more; which one was in force when stays known."""

events = Table(
    "events",
    metadata,
    site_id(primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    moment("at"),
    Column("payload", JSONB, nullable=False),
    one_of("kind", EventKind),
    above_zero("seq"),
)
