"""Ways into a zone of a site for responders, with all that is recorded of its open incident."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

from shapely import Point

from geo_server.domain.entries import EntryMode
from geo_server.domain.errors import NotFound
from geo_server.domain.places import Floorplan, Site
from geo_server.export.entries import entries_document
from geo_server.routing.compiled import CompiledFloorplan
from geo_server.routing.entries import find_entries
from geo_server.routing.request import PlanRequest
from geo_server.services.levels import place_observed
from geo_server.services.planning import closures_on_map, read_inputs
from geo_server.services.published import PublishedFloorplan, PublishedFloorplans
from geo_server.store.database import Database
from geo_server.store.incidents import find_open_incident


def site_entries(
    database: Database,
    floorplans: PublishedFloorplans,
    site: Site,
    zone_id: UUID,
    *,
    mode: EntryMode,
    at: tuple[float, float] | None,
) -> dict[str, Any]:
    """The document of the ways into a zone. Without an open incident there is no threat; what is closed stays closed.

    No connection is held while it is made.

    Args:
        database: Where all is kept.
        floorplans: What is published.
        site: The site.
        zone_id: A zone indoors.
        mode: What the threat means.
        at: Lon, lat of where responders stand, or None.

    Raises:
        NotFound: The published map has no such zone.
        InvalidInput: A zone in the open, or a place far from the site or inside a building.
    """
    published, request, beside = _known(database, floorplans, site)
    if zone_id not in published.floorplan.zone_by_id:
        raise NotFound(f"The published map has no zone {zone_id}.", where="zone_id", advice="See the list of zones.")
    start = None if at is None else place_observed(at, site.frame)
    found = published.work(partial(_find, request, zone_id=zone_id, mode=mode, start=start))
    return {**beside, "floorplan_rev": published.rev, **found}


def _find(
    request: PlanRequest,
    floorplan: Floorplan,
    compiled: CompiledFloorplan,
    *,
    zone_id: UUID,
    mode: EntryMode,
    start: Point | None,
) -> dict[str, Any]:
    return entries_document(find_entries(compiled, request, zone_id, mode, start), floorplan)


def _known(
    database: Database, floorplans: PublishedFloorplans, site: Site
) -> tuple[PublishedFloorplan, PlanRequest, dict[str, Any]]:
    """The map, what is known of threats and closures, and what stands beside the answer."""
    with database.snapshot(site.id) as c:
        incident = find_open_incident(c, site.id)
        if incident is None:
            published = floorplans.load(c, site)
            closures, _ = closures_on_map(c, site, published)
            request = PlanRequest(closures=closures, reaction_s=0.0, now=datetime.now(UTC))
            return published, request, {"incident_id": None, "exercise": False}
        inputs = read_inputs(c, floorplans, site, incident)
    # Responders set out at once.
    request = replace(inputs.request, reaction_s=0.0, previous=None, people=None)
    beside = {"incident_id": str(incident.id), "exercise": incident.exercise, "seq": inputs.seq}
    return inputs.published, request, beside
