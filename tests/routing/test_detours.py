"""Other ways for zones whose way is no longer in time once people are in each other's way."""

import random
from dataclasses import replace

import numpy as np

from geo_server.domain.places import ZoneCategory
from geo_server.domain.routes import RouteStatus
from geo_server.routing.choosing import Judgement, build_ends
from geo_server.routing.compiled import compile_floorplan
from geo_server.routing.detours import send_round
from geo_server.routing.egress import build_crowd
from geo_server.routing.fields import threat_arrivals
from geo_server.routing.network import build_network
from geo_server.routing.profiles import ADULT
from geo_server.routing.request import PlanRequest
from geo_server.routing.threats import locate
from tests.routing.planning import make, route_of
from tests.routing.plans import NOW, Sketch, grid_building, threat, uid
from tests.routing.test_crowds import groups_of


def test_a_zone_whose_way_is_no_longer_in_time_for_the_queue_takes_another_that_is() -> None:
    """The near exit is narrow; the far one is wide, and too far for people to be sent there to spread a crowd."""
    sketch = Sketch()
    sketch.zone("corridor", (0, 0, 60, 3), category=ZoneCategory.CORRIDOR)
    sketch.zone("room", (10, 3, 16, 9))
    sketch.zone("lobby", (24, -90, 28, 0))
    sketch.door("room door", [(12, 3), (15, 3)], ("room", "corridor"), width_m=3.0)
    sketch.door("lobby door", [(25, 0), (27, 0)], ("lobby", "corridor"), width_m=2.0)
    sketch.door("near", [(0, 1), (0, 2)], ("corridor", None), out=True, width_m=0.6)
    sketch.door("far", [(60, 0.5), (60, 2.5)], ("corridor", None), out=True, width_m=3.0)
    danger, people = threat(26, -89, speed_mps=1.0), {uid("room"): 40}
    alone = route_of(make(sketch.build(), danger), "room")
    made = make(sketch.build(), danger, people=people)
    route = route_of(made, "room")
    assert (alone.status, alone.exit_id) == (RouteStatus.SAFE_SHORTEST, uid("near"))
    assert (route.status, route.exit_id) == (RouteStatus.SAFE_DETOUR, uid("far"))
    assert route.margin_s is not None
    assert route.margin_s >= 0
    assert [(one.exit_id, one.reason) for one in route.avoided] == [(uid("near"), "crowded")]
    assert "wait" in route.avoided[0].words
    assert made.egress is not None
    assert [share.status for share in made.egress.shares[uid("room")]] == [RouteStatus.SAFE_DETOUR]


def test_who_is_sent_round_a_crowd_is_safe_and_takes_the_safe_way_of_nobody() -> None:
    sent, cut_short = 0, 0
    for seed in range(12):
        rng = random.Random(seed)
        floorplan = grid_building(seed, columns=6, rows=2)
        openings = tuple(replace(o, width_m=rng.choice([0.7, 3.0])) for o in floorplan.openings)
        floorplan = replace(floorplan, openings=openings)
        people = {zone.id: rng.choice([0, 5, 30]) for zone in floorplan.zones}
        compiled, danger = compile_floorplan(floorplan), threat(19, 3, speed_mps=1.0)
        request = PlanRequest([danger], reaction_s=0.0, margin_s=0.0, now=NOW, people=people)
        arrivals = threat_arrivals(compiled, [(locate(compiled, danger), 0.0, 1.0)]).nodes
        judge = Judgement(build_ends(build_network(compiled, ADULT), arrivals, request), request)
        jam = build_crowd(compiled, groups_of(floorplan, people, compiled))
        round_it = send_round(judge, jam, people).crowd
        anew = build_crowd(compiled, round_it.groups)
        assert np.array_equal(round_it.wait_s, anew.wait_s)
        assert round_it.safe_zones(judge.are_safe) == anew.safe_zones(judge.are_safe)
        hurried = send_round(judge, jam, people, tries=3)
        assert hurried.crowd.safe_zones(judge.are_safe) >= jam.safe_zones(judge.are_safe)
        cut_short += bool(hurried.not_tried) and "detours" in hurried.stated()
        assert send_round(judge, jam, people, tries=10_000).stated() == {}
        before, after = jam.safe_zones(judge.are_safe), round_it.safe_zones(judge.are_safe)
        assert after >= before
        assert sum(group.people for group in round_it.groups) == sum(people.values())
        sent += len(after - before)
    assert sent > 1
    assert cut_short > 1
