"""Planning after something was said, in a transaction of its own: what was said has been committed by then."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from geo_server.api.deps import State
from geo_server.domain.places import Site

PATIENCE_S = 4.0
"""A plan takes a fraction of a second, but the first one after a start waits until the floorplan is ready for it. Whoever
reports must not be told that the server is silent: phones give up after 12 s."""
_planners = ThreadPoolExecutor(max_workers=64, thread_name_prefix="plan")
"""Threads that go on planning when nobody waits any longer. Most of them wait for the same turn."""


def plan_again(state: State, site: Site, incident_id: UUID, seq: int) -> str:
    """Plan for an incident, and say how that went: ``made``, ``failed``, or ``pending`` when it takes long.

    Args:
        state: Of the process.
        site: The site.
        incident_id: The incident.
        seq: Number of an event that the plan has to know of.
    """
    planning = _planners.submit(state["plans"].replan, site, incident_id, seq)
    try:
        return "made" if planning.result(PATIENCE_S) else "failed"
    except TimeoutError:
        return "pending"
