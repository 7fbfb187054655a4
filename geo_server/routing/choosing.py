"""The way of one zone, read from fields: its shortest if that is safe, else the shortest safe one, else the largest margin."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import inf, isfinite
from uuid import UUID

import numpy as np

from geo_server.domain.routes import SAFE, RouteStatus
from geo_server.routing.choices import ExitTrees
from geo_server.routing.fields import EPSILON_S, latest_departures, shortest_in_time, slacks
from geo_server.routing.network import Network, build_network
from geo_server.routing.request import PlanRequest
from geo_server.routing.sparse import view
from geo_server.routing.starts import Start
from geo_server.routing.trails import Trail, find_trail, follow
from geo_server.routing.visibility import Bools, Floats
from geo_server.routing.way_table import WayTable
from geo_server.routing.zones import ZoneWays


@dataclass(frozen=True)
class Fields:
    """What all zones' routes are read from, by node: see :mod:`geo_server.routing.fields`.

    Few nodes are looked up of most fields, and many of some, so only those become lists, and only when they are searched.

    Args:
        network: With its sinks, distances and following nodes.
        arrivals: Earliest arrival of a threat.
        slack: Of the shortest way.
        latest: Latest departure.
    """

    network: Network
    arrivals: Sequence[float]
    slack: Sequence[float]
    latest: Sequence[float]

    @property
    def sinks(self) -> Sequence[bool]:
        """Whether a node is an end that is open."""
        return self.network.sink_list

    @property
    def distances(self) -> Sequence[float]:
        """Least time to an end."""
        return self.network.distance_view

    @property
    def following(self) -> Sequence[int]:
        """The node after each on the shortest way."""
        return self.network.following_view

    @cached_property
    def searched(self) -> list[float]:
        """The latest departures, for searches."""
        return list(self.latest)

    @cached_property
    def endless(self) -> list[float]:
        """The latest departures that no threat limits; of all other nodes minus infinity, as if there were none."""
        return [at if at == inf else -inf for at in self.latest]


@dataclass(frozen=True)
class Ends:
    """Fields and trees to all ends of ways, and to those that stay good whatever a threat does later. Of exits that is all.

    Args:
        fields: To all ends that are open.
        held: To those of them that hold.
        trees: To each open end by itself.
        held_trees: To each that holds.
        unclosed: To each as if nothing were closed.
    """

    fields: Fields
    held: Fields
    trees: ExitTrees
    held_trees: ExitTrees
    unclosed: ExitTrees


@dataclass(frozen=True)
class Judgement:
    """Tells how good a way is, whoever it was found by.

    Args:
        ends: The fields of the plan.
        request: What it was asked for.
    """

    ends: Ends
    request: PlanRequest

    @property
    def people(self) -> Mapping[UUID, int]:
        """People by zone."""
        return self.request.people or {}

    def is_safe(self, trail: Trail) -> bool:
        """Whether everybody of its zone is ahead of every threat all along it, by the margin, and stays so at its end."""
        slack = trail.slack(self.ends.fields.arrivals)[0]
        in_time = self.request.reaction_s <= slack - self.request.margin_s + EPSILON_S
        return in_time and self.ends.held.sinks[trail.exit]

    def are_safe(self, table: WayTable) -> Bools:
        """:meth:`is_safe` of many ways, shape (r,)."""
        slack = table.slack(np.asarray(self.ends.fields.arrivals))
        in_time = self.request.reaction_s <= slack - self.request.margin_s + EPSILON_S
        return in_time & self.ends.held.network.sinks[table.exits]

    def margins(self, trail: Trail) -> tuple[float | None, float | None]:
        """Margin and latest departure, each None where no threat limits it or no departure is safe."""
        return self.margins_of(trail.slack(self.ends.fields.arrivals)[0], holds=self.ends.held.sinks[trail.exit])

    def margins_of(self, slack: float, *, holds: bool) -> tuple[float | None, float | None]:
        """The same of a way to any node, given its latest departure before the margin and whether that is an end that holds."""
        if slack == inf:
            return None, None
        latest = slack - self.request.margin_s
        limited = latest >= 0 and holds
        return slack - self.request.reaction_s, latest if limited else None


@dataclass(frozen=True, slots=True)
class Chosen:
    """The way out of one zone: how good, by which trail, and whether that is kept from an earlier plan."""

    status: RouteStatus
    trail: Trail | None
    kept: bool = False


def build_ends(network: Network, arrivals: Floats, request: PlanRequest) -> Ends:
    """The fields and trees of a network against given arrivals of the threat."""
    fields = build_fields(network, arrivals, request.margin_s)
    trees = ExitTrees(network)
    unclosed = ExitTrees(build_network(network.compiled, request.profile)) if request.closures else trees
    holding = network.sinks & (network.compiled.held | np.isinf(arrivals))
    if (holding == network.sinks).all():
        return Ends(fields, fields, trees, trees, unclosed)
    held = replace(network, sinks=holding)
    return Ends(fields, build_fields(held, arrivals, request.margin_s), trees, ExitTrees(held), unclosed)


def build_fields(network: Network, arrivals: Floats, margin_s: float) -> Fields:
    """The fields of a network against given arrivals of the threat."""
    latest = latest_departures(network.compiled, network.pair_s, arrivals - margin_s, network.sinks)
    slack = slacks(network.distances, network.following, arrivals)
    return Fields(network, view(arrivals), view(slack), view(latest))


def choose(fields: Fields, ways: ZoneWays, reaction_s: float, margin_s: float) -> Chosen:
    """The way out of a zone: its shortest if that is safe, else the shortest safe one, else the largest margin."""
    starts = _starts(fields, ways)
    if not starts:
        return Chosen(RouteStatus.UNREACHABLE, None)
    status, nodes = choose_nodes(fields, starts, reaction_s, margin_s)
    return Chosen(status, find_trail(fields.network, ways.zone_id, nodes))


def choose_nodes(
    fields: Fields, starts: Sequence[Start], reaction_s: float, margin_s: float
) -> tuple[RouteStatus, tuple[int, ...]]:
    """:func:`choose` for any first nodes that lead to an end."""
    left_s = [start.seconds + fields.distances[start.node] for start in starts]
    least_s = min(left_s) + EPSILON_S
    # Of several as near the one with the smallest number, whatever rounding makes of a site that was turned.
    nearest = min((start for start, s in zip(starts, left_s, strict=True) if s <= least_s), key=lambda one: one.node)
    if reaction_s <= fields.slack[nearest.node] - nearest.latest_s - margin_s + EPSILON_S:
        return RouteStatus.SAFE_SHORTEST, follow(fields.following, nearest.node)
    latest = _latest(fields, starts)
    safe = reaction_s <= latest + EPSILON_S
    status = RouteStatus.SAFE_DETOUR if safe else RouteStatus.NO_GUARANTEED_ROUTE
    return status, _in_time(fields, starts, reaction_s if safe else latest)


def find_largest_margin(fields: Fields, ways: ZoneWays) -> Trail:
    """The way that can be left latest, of several the shortest. The zone has one."""
    starts = _starts(fields, ways)
    return find_trail(fields.network, ways.zone_id, _in_time(fields, starts, _latest(fields, starts)))


def _starts(fields: Fields, ways: ZoneWays) -> list[Start]:
    """First nodes of a zone that lead to an end."""
    return [
        start
        for start in fields.network.starts[ways.zone_id]
        if isfinite(fields.distances[start.node]) and isfinite(start.seconds)
    ]


def _latest(fields: Fields, starts: Sequence[Start]) -> float:
    """The latest departure of a zone; infinite where no threat limits it."""
    return max(fields.latest[start.node] - start.latest_s for start in starts)


def _in_time(fields: Fields, starts: Sequence[Start], leave_s: float) -> tuple[int, ...]:
    """The shortest way that is in time everywhere if it is left at a moment; at no moment: that no threat limits."""
    endless = leave_s == inf
    return shortest_in_time(
        fields.network.compiled,
        fields.network.pair_seconds,
        [(start.node, (0.0 if endless else leave_s) + start.latest_s) for start in starts],
        latest=fields.endless if endless else fields.searched,
        distances=fields.network.distance_list,
        sinks=fields.sinks,
    )


def choose_end(ends: Ends, ways: ZoneWays, reaction_s: float, margin_s: float) -> Chosen:
    """The way out of a zone, as :func:`choose` has it; but safe only if what it leads to holds."""
    chosen = choose(ends.fields, ways, reaction_s, margin_s)
    if chosen.status not in SAFE or chosen.trail is None or ends.held.sinks[chosen.trail.exit]:
        return chosen
    other = choose(ends.held, ways, reaction_s, margin_s)
    if other.status in SAFE:
        return Chosen(RouteStatus.SAFE_DETOUR, other.trail)
    return Chosen(RouteStatus.NO_GUARANTEED_ROUTE, chosen.trail)
