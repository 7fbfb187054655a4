"""Other ways out: why nearer exits were not chosen, and what else there is."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np
import numpy.typing as npt

from geo_server.domain.routes import Alternative, Avoided
from geo_server.routing.fields import EPSILON_S
from geo_server.routing.instructions import end_words
from geo_server.routing.trails import Network, Trail, find_trail
from geo_server.routing.visibility import Floats, Ints
from geo_server.routing.zones import ZoneWays

ALTERNATIVES = 2
"""How many other exits are offered."""

CONSIDERED = 4
"""Of how many of the nearest other exits."""

NEARER = " is nearer, but "
"""Said of an end before why it was not taken."""


@dataclass(frozen=True, eq=False)
class ExitTrees:
    """Shortest routes to each exit by itself: e exits, n nodes.

    Args:
        network: What they were made on.
        exits: Numbers of the exits, shape (e,).
        distances: Least time from each node to each exit, shape (e, n).
        following: Node after each on the way there, shape (e, n).
    """

    network: Network
    exits: Ints
    distances: Floats
    following: npt.NDArray[np.int32]

    def seconds(self, ways: ZoneWays) -> tuple[Floats, Ints]:
        """Least time from a zone's start to each exit, shape (e,), and which of its first nodes that is by."""
        starts = self.network.starts[ways.zone_id]
        if not starts or not len(self.exits):
            return np.full(len(self.exits), np.inf), np.zeros(len(self.exits), dtype=np.int64)
        nodes = [start.node for start in starts]
        totals = self.distances[:, nodes] + np.array([start.seconds for start in starts])
        return totals.min(axis=1), totals.argmin(axis=1)

    def trail(self, ways: ZoneWays, number: int, first: int) -> Trail:
        """The shortest trail from a zone's start to an exit by a first node."""
        nodes = [self.network.starts[ways.zone_id][first].node]
        while nodes[-1] != self.exits[number]:
            nodes.append(int(self.following[number, nodes[-1]]))
        return find_trail(self.network, ways.zone_id, tuple(nodes))


def build_exit_trees(network: Network) -> ExitTrees:
    """Shortest routes to each open exit of a network."""
    return ExitTrees(network, network.trees_to, *network.exit_trees)


def find_alternatives(
    trees: ExitTrees,
    ways: ZoneWays,
    chosen: Trail,
    arrivals: Sequence[float],
    *,
    reaction_s: float,
    timed: Callable[[Trail], Trail],
) -> tuple[Alternative, ...]:
    """The best ways out by another exit: those farthest ahead of the threat first, then the quickest.

    Args:
        trees: Routes to exits.
        ways: The zone.
        chosen: The trail chosen.
        arrivals: Earliest arrival of a threat at each node.
        reaction_s: Seconds until people start to walk.
        timed: Adds the waits to a trail.
    """
    seconds, first = trees.seconds(ways)
    others = [k for k in np.argsort(seconds, kind="stable").tolist() if isfinite(seconds[k])]
    others = [k for k in others if trees.exits[k] != chosen.exit][:CONSIDERED]
    found = []
    for k in others:
        trail = timed(trees.trail(ways, k, int(first[k])))
        margin_s = trail.slack(arrivals)[0] - reaction_s
        exit_id = trees.network.compiled.subjects[trail.exit]
        found.append(Alternative(exit_id, trail.metres, trail.seconds, margin_s if isfinite(margin_s) else None))
    found.sort(key=lambda other: (other.margin_s is not None and other.margin_s < 0, other.time_s, str(other.exit_id)))
    return tuple(found[:ALTERNATIVES])


def explain_avoided(
    trees: ExitTrees,
    unclosed: ExitTrees,
    ways: ZoneWays,
    chosen: Trail | None,
    *,
    held: Sequence[bool],
    kept: bool,
    arrivals: Sequence[float],
    reaction_s: float,
    margin_s: float,
    timed: Callable[[Trail], Trail],
) -> tuple[Avoided, ...]:
    """Why each exit that is nearer than the chosen one was not taken, nearest first.

    Args:
        trees: Routes to exits without what is closed.
        unclosed: Routes to exits as if nothing were closed.
        ways: The zone.
        chosen: The trail chosen, or None when there is none.
        held: Whether a node is an end that holds whatever the threat does later.
        kept: Whether the chosen trail is one of an earlier plan.
        arrivals: Earliest arrival of a threat at each node.
        reaction_s: Seconds until people start to walk.
        margin_s: Seconds that they must be ahead.
        timed: Adds the waits to a trail.
    """

    def is_safe(trail: Trail) -> bool:
        return trail.slack(arrivals)[0] - reaction_s >= margin_s - EPSILON_S

    limit = chosen.seconds - EPSILON_S if chosen else np.inf
    seconds, first = trees.seconds(ways)
    usable = {int(trees.exits[k]): k for k in np.flatnonzero(seconds < limit).tolist()}
    nearer, _ = unclosed.seconds(ways)
    avoided = []
    for k in np.argsort(nearer, kind="stable").tolist():
        number = int(unclosed.exits[k])
        if not nearer[k] < limit or (chosen and number == chosen.exit):
            continue
        if number not in usable:
            avoided.append(closed_end(unclosed.network, number))
            continue
        trail = trees.trail(ways, usable[number], int(first[usable[number]]))
        if not held[number]:
            avoided.append(_not_held(trees.network, number))
            continue
        if is_safe(trail):
            avoided.append(_as_safe(trees.network, number, kept=kept, waited=is_safe(timed(trail))))
            continue
        avoided.append(cut_off(trees.network, trail, arrivals, reaction_s, margin_s))
    return tuple(avoided)


def closed_end(network: Network, number: int) -> Avoided:
    """That an end, or the way there, is closed."""
    exit_id = network.compiled.subjects[number]
    name = end_words(network.compiled.floorplan, exit_id)
    return Avoided(exit_id, "closed", None, f"{_capital(name)} is nearer, but it or the way there is closed.")


def _not_held(network: Network, number: int) -> Avoided:
    exit_id = network.compiled.subjects[number]
    name = _capital(end_words(network.compiled.floorplan, exit_id))
    words = f"{name}{NEARER}it cannot be locked and the threat can come there."
    return Avoided(exit_id, "not_held", None, words)


def _as_safe(network: Network, number: int, *, kept: bool, waited: bool) -> Avoided:
    """Why an exit that is nearer, and as safe if nobody has to wait, was not taken."""
    exit_id = network.compiled.subjects[number]
    name = _capital(end_words(network.compiled.floorplan, exit_id))
    if not waited:
        words = f"{name}{NEARER}with all who wait on the way there people would not be ahead of the threat."
        return Avoided(exit_id, "crowded", None, words)
    if kept:
        return Avoided(exit_id, "kept", None, f"{name}{NEARER}too little to send people another way than before.")
    return Avoided(exit_id, "crowded", None, f"{name}{NEARER}the other way is clear of people sooner.")


def cut_off(network: Network, trail: Trail, arrivals: Sequence[float], reaction_s: float, margin_s: float) -> Avoided:
    """That the threat can be first on a way, or too close behind."""
    exit_id = network.compiled.subjects[trail.exit]
    name = _capital(end_words(network.compiled.floorplan, exit_id))
    slack, node = trail.slack(arrivals)
    ahead = slack - reaction_s
    place = "there" if node == trail.exit else "on the way"
    late = -ahead if ahead < 0 else None
    if arrivals[node] <= 0:
        return Avoided(exit_id, "in_reach", late, f"{name}{NEARER}the threat can be {place} already.")
    if late is None:
        words = (
            f"{name}{NEARER}you would be only {math.floor(ahead)} s ahead of the threat {place}, not {margin_s:.0f} s."
        )
        return Avoided(exit_id, "threat_first", None, words)
    return Avoided(exit_id, "threat_first", late, f"{name}{NEARER}the threat can be {place} {late:.0f} s before you.")


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
