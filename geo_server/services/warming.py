"""What planners do before anybody asks: the first sighting is not to wait for what can be worked out ahead of it."""

import logging
import threading
import time
from functools import partial
from uuid import UUID

from geo_server.domain.errors import GeoServerError, Unavailable
from geo_server.domain.incidents import Threat
from geo_server.domain.places import Floorplan, Site
from geo_server.export.plan import ways_document
from geo_server.routing.ahead import work_ahead
from geo_server.routing.compiled import CompiledFloorplan
from geo_server.routing.plan import plan_ways
from geo_server.routing.request import PlanRequest
from geo_server.services.planners import Desk
from geo_server.services.published import PublishedFloorplan, PublishedFloorplans

log = logging.getLogger(__name__)

AT_ONCE, BETWEEN_S = 5, 0.005
"""Zones that a planner looks around in before it is free for others, and for how long it is."""


def warm_all(floorplans: PublishedFloorplans, leaving: threading.Event) -> None:
    """:func:`warm` as many sites as are kept.

    Args:
        floorplans: What is published.
        leaving: Once it is set, nothing more is begun.
    """
    try:
        sites = floorplans.list_sites()
    except GeoServerError as refusal:
        log.warning("No floorplan is made ready ahead: %s", refusal)
        return
    for site in sites:
        if leaving.is_set():
            return
        warm(floorplans, site, leaving)


def warm(floorplans: PublishedFloorplans, site: Site, leaving: threading.Event | None = None) -> None:
    """Make ready what is in force on a site, and have planners rehearse a plan of it and look around in it. What is asked for
    meanwhile waits for the rehearsal, or a few zones at most.

    Meant for a thread in the background: a floorplan that cannot be made ready is logged, and will be the failure of whichever
    plan needs it. A database that is away, as when the server is stopped meanwhile, is nobody's failure.

    Args:
        floorplans: What is published.
        site: The site.
        leaving: Once it is set, nothing more is begun.
    """
    try:
        _warm(floorplans.current(site), leaving or threading.Event())
    except Unavailable as lack:
        log.info("The floorplan of site %s is not made ready ahead: %s", site.slug, lack)
    except Exception:
        log.exception("The floorplan of site %s cannot be made ready", site.slug)


def _warm(published: PublishedFloorplan, leaving: threading.Event) -> None:
    published.work(rehearse, Desk.WAYS)
    for first in range(0, len(published.floorplan.zones), AT_ONCE):
        if leaving.is_set():
            return
        published.work(partial(look_around, slice(first, first + AT_ONCE)), Desk.REACH)
        time.sleep(BETWEEN_S)  # so that whoever waits has a turn


def rehearse(floorplan: Floorplan, compiled: CompiledFloorplan) -> None:
    """A task: find the ways of all zones and write them, with a threat in the middle of the first. Much of that is kept."""
    for zone in floorplan.zones[:1]:
        asked = PlanRequest()
        middle = zone.polygon.representative_point()
        threat = Threat(UUID(int=0), "rehearsal", zone.level_id, middle, 1.0, asked.profile.fastest_mps, asked.now)
        ways_document(plan_ways(compiled, PlanRequest((threat,))), floorplan)


def look_around(some: slice, _floorplan: Floorplan, compiled: CompiledFloorplan) -> None:
    """A task: look around in some of the zones."""
    work_ahead(compiled, some)
