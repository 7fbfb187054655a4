"""Exports: one consistent reading of the database, handed to a writer that knows no database. Used by API and CLI."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from geo_server.domain.incidents import Incident
from geo_server.domain.places import Floorplan, Site
from geo_server.export.geojson import floorplan_document
from geo_server.routing.compiled import CompiledFloorplan, compile_floorplan
from geo_server.routing.graph_files import graphml, node_link
from geo_server.store.database import Connection, Database
from geo_server.store.events import routes_changed
from geo_server.store.floorplans import load_floorplan
from geo_server.store.incidents import find_open_incident
from geo_server.store.plans import StoredPlan, find_latest_plan, load_plan_document, load_reach


@dataclass(frozen=True, slots=True)
class _Reading:
    floorplan: Floorplan
    incident: Incident | None
    plan: dict[str, Any] | None


def floorplan_export(database: Database, site: Site) -> dict[str, Any]:
    """The floorplan document of everything that is published on a site."""
    with database.snapshot(site.id) as c:
        floorplan = load_floorplan(c, site)
    return floorplan_document(floorplan)


def graphml_export(database: Database, site: Site) -> bytes:
    """The graph that routes of a site are found on, as GraphML.

    Raises:
        InvalidInput: What is published contradicts itself.
    """
    return graphml(_compile(database, site))


def node_link_export(database: Database, site: Site) -> bytes:
    """The same as node-link JSON, UTF-8.

    Raises:
        InvalidInput: What is published contradicts itself.
    """
    return orjson.dumps(node_link(_compile(database, site)))


def _compile(database: Database, site: Site) -> CompiledFloorplan:
    with database.snapshot(site.id) as c:
        floorplan = load_floorplan(c, site)
    return compile_floorplan(floorplan)


def map_export(database: Database, site: Site, *, with_plan: bool, made_at: datetime | None = None) -> str:
    """A site's map as one HTML page that needs no network.

    Args:
        database: Where it is read.
        site: The site.
        with_plan: Whether the reader may see threats and routes of an open incident.
        made_at: Moment that the page names; None is now.
    """
    from geo_server.export.folium_map import folium_page  # noqa: PLC0415 - a tenth of what a server takes to start, for a map now and then

    reading = _read(database, site, with_plan=with_plan)
    return folium_page(
        reading.floorplan,
        reading.plan,
        title=site.name,
        exercise=reading.incident is not None and reading.incident.exercise,
        made_at=made_at or datetime.now(UTC),
    )


def _read(database: Database, site: Site, *, with_plan: bool) -> _Reading:
    with database.snapshot(site.id) as c:
        floorplan = load_floorplan(c, site)
        incident = find_open_incident(c, site.id)
        stored = find_latest_plan(c, incident.id) if incident is not None and with_plan else None
        plan = None if stored is None else _read_plan(c, stored)
    return _Reading(floorplan, incident, plan)


def _read_plan(c: Connection, stored: StoredPlan) -> dict[str, Any]:
    """A plan with its reach, null where that is not drawn yet, and whether it is behind."""
    reach = load_reach(c, stored.id)
    drawn = None if reach is None else orjson.loads(reach)
    document = orjson.loads(load_plan_document(c, stored.id))
    return {**document, "reach": drawn, "behind": routes_changed(c, stored.site_id, stored.seq)}
