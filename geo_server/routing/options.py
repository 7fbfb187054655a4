"""The ways that people may choose between, where time, sight and margin are at odds: at most three, each with its labels.

The fastest safe way and the one with the largest margin are read from the fields of the plan, the least exposed one is searched
for (:mod:`geo_server.routing.hidden`). Where people are counted each way is then timed as if all people of its zone took it and all
others went as planned, and only after that it is told which is the best at what. Every way that is called safe is judged like
any route of a plan.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isfinite

from geo_server.domain.routes import SAFE, Choice, ChoiceLabel
from geo_server.routing.choosing import Judgement, choose_end, find_largest_margin
from geo_server.routing.detours import Detours
from geo_server.routing.exposure import Sight
from geo_server.routing.hidden import HiddenWays
from geo_server.routing.instructions import turn_by_turn
from geo_server.routing.legs import build_legs
from geo_server.routing.trails import Trail, build_trail
from geo_server.routing.zones import ZoneWays

TOLD_S = 3
"""Decimals of seconds in sight to which ways are compared."""

SAME_S = 6
"""Decimals of other seconds: of ways that differ by less the one that was found first is taken."""


@dataclass(frozen=True, eq=False)
class Options:
    """What all zones' choices are read from.

    Args:
        judge: Tells what is safe.
        sight: What threats see; None when nobody can tell, and nothing is least exposed then.
        detours: Further ways, and the crowd that waits on all of them; None where nobody is counted.
    """

    judge: Judgement
    sight: Sight | None
    detours: Detours | None

    def exposure_s(self, trail: Trail) -> float | None:
        """Seconds of a way in sight, or None."""
        return None if self.sight is None else self.sight.seconds(trail)

    def find(self, ways: ZoneWays) -> tuple[Choice, ...]:
        """The choices of a zone: those that are safe, and the one farthest ahead of the threat."""
        request, ends = self.judge.request, self.judge.ends
        fastest = choose_end(ends, ways, request.reaction_s, request.margin_s)
        if fastest.trail is None:
            return ()
        is_safe = fastest.status in SAFE
        found = [fastest.trail]
        if request.threats:
            found.append(find_largest_margin(ends.held if is_safe else ends.fields, ways))
        hidden = self._hidden_way(ways) if is_safe else None
        if hidden is not None:
            found.append(hidden)
        if self.detours is not None:
            found += self.detours.find(ways)
        trails = list({trail.way: trail for trail in found}.values())
        timed = self.detours.crowd.delayed_if_taken(trails) if self.detours else trails
        return self._labelled(timed, None if hidden is None else self.exposure_s(hidden))

    @cached_property
    def _hidden_ways(self) -> HiddenWays | None:
        held = self.judge.ends.held
        return None if self.sight is None else HiddenWays(held.network, self.sight, held.searched)

    def _hidden_way(self, ways: ZoneWays) -> Trail | None:
        """The safe way with the fewest seconds in sight; None when nobody can tell, or none was found."""
        if self.sight is None or self._hidden_ways is None:
            return None
        network, leave_s = self._hidden_ways.network, self.judge.request.reaction_s
        starts = [start for start in network.starts[ways.zone_id] if isfinite(start.seconds)]
        found = self._hidden_ways.find(
            (s.node, leave_s + s.latest_s, s.seconds * self.sight.share(ways.zone_id, s.walk.line)) for s in starts
        )
        return build_trail(network, ways.zone_id, *found) if found else None

    def _labelled(self, found: Sequence[Trail], least_s: float | None) -> tuple[Choice, ...]:
        """Each way once, with all that it is the best at. What is not safe is called nothing but farthest ahead.

        Args:
            found: The ways.
            least_s: Seconds in sight of the safe way least in sight if nobody waits; None where none was found. With waits no way is
                safe that was not, and none is less in sight: so one that is no more in sight than that is the least of all.
        """
        safe = [trail for trail in found if self.judge.is_safe(trail)]
        best: dict[ChoiceLabel, Trail] = {}
        if safe:
            best[ChoiceLabel.FASTEST_SAFE] = min(safe, key=_how_long)
        if safe and least_s is not None:
            hidden = min(safe, key=self._how_exposed)
            if self._how_exposed(hidden)[0] <= round(least_s, TOLD_S):
                best[ChoiceLabel.LEAST_EXPOSED] = hidden
        if self.judge.request.threats:
            best[ChoiceLabel.LARGEST_MARGIN] = min(safe or found, key=self._how_late)
        labels: dict[object, list[ChoiceLabel]] = {}
        for label in ChoiceLabel:
            if label in best:
                labels.setdefault(best[label].way, []).append(label)
        return tuple(self._choice(best[best_at[0]], tuple(best_at)) for best_at in labels.values())

    def _how_exposed(self, trail: Trail) -> tuple[float, float]:
        assert self.sight is not None
        return round(self.sight.seconds(trail), TOLD_S), _how_long(trail)

    def _how_late(self, trail: Trail) -> tuple[float, float]:
        return -round(trail.slack(self.judge.ends.fields.arrivals)[0], SAME_S), _how_long(trail)

    def _choice(self, trail: Trail, labels: tuple[ChoiceLabel, ...]) -> Choice:
        margin_s, latest_s = self.judge.margins(trail)
        return Choice(
            labels,
            self.judge.is_safe(trail),
            trail.compiled.subjects[trail.exit],
            trail.metres,
            trail.seconds,
            margin_s,
            latest_s,
            self.exposure_s(trail),
            trail.queue_s,
            build_legs(trail),
            turn_by_turn(trail.course),
        )


def _how_long(trail: Trail) -> float:
    return round(trail.seconds, SAME_S)
