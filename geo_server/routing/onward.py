"""From the exit of a safe route on, over open ground, to an assembly point that people can be at ahead of every threat.

A route ends at its exit, and is as safe as it is there: no zone's way is unsafe because of where people gather, or because
nobody drew that. What follows is told beside it under the same guarantee: from the zone to the assembly point is one more
route of the same graph, and it is offered only if all of it is safe.
"""

from dataclasses import replace

from geo_server.domain.routes import SAFE, Avoided, Destination, Onward, RouteStatus
from geo_server.routing.choices import NEARER, closed_end, cut_off
from geo_server.routing.choosing import Judgement
from geo_server.routing.courses import find_course
from geo_server.routing.fields import EPSILON_S
from geo_server.routing.instructions import NONE_AHEAD, NOT_KNOWN, onward_words
from geo_server.routing.legs import outdoor_leg
from geo_server.routing.network import Network
from geo_server.routing.trails import Trail


def find_onward(judge: Judgement, status: RouteStatus, trail: Trail, slack: float, narrowest: int) -> Onward | None:
    """How people go on from the exit of a route; None where the route is not safe, or the floorplan has no assembly points.

    Args:
        judge: Tells what is safe.
        status: How good the route is.
        trail: The route, with all waits on it.
        slack: Its slack.
        narrowest: The node that decides it.
    """
    network, request = judge.ends.fields.network, judge.request
    if status not in SAFE or request.to is not Destination.EXITS or not trail.compiled.floorplan.assembly_points:
        return None
    avoided: list[Avoided] = []
    arrivals = judge.ends.fields.arrivals
    for seconds, edge in network.onward.get(trail.exit, ()):
        point = int(network.compiled.heads[edge])
        if network.edge_s[edge] > seconds:
            avoided.append(closed_end(network, point))
            continue
        there = arrivals[point] - trail.latest_s - seconds
        margin_s, latest_s = judge.margins_of(min(slack, there), holds=True)
        if margin_s is not None and margin_s < request.margin_s - EPSILON_S:
            node = point if there < slack else narrowest
            avoided.append(cut_off(network, point, margin_s, (node, arrivals[node]), request.margin_s))
            continue
        whole = _extended(network, trail, edge, seconds)
        return Onward(
            trail.compiled.subjects[whole.exit],
            onward_words(whole.course, [one.exit_id for one in avoided]),
            whole.metres - trail.metres,
            whole.seconds,
            margin_s,
            latest_s,
            (outdoor_leg(whole),),
            tuple(avoided),
        )
    none_nearer = (replace(one, words=one.words.replace(NEARER, ": ", 1)) for one in avoided)
    return Onward(None, NONE_AHEAD if avoided else NOT_KNOWN, avoided=tuple(none_nearer))


def _extended(network: Network, trail: Trail, edge: int, seconds: float) -> Trail:
    """A route with one more edge at its end."""
    compiled, nodes = trail.compiled, (*trail.nodes, int(network.compiled.heads[edge]))
    course = find_course(compiled, trail.zone_id, trail.walk, nodes, (*trail.edges, edge))
    return Trail(course, (*trail.arrive_s, trail.seconds + seconds), trail.spread_s, trail.queue_s)
