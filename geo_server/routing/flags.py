"""What of a floorplan could not be used for planning, or was taken on the safe side: said by name in every plan."""

from collections.abc import Mapping
from uuid import UUID

from geo_server.domain.places import TransitionCategory
from geo_server.routing.flights import drawn_m
from geo_server.routing.nodes import NodeKind, read_node
from geo_server.routing.safe_side import EITHER_WAY, Planned
from geo_server.routing.zones import ZoneWays

SHORTER_M = 0.1
"""By how much a transition may be shorter than its line before a flag says so."""

_LIKE = {0: "zones of one ordinal", None: "buildings"}


def find_flags(planned: Planned, zones: Mapping[UUID, ZoneWays]) -> tuple[str, ...]:
    """Sentences on what of a floorplan could not be used, or was taken on the safe side, beside its contradictions."""
    floorplan = planned.floorplan
    flags = [
        f"{ways.nodes[k]} lies too far from zone {ways.zone.name} ({ways.zone_id}): people are not sent through it."
        for ways in zones.values()
        for k in ways.dangling
        if read_node(ways.nodes[k])[1] not in planned.unusable
    ]
    flags += [
        f"Zone {ways.zone.name} ({ways.zone_id}) has no way out."
        for ways in zones.values()
        if all(read_node(node)[0] is NodeKind.ASSEMBLY_POINT for node in ways.nodes)
    ]
    flags += [
        f"Transition {way.id} is {way.length_m:g} m long, but {metres:.1f} m as drawn: people are given the longer, a threat the shorter."
        for way in floorplan.transitions
        if way.category is not TransitionCategory.ELEVATOR
        and (metres := drawn_m(floorplan, way)) > way.length_m + SHORTER_M
    ]
    flags += [
        f"Transition {way.id} joins two {_LIKE[floorplan.levels_up(*way.zones)]}, and nobody says which way is up. {EITHER_WAY}"
        for way in floorplan.transitions
        if way.category is not TransitionCategory.ELEVATOR
        and way.id not in planned.unusable
        and floorplan.levels_up(*way.zones) in _LIKE
    ]
    if not any(opening.exit for opening in floorplan.openings):
        flags.append("No opening of the floorplan is marked as an exit.")
    return tuple(flags)
