"""People in each other's way at doors and stairs: how long they may wait.

A door or a flight of stairs lets ``F`` people through a second, one after the other in the order in which they come, and never
stands idle while somebody waits. Of who comes from another door ``u``, no more than ``1 + F_u * (L + walk)`` are there within any ``L``
seconds, whenever they set out and however fast they walk; of who comes from a zone all ``N`` may be there at once. Nobody then
waits longer than the most that ``people(L) / F - L`` can be (network calculus: Cruz 1991), and never longer than until all are
through. That bound is added at every door and flight of a way. What ``F`` is: :mod:`geo_server.routing.flows`.

Terminology:
    passage: a door or a flight of stairs of a way, by its number (:mod:`geo_server.routing.passages`).
    step: a passage of a way, with the one before it on that way.
    link: all people who come to a passage from the same one before, or from zones.
    group: people of one zone who take one way.
"""

from dataclasses import dataclass
from uuid import UUID

import numpy as np

from geo_server.routing.passages import Passages
from geo_server.routing.trails import Trail
from geo_server.routing.visibility import Bools, Floats, Ints
from geo_server.routing.way_table import Steps, WayTable


@dataclass(frozen=True, slots=True)
class Group:
    """People of a zone who take one way."""

    zone_id: UUID
    trail: Trail
    people: int


@dataclass(frozen=True, eq=False)
class Links:
    """Where people come to passages from: l links, sorted by where they lead and then by where they come from.

    Args:
        keys: What they are sorted by, shape (l,); grows.
        to: What each leads to: a passage, or a passage for the people of one zone.
        before: The passage that they come from, negative: their zones.
        people: How many.
        walk_s: Longest walk of any of them from there.
    """

    keys: Ints
    to: Ints
    before: Ints
    people: Ints
    walk_s: Floats

    def range_of(self, to: Ints) -> tuple[Ints, Ints]:
        """Where the links to each of some begin and end."""
        return np.searchsorted(self.to, to), np.searchsorted(self.to, to, side="right")

    def find(self, to: Ints, before: Ints, passages: int) -> tuple[Ints, Ints]:
        """Which of some links there are, by their positions among those asked for, and where each is."""
        keys = _keys(to, before, passages)
        at = np.minimum(np.searchsorted(self.keys, keys), max(len(self.keys) - 1, 0))
        known = np.flatnonzero(self.keys[at] == keys) if len(self.keys) else np.zeros(0, dtype=np.int64)
        return known, at[known]


def _keys(to: Ints, before: Ints, passages: int) -> Ints:
    return to * (passages + 1) + before + 1


def link(to: Ints, before: Ints, people: Ints, walk_s: Floats, passages: int) -> Links:
    """Links of people who come to some passages, each entry some people.

    Args:
        to: What they come to.
        before: The passage before.
        people: How many.
        walk_s: Seconds from there.
        passages: How many passages there are.
    """
    keys = _keys(to, before, passages)
    order = np.argsort(keys, kind="stable")
    firsts = np.flatnonzero(np.diff(keys[order], prepend=-1) != 0)
    if not len(firsts):
        return Links(keys, to, before, people, walk_s)
    one = order[firsts]
    return Links(
        keys[one],
        to[one],
        before[one],
        np.add.reduceat(people[order], firsts),
        np.maximum.reduceat(walk_s[order], firsts),
    )


def links(table: WayTable, people: Ints) -> Links:
    """Where people come to each passage from.

    Args:
        table: Ways.
        people: How many take each, shape (r,).
    """
    found = table.steps
    return link(found.passages, found.before, people[found.rows], found.walk_s, len(table.compiled.passages.flow))


def waits(come: Links, passages: Passages) -> Floats:
    """Seconds that people wait at each passage, at most, their own way through included; 0 where nobody comes. Shape (q,)."""
    return _longest_waits(come.to, come.before, come.people, come.walk_s, rates=passages.flow, flow=passages.flow)


def _longest_waits(queues: Ints, before: Ints, people: Ints, walk_s: Floats, *, rates: Floats, flow: Floats) -> Floats:
    """The most that people(L) / rate - L can be in each queue: it grows for as long as more come than get through.

    Args:
        queues: Which queue the people of each link join.
        before: The passage that they come from, negative: their zones.
        people: How many.
        walk_s: Longest walk of any of them from there.
        rates: Persons a second through each queue's door.
        flow: Persons a second through each passage.
    """
    upstream = np.where(before < 0, np.inf, flow[before])
    ends_s = (people - 1) / upstream - walk_s
    later = np.flatnonzero((people > 0) & (ends_s > 0))
    at_once = people.astype(np.float64)
    at_once[later] = 1 + upstream[later] * walk_s[later]
    found = np.bincount(queues, at_once, len(rates)) / rates
    if not len(later):
        return found
    later = later[np.lexsort((ends_s[later], queues[later]))]
    queue, ends_s, upstream = queues[later], ends_s[later], upstream[later]
    first = np.diff(queue, prepend=-1) != 0
    # What still comes in a second until the people of each link have all come.
    inflow = _sums_to_the_end(upstream, first)
    lasts_s = np.where(inflow > rates[queue], ends_s - np.where(first, 0.0, np.roll(ends_s, 1)), 0.0)
    return found + np.bincount(queue, (inflow / rates[queue] - 1) * lasts_s, len(rates))


def _sums_to_the_end(values: Floats, first: Bools) -> Floats:
    """Sum of each value and all behind it in its row; rows begin where ``first`` is true. Every pass adds twice as many."""
    row, sums, step = np.cumsum(first), values.copy(), 1
    while (within := row[step:] == row[:-step]).any():
        sums[:-step] += np.where(within, sums[step:], 0.0)
        step *= 2
    return sums


def waits_if_moved(table: WayTable, people: Ints, come: Links, own: Links, wait_s: Floats) -> Floats:
    """Seconds waited at each node of some ways, each as if all people of its zone took it and all others theirs, shape (r, h).

    Args:
        table: The ways.
        people: How many each zone has, shape (z,).
        come: Where all people come from.
        own: Where those of each zone do: links to its passages, see :func:`own_passage`.
        wait_s: Waited at each passage as they are: where they pass as before nobody waits longer or shorter.
    """
    passages, taken = table.compiled.passages, table.steps
    count, zones = len(passages.flow), table.zones[taken.rows]
    moved, mine = people[zones], own_passage(zones, taken.passages, count)
    found = wait_s[taken.passages]
    other = np.flatnonzero(~_as_before(own, mine, taken, moved, count))
    to = taken.passages[other]
    rest = _without(come, own, to, mine[other], count)
    added = np.arange(len(other))
    queues = np.concatenate([rest.to, added])
    joined = link(
        queues,
        np.concatenate([rest.before, taken.before[other]]),
        np.concatenate([rest.people, moved[other]]),
        np.concatenate([rest.walk_s, taken.walk_s[other]]),
        count,
    )
    found[other] = _longest_waits(
        joined.to, joined.before, joined.people, joined.walk_s, rates=passages.flow[to], flow=passages.flow
    )
    return table.at_nodes(found)


def own_passage(zones: Ints, passages: Ints, count: int) -> Ints:
    """What stands for a passage when only people of one zone count."""
    return zones * count + passages


def links_of_zones(table: WayTable, people: Ints) -> Links:
    """Where people of each zone come to each passage from: :func:`links`, zones apart."""
    found, count = table.steps, len(table.compiled.passages.flow)
    mine = own_passage(table.zones[found.rows], found.passages, count)
    return link(mine, found.before, people[found.rows], found.walk_s, count)


def _as_before(own: Links, mine: Ints, taken: Steps, people: Ints, count: int) -> Bools:
    """Whether the people of a zone come to a passage from where, as many and as late as they do without moving."""
    same = np.zeros(len(mine), dtype=np.bool_)
    begin, end = own.range_of(mine)
    known, at = own.find(mine, taken.before, count)
    same[known] = (
        (end[known] - begin[known] == 1) & (own.people[at] == people[known]) & (own.walk_s[at] == taken.walk_s[known])
    )
    return same


def _without(come: Links, own: Links, to: Ints, mine: Ints, count: int) -> Links:
    """Links to some passages less the people of a zone each, by their positions among those passages.

    The longest walk stays even if only they had it: a bound all the same.
    """
    begin, end = come.range_of(to)
    rows, entries = _spelt_out(begin, end)
    people = come.people[entries].copy()
    own_rows, own_entries = _spelt_out(*own.range_of(mine))
    _, at = come.find(to[own_rows], own.before[own_entries], count)
    firsts = np.cumsum(end - begin) - (end - begin)
    people[firsts[own_rows] + at - begin[own_rows]] -= own.people[own_entries]
    return Links(entries, rows, come.before[entries], people, come.walk_s[entries])


def _spelt_out(begin: Ints, end: Ints) -> tuple[Ints, Ints]:
    """Of some ranges all positions, each with the number of its range."""
    counts = end - begin
    rows = np.repeat(np.arange(len(counts)), counts)
    return rows, np.arange(len(rows)) - (np.cumsum(counts) - counts)[rows] + begin[rows]
