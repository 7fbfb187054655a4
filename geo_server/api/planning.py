"""Planning after something was said, in a transaction of its own: what was said has been committed by then."""

from uuid import UUID

from geo_server.api.deps import Access, State


def plan_again(state: State, access: Access, incident_id: UUID, seq: int) -> str:
    """Plan for an incident, and say how that went: ``made`` or ``failed``.

    Args:
        state: Of the process.
        access: Whose request; its site.
        incident_id: The incident.
        seq: Number of an event that the plan has to know of.
    """
    return "made" if state["plans"].replan(access.site, incident_id, seq) else "failed"
