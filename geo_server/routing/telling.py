"""The routes of all zones as they are told: with words, legs, other ways out, and why nearer exits were not chosen."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import NamedTuple
from uuid import UUID

import numpy as np

from geo_server.domain.routes import Advice, Alternative, Avoided, Leg, Route, RouteStatus
from geo_server.routing.choices import Against, Sent, explain_avoided, find_alternatives
from geo_server.routing.choosing import Chosen, Judgement
from geo_server.routing.egress import Crowd
from geo_server.routing.instructions import NO_WAY, radio_sentence, turn_by_turn
from geo_server.routing.legs import build_all_legs
from geo_server.routing.onward import find_onward
from geo_server.routing.options import Options
from geo_server.routing.refuges import inner_place
from geo_server.routing.trails import Trail
from geo_server.routing.way_table import WayTable
from geo_server.routing.zones import ZoneWays


class _Beside(NamedTuple):
    """What is told beside a way."""

    avoided: tuple[Avoided, ...]
    alternatives: tuple[Alternative, ...]


@dataclass(frozen=True, eq=False)
class Telling:
    """What each route is told from.

    Args:
        judge: Tells how good ways are.
        crowd: People on their ways, where they were counted.
        options: Ways to choose between, where they were asked for.
    """

    judge: Judgement
    crowd: Crowd | None
    options: Options | None

    def routes(self, chosen: Mapping[UUID, Chosen]) -> tuple[Route, ...]:
        """The routes of zones, given what was chosen for each."""
        ends, request = self.judge.ends, self.judge.request
        against = Against(
            np.asarray(ends.fields.arrivals), ends.held.network.sinks, request.reaction_s, request.margin_s, self._timed
        )
        sent = self._sent(chosen)
        avoided = explain_avoided(ends.trees, ends.unclosed, sent, against)
        others = find_alternatives(ends.held_trees, sent, against)
        zones = ends.fields.network.compiled.zones
        trails = {zone_id: self._trail(zone_id, one.trail) for zone_id, one in chosen.items() if one.trail is not None}
        ways = dict(zip(trails, zip(trails.values(), build_all_legs(list(trails.values())), strict=True), strict=True))
        beside = zip(avoided, others, strict=True)
        return tuple(
            self._route(zones[zone_id], one.status, ways.get(zone_id), _Beside(tuple(not_taken), tuple(other)))
            for (zone_id, one), (not_taken, other) in zip(chosen.items(), beside, strict=True)
        )

    def _trail(self, zone_id: UUID, chosen: Trail) -> Trail:
        """The way that most of a zone's people take, with all waits."""
        return chosen if self.crowd is None else self.crowd.trails[self.crowd.of_zone[zone_id][0]]

    def _timed(self, table: WayTable) -> WayTable:
        return table if self.crowd is None else table.delayed(self.crowd.waits_if_taken(table))

    def _sent(self, chosen: Mapping[UUID, Chosen]) -> Sent:
        numbers = self.judge.ends.fields.network.compiled.all_zones.numbers
        trails = [one.trail for one in chosen.values()]
        return Sent(
            np.array([numbers[zone_id] for zone_id in chosen], dtype=np.int64),
            np.array([-1 if trail is None else trail.exit for trail in trails], dtype=np.int64),
            np.array([inf if trail is None else trail.seconds for trail in trails]),
            [one.kept for one in chosen.values()],
        )

    def _route(
        self, ways: ZoneWays, status: RouteStatus, way: tuple[Trail, tuple[Leg, ...]] | None, beside: _Beside
    ) -> Route:
        judge, zone, to = self.judge, ways.zone, self.judge.request.to
        compiled, options = judge.ends.fields.network.compiled, self.options
        if way is None:
            return Route(
                zone.id,
                zone.level_id,
                status,
                inner_place(ways),
                avoided=beside.avoided,
                instructions=(NO_WAY[to],),
                radio=radio_sentence(compiled, zone, status, None, to=to),
            )
        trail, legs = way
        slack, node = trail.slack(judge.ends.fields.arrivals)
        margin_s, latest_s = judge.margins_of(slack, holds=judge.ends.held.sinks[trail.exit])
        onward = find_onward(judge, status, trail, slack, node)
        return Route(
            zone.id,
            zone.level_id,
            status,
            trail.walk.line[0],
            Advice.STAY if status is RouteStatus.NO_GUARANTEED_ROUTE else Advice.GO,
            compiled.subjects[trail.exit],
            trail.metres,
            trail.seconds,
            margin_s,
            compiled.places[node] if margin_s is not None else None,
            latest_s,
            legs,
            beside.avoided,
            beside.alternatives,
            (*turn_by_turn(trail.course), *([onward.words] if onward else ())),
            radio_sentence(compiled, zone, status, trail, to=to, margin_s=margin_s, latest_s=latest_s, onward=onward),
            trail.spread_s,
            trail.queue_s,
            options.exposure_s(trail) if options else None,
            options.find(ways) if options else (),
            onward,
        )
