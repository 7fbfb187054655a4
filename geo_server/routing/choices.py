"""Other ways out: why nearer exits were not chosen, and what else there is. Of all zones at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import floor, isfinite

import numpy as np

from geo_server.domain.routes import Alternative, Avoided
from geo_server.routing.fields import EPSILON_S
from geo_server.routing.names import end_words
from geo_server.routing.network import Network
from geo_server.routing.trails import Trail, find_trail
from geo_server.routing.visibility import Bools, Floats, Ints
from geo_server.routing.way_table import WayTable, tabulate_shortest
from geo_server.routing.zones import ZoneWays

ALTERNATIVES = 2
"""How many other exits are offered."""

CONSIDERED = 4
"""Of how many of the nearest other exits."""

NEARER = " is nearer, but "
"""Said of an end before why it was not taken."""


@dataclass(frozen=True, eq=False)
class ExitTrees:
    """Shortest routes to each open exit of a network by itself: e exits, z zones."""

    network: Network

    @property
    def exits(self) -> Ints:
        """Numbers of the exits, shape (e,)."""
        return self.network.trees_to

    @property
    def all_seconds(self) -> Floats:
        """Least time from each zone's start to each exit, shape (z, e)."""
        return self.network.to_exits[0]

    def seconds(self, ways: ZoneWays) -> Floats:
        """Least time from a zone's start to each exit, shape (e,)."""
        seconds: Floats = self.all_seconds[self.network.compiled.all_zones.numbers[ways.zone_id]]
        return seconds

    def trail(self, ways: ZoneWays, number: int) -> Trail:
        """The shortest trail from a zone's start to an exit by its position; there is one."""
        network, end, following = self.network, self.exits[number], self.network.exit_trees[1][number]
        first = network.to_exits[1][network.compiled.all_zones.numbers[ways.zone_id], number]
        nodes = [int(network.all_starts.nodes[first])]
        while nodes[-1] != end:
            nodes.append(int(following[nodes[-1]]))
        return find_trail(network, ways.zone_id, tuple(nodes))


@dataclass(frozen=True, eq=False)
class Sent:
    """Where zones are sent, by their positions: what other ways are compared with.

    Args:
        zones: Positions of the zones that are told of other ways, shape (k,).
        exits: Number of each exit, negative where there is no way, shape (k,).
        seconds: How long each way takes without waits, infinite where there is none, shape (k,).
        kept: Whether it is one of an earlier plan, shape (k,).
    """

    zones: Ints
    exits: Ints
    seconds: Floats
    kept: Sequence[bool]


@dataclass(frozen=True, eq=False)
class Against:
    """What ways are judged against.

    Args:
        arrivals: Earliest second of a threat at each node, shape (n,).
        held: Whether a node is an end that holds whatever the threat does later, shape (n,).
        reaction_s: Seconds until people start to walk.
        margin_s: Seconds that they must be ahead.
        timed: Adds the waits to ways.
    """

    arrivals: Floats
    held: Bools
    reaction_s: float
    margin_s: float
    timed: Callable[[WayTable], WayTable]

    def ahead(self, table: WayTable) -> Floats:
        """By how many seconds people are ahead of every threat, all along each way, shape (r,)."""
        return table.slack(self.arrivals) - self.reaction_s

    def are_safe(self, table: WayTable) -> Bools:
        """Whether that is enough."""
        return self.ahead(table) >= self.margin_s - EPSILON_S


def find_alternatives(trees: ExitTrees, sent: Sent, against: Against) -> list[list[Alternative]]:
    """The best ways out of each zone by another exit: those farthest ahead of the threat first, then the quickest.

    Args:
        trees: Routes to exits that hold.
        sent: Where zones are sent; those that have no way get no other either.
        against: What ways are judged against.
    """
    seconds = trees.all_seconds[sent.zones]
    nearest = np.argsort(seconds, axis=1, kind="stable")
    others = np.isfinite(np.take_along_axis(seconds, nearest, axis=1)) & (trees.exits[nearest] != sent.exits[:, None])
    others &= (np.cumsum(others, axis=1) <= CONSIDERED) & (sent.exits >= 0)[:, None]
    rows, places = np.nonzero(others)
    late = against.timed(tabulate_shortest(trees.network, sent.zones[rows], nearest[rows, places]))
    ahead = against.ahead(late)
    # Nodes of exits are numbered in the order of their ids.
    order = np.lexsort((late.exits, late.seconds, np.isfinite(ahead) & (ahead < 0), rows))
    found: list[list[Alternative]] = [[] for _ in sent.zones]
    subjects = trees.network.compiled.subjects
    for row, number, metres, seconds_, ahead_s in zip(
        rows[order].tolist(),
        late.exits[order].tolist(),
        late.metres[order].tolist(),
        late.seconds[order].tolist(),
        ahead[order].tolist(),
        strict=True,
    ):
        if len(found[row]) < ALTERNATIVES:
            margin_s = ahead_s if isfinite(ahead_s) else None
            found[row].append(Alternative(subjects[number], metres, seconds_, margin_s))
    return found


def explain_avoided(trees: ExitTrees, unclosed: ExitTrees, sent: Sent, against: Against) -> list[list[Avoided]]:
    """Why each exit that is nearer than the one a zone is sent to was not taken, nearest first.

    Args:
        trees: Routes to exits without what is closed.
        unclosed: Routes to exits as if nothing were closed.
        sent: Where zones are sent.
        against: What ways are judged against.
    """
    limit = (sent.seconds - EPSILON_S)[:, None]
    nearer = unclosed.all_seconds[sent.zones]
    rows, places = np.nonzero((nearer < limit) & (unclosed.exits != sent.exits[:, None]))
    order = np.lexsort((places, nearer[rows, places], rows))
    rows, exits = rows[order], unclosed.exits[places[order]]
    usable, numbers = _usable(trees, sent.zones[rows], exits, limit[rows, 0])
    walked = np.flatnonzero(usable & against.held[exits])
    network, table = trees.network, tabulate_shortest(trees.network, sent.zones[rows[walked]], numbers[walked])
    of_way = dict(zip(walked.tolist(), _reasons(network, against, table), strict=True))
    found: list[list[Avoided]] = [[] for _ in sent.zones]
    for position, (row, number) in enumerate(zip(rows.tolist(), exits.tolist(), strict=True)):
        if not usable[position]:
            found[row].append(closed_end(network, number))
        elif position not in of_way:
            found[row].append(_not_held(network, number))
        else:
            found[row].append(of_way[position] or _as_safe(network, number, kept=sent.kept[row]))
    return found


def _usable(trees: ExitTrees, zones: Ints, exits: Ints, limit_s: Floats) -> tuple[Bools, Ints]:
    """Whether zones have a way to exits that is quicker than something, and the positions of those exits, shape (r,) both."""
    numbers = np.full(len(trees.network.sinks), -1, dtype=np.int64)
    numbers[trees.exits] = np.arange(len(trees.exits))
    numbers = numbers[exits]
    usable = numbers >= 0
    usable[usable] = trees.all_seconds[zones[usable], numbers[usable]] < limit_s[usable]
    return usable, numbers


def _reasons(network: Network, against: Against, table: WayTable) -> list[Avoided | None]:
    """Of each way why its exit is avoided: None of one as safe as the way taken, waits included."""
    ahead, safe = against.ahead(table), against.are_safe(table)
    waited = safe.copy()
    waited[safe] = against.are_safe(against.timed(table.of(safe)))
    nodes = table.tightest(against.arrivals)
    at = zip(nodes.tolist(), against.arrivals[nodes].tolist(), strict=True)
    told = zip(table.exits.tolist(), safe.tolist(), waited.tolist(), ahead.tolist(), at, strict=True)
    found: list[Avoided | None] = []
    for number, is_safe, still_safe, ahead_s, where in told:
        if is_safe:
            found.append(None if still_safe else _queued(network, number))
        else:
            found.append(cut_off(network, number, ahead_s, where, against.margin_s))
    return found


def closed_end(network: Network, number: int) -> Avoided:
    """That an end, or the way there, is closed."""
    words = f"{_name(network, number)}{NEARER}it or the way there is closed."
    return Avoided(network.compiled.subjects[number], "closed", None, words)


def _not_held(network: Network, number: int) -> Avoided:
    words = f"{_name(network, number)}{NEARER}it cannot be locked and the threat can come there."
    return Avoided(network.compiled.subjects[number], "not_held", None, words)


def _queued(network: Network, number: int) -> Avoided:
    name = _name(network, number)
    words = f"{name}{NEARER}with all who wait on the way there people would not be ahead of the threat."
    return Avoided(network.compiled.subjects[number], "crowded", None, words)


def _as_safe(network: Network, number: int, *, kept: bool) -> Avoided:
    """Why one that is nearer, and as safe with all waits, was not taken."""
    exit_id, name = network.compiled.subjects[number], _name(network, number)
    if kept:
        words = f"{name}{NEARER}too little to send people another way than before."
        return Avoided(exit_id, "kept", None, words)
    return Avoided(exit_id, "crowded", None, f"{name}{NEARER}the other way is clear of people sooner.")


def cut_off(network: Network, number: int, ahead_s: float, at: tuple[int, float], margin_s: float) -> Avoided:
    """That the threat can be first on the way to an end, or too close behind.

    Args:
        network: What people can use.
        number: Node of the end.
        ahead_s: By how many seconds people are ahead of the threat, all along the way.
        at: The node that decides it, and the earliest second of the threat there.
        margin_s: Seconds that they must be ahead.
    """
    exit_id, name = network.compiled.subjects[number], _name(network, number)
    place = "there" if at[0] == number else "on the way"
    late_s = -ahead_s if ahead_s < 0 else None
    if at[1] <= 0:
        return Avoided(exit_id, "in_reach", late_s, f"{name}{NEARER}the threat can be {place} already.")
    if late_s is None:
        words = f"{name}{NEARER}you would be only {floor(ahead_s)} s ahead of the threat {place}, not {margin_s:.0f} s."
        return Avoided(exit_id, "threat_first", None, words)
    words = f"{name}{NEARER}the threat can be {place} {late_s:.0f} s before you."
    return Avoided(exit_id, "threat_first", late_s, words)


def _name(network: Network, number: int) -> str:
    compiled = network.compiled
    words = end_words(compiled.floorplan, compiled.subjects[number])
    return words[:1].upper() + words[1:]
