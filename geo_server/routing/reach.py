"""Where threats can be by now and next: an aid to the eye. No way out rests on it, and none waits for it."""

from geo_server.domain.routes import ReachArea
from geo_server.routing.areas import reach_areas
from geo_server.routing.compiled import CompiledFloorplan
from geo_server.routing.fields import threat_arrivals
from geo_server.routing.locks import with_lock_faults
from geo_server.routing.request import PlanRequest, timed_threats


def find_reach(compiled: CompiledFloorplan, request: PlanRequest) -> tuple[ReachArea, ...]:
    """The areas that any threat of a request can be in by some moments, by level in the order of their ids.

    Args:
        compiled: The floorplan.
        request: What a plan is asked for. Of it count the threats, the moment, the profile, whose top speed is the least that
            a threat is given, and the locks that hold none.

    Raises:
        InvalidInput: A threat that is nowhere.
    """
    compiled = with_lock_faults(compiled, request.propped, request.lock_broken)
    threats = timed_threats(compiled, request)
    return reach_areas(compiled, threats, threat_arrivals(compiled, threats))
