"""The tables, on SQLAlchemy Core with GeoAlchemy2. Migrations make them; a test keeps the two equal."""

from geo_server.store.tables.access import audit, people, responder_links, roles, tokens
from geo_server.store.tables.base import metadata
from geo_server.store.tables.concerns import concern_notes, concerns, site_links
from geo_server.store.tables.drills import drill_actions, drill_forms, drill_problems
from geo_server.store.tables.imports import import_files, imports
from geo_server.store.tables.incidents import (
    closures,
    conflicts,
    directives,
    events,
    incidents,
    plans,
    sightings,
    status_reports,
    threats,
)
from geo_server.store.tables.places import (
    REVISION_TABLES,
    assembly_points,
    assets,
    buildings,
    levels,
    openings,
    sites,
    transitions,
    walls,
    zones,
)
from geo_server.store.tables.revisions import floorplan_edits, floorplan_revisions, revision_levels, sign_offs
from geo_server.store.tables.rounds import checkpoints, checks, faults, rounds
from geo_server.store.tables.sources import sources
from geo_server.store.tables.texts import phones, texts

__all__ = [
    "REVISION_TABLES",
    "assembly_points",
    "assets",
    "audit",
    "buildings",
    "checkpoints",
    "checks",
    "closures",
    "concern_notes",
    "concerns",
    "conflicts",
    "directives",
    "drill_actions",
    "drill_forms",
    "drill_problems",
    "events",
    "faults",
    "floorplan_edits",
    "floorplan_revisions",
    "import_files",
    "imports",
    "incidents",
    "levels",
    "metadata",
    "openings",
    "people",
    "phones",
    "plans",
    "responder_links",
    "revision_levels",
    "roles",
    "rounds",
    "sightings",
    "sign_offs",
    "site_links",
    "sites",
    "sources",
    "status_reports",
    "texts",
    "threats",
    "tokens",
    "transitions",
    "walls",
    "zones",
]
