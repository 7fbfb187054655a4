"""Tables of places: sites, buildings, levels, floorplan revisions and what stands in them.

A revision covers one building. Its rows are keyed by (revision_id, id), because an id outlives a revision; they are
written when the draft is placed and never change once it is published. Levels belong to buildings and are shared by
revisions; ``revision_levels`` says which levels a revision has, what it calls them, and their outlines.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Double,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from geo_server.domain.places import AssetCategory, OpeningCategory, TransitionCategory, ZoneCategory
from geo_server.store.tables.base import (
    above_zero,
    at_least_zero,
    identifier,
    metadata,
    moment,
    not_blank,
    of_site,
    one_of,
    place,
    site_id,
    tile_index,
)
from geo_server.store.tables.revisions import revision_levels

sites = Table(
    "sites",
    metadata,
    identifier(primary_key=True),
    Column("slug", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("timezone", Text, nullable=False),
    Column("lon", Double, nullable=False),
    Column("lat", Double, nullable=False),
    Column("floorplan_rev", BigInteger, nullable=False, server_default=text("0")),
    Column("event_seq", BigInteger, nullable=False, server_default=text("0")),
    Column("audit_seq", BigInteger, nullable=False, server_default=text("0")),
    moment("created_at", recorded=True),
    CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name="slug_plain"),
    CheckConstraint("lon BETWEEN -180 AND 180", name="lon_on_earth"),
    CheckConstraint("lat BETWEEN -85 AND 85", name="lat_on_map"),
    not_blank("name"),
    at_least_zero("floorplan_rev"),
    at_least_zero("event_seq"),
    at_least_zero("audit_seq"),
)
"""``lon, lat`` is the origin of the site's frame; the three counters are rows to lock, so that numbers have no gaps
and follow the order of commits."""

buildings = Table(
    "buildings",
    metadata,
    identifier(primary_key=True),
    site_id(),
    Column("name", Text, nullable=False),
    moment("created_at", recorded=True),
    UniqueConstraint("site_id", "id"),
    UniqueConstraint("site_id", "name"),
    not_blank("name"),
)

levels = Table(
    "levels",
    metadata,
    identifier(primary_key=True),
    site_id(),
    identifier("building_id"),
    Column("ordinal", Integer, nullable=False),
    Column("name", Text, nullable=False),
    UniqueConstraint("site_id", "id"),
    UniqueConstraint("building_id", "ordinal"),
    of_site("building_id", "buildings"),
)


def _on_level() -> tuple[ForeignKeyConstraint, ForeignKeyConstraint]:
    return (
        of_site("revision_id", "floorplan_revisions"),
        ForeignKeyConstraint(["revision_id", "level_id"], ["revision_levels.revision_id", "revision_levels.level_id"]),
    )


def _in_zone(column: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["revision_id", column], ["zones.revision_id", "zones.id"])


zones = Table(
    "zones",
    metadata,
    site_id(),
    identifier("revision_id", primary_key=True),
    identifier(primary_key=True),
    identifier("level_id"),
    Column("name", Text, nullable=False),
    Column("alias", Text, nullable=True),
    Column("category", Text, nullable=False),
    Column("lockable", Boolean, nullable=True),
    Column("capacity", Integer, nullable=True),
    Column("area_m2", Double, nullable=False),
    Column("confidence", Double, nullable=True),
    Column("confidence_reasons", JSONB(none_as_null=True), nullable=True),
    *place("POLYGON"),
    *_on_level(),
    one_of("category", ZoneCategory),
    not_blank("name"),
    at_least_zero("capacity"),
    above_zero("area_m2"),
    CheckConstraint("confidence BETWEEN 0 AND 1", name="confidence_is_a_share"),
    CheckConstraint("(confidence IS NULL) = (confidence_reasons IS NULL)", name="confidence_has_reasons"),
)
"""``confidence`` is null where nobody has weighed the outline; its reasons are codes and measures."""

openings = Table(
    "openings",
    metadata,
    site_id(),
    identifier("revision_id", primary_key=True),
    identifier(primary_key=True),
    identifier("level_id"),
    identifier("zone_a_id", nullable=True),
    identifier("zone_b_id", nullable=True),
    Column("category", Text, nullable=False),
    Column("width_m", Double, nullable=False),
    Column("exit", Boolean, nullable=False),
    Column("number", Text, nullable=True),
    Column("lock_delay_s", Double, nullable=False),
    *place("LINESTRING"),
    *_on_level(),
    _in_zone("zone_a_id"),
    _in_zone("zone_b_id"),
    CheckConstraint("zone_a_id IS NOT NULL OR zone_b_id IS NOT NULL", name="joins_something"),
    one_of("category", OpeningCategory),
    above_zero("width_m"),
    at_least_zero("lock_delay_s"),
)
"""A null zone is outside."""

transitions = Table(
    "transitions",
    metadata,
    site_id(),
    identifier("revision_id", primary_key=True),
    identifier(primary_key=True),
    identifier("level_id"),
    identifier("lower_zone_id"),
    identifier("upper_zone_id"),
    Column("category", Text, nullable=False),
    Column("length_m", Double, nullable=False),
    Column("riser_m", Double, nullable=True),
    Column("tread_m", Double, nullable=True),
    Column("step_free", Boolean, nullable=False),
    *place("GEOMETRY"),
    *_on_level(),
    _in_zone("lower_zone_id"),
    _in_zone("upper_zone_id"),
    CheckConstraint("GeometryType(geom) IN ('POINT', 'LINESTRING')", name="geom_point_or_line"),
    one_of("category", TransitionCategory),
    at_least_zero("length_m"),
    above_zero("riser_m"),
    above_zero("tread_m"),
)
"""``level_id`` is the lower level; a line runs from its foot to its head."""

walls = Table(
    "walls",
    metadata,
    site_id(),
    identifier("revision_id", primary_key=True),
    identifier(primary_key=True),
    identifier("level_id"),
    Column("thickness_m", Double, nullable=False),
    Column("transparent", Boolean, nullable=False),
    *place("LINESTRING"),
    *_on_level(),
    at_least_zero("thickness_m"),
)

assets = Table(
    "assets",
    metadata,
    site_id(),
    identifier("revision_id", primary_key=True),
    identifier(primary_key=True),
    identifier("level_id"),
    Column("category", Text, nullable=False),
    Column("name", Text, nullable=False),
    *place("POINT"),
    *_on_level(),
    one_of("category", AssetCategory),
)

assembly_points = Table(
    "assembly_points",
    metadata,
    identifier(primary_key=True),
    site_id(),
    Column("name", Text, nullable=False),
    *place("POINT"),
)

REVISION_TABLES = (revision_levels, zones, openings, transitions, walls, assets)
"""Tables with the rows of a revision, those that are referred to first."""

for _table in (zones, openings, transitions, walls, assets):
    Index(None, _table.c.revision_id, _table.c.level_id)
for _table in (*REVISION_TABLES, assembly_points):
    tile_index(_table)
