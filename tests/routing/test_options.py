"""Ways to choose between: each is the best at what its label says, and each that is called safe is safe."""

import random
from collections import Counter
from dataclasses import replace
from uuid import UUID

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_server.domain.places import Floorplan, OpeningCategory, ZoneCategory
from geo_server.domain.routes import Choice, ChoiceLabel, Destination, Route
from geo_server.routing.choosing import Judgement, build_ends
from geo_server.routing.compiled import compile_floorplan
from geo_server.routing.detours import Detours
from geo_server.routing.egress import build_crowd
from geo_server.routing.exposure import Sight, find_sight
from geo_server.routing.fields import threat_arrivals
from geo_server.routing.hidden import HiddenWays
from geo_server.routing.network import Network, build_network
from geo_server.routing.options import Options
from geo_server.routing.plan import plan
from geo_server.routing.profiles import ADULT
from geo_server.routing.request import PlanRequest
from geo_server.routing.threats import locate
from geo_server.routing.trails import Trail, build_trail
from tests.routing.campuses import two_storey_campus
from tests.routing.planning import make, route_of
from tests.routing.plans import NOW, SAFE, Sketch, closure, grid_building, threat, uid
from tests.routing.pursuer import Pursuer
from tests.routing.queues import queued
from tests.routing.test_crowds import groups_of
from tests.routing.test_exposure import glassy_building
from tests.routing.test_soundness import narrowest


def chosen(route: Route, label: ChoiceLabel) -> Choice:
    return next(choice for choice in route.choices if label in choice.labels)


def ring() -> Floorplan:
    """A room between three halls: a southern one that is seen from the far end of an alcove, a northern one that is a little
    longer to the same exit, and a western one of 60 m to another."""
    sketch = Sketch()
    sketch.zone("room", (0, 0, 4, 10))
    sketch.zone("south", (4, 0, 34, 2), category=ZoneCategory.CORRIDOR)
    sketch.zone("north", (4, 8, 34, 10), category=ZoneCategory.CORRIDOR)
    sketch.zone("west", (-60, 4, 0, 6), category=ZoneCategory.CORRIDOR)
    sketch.zone("end", (34, 0, 38, 10))
    sketch.zone("alcove", (14, -60, 24, 0))
    sketch.door("room south", [(4, 0.5), (4, 1.5)], ("room", "south"))
    sketch.door("room north", [(4, 8.5), (4, 9.5)], ("room", "north"))
    sketch.door("room west", [(0, 4.5), (0, 5.5)], ("room", "west"))
    sketch.door("south end", [(34, 0.5), (34, 1.5)], ("south", "end"))
    sketch.door("north end", [(34, 8.5), (34, 9.5)], ("north", "end"))
    sketch.door("gap", [(14, 0), (24, 0)], ("alcove", "south"), category=OpeningCategory.GAP)
    sketch.door("exit", [(38, 2.5), (38, 3.5)], ("end", None), out=True, number="1")
    sketch.door("west exit", [(-60, 4.5), (-60, 5.5)], ("west", None), out=True, number="2")
    return sketch.build()


def test_three_ways_are_told_apart_where_time_sight_and_margin_are_at_odds() -> None:
    route = route_of(make(ring(), threat(19, -59, speed_mps=1.0), choices=True), "room")
    assert [choice.labels for choice in route.choices] == [(label,) for label in ChoiceLabel]
    fastest, hidden, farthest = route.choices
    assert (fastest.time_s, fastest.exposure_s) == (route.time_s, route.exposure_s)
    assert fastest.exposure_s == pytest.approx(10 * 60 / 59, abs=0.01), (
        "10 m of gap, 59 m off; the hall's middle 60 m off"
    )
    assert uid("north end") in hidden.legs[0].opening_ids
    assert hidden.exposure_s == farthest.exposure_s == 0
    assert farthest.exit_id == uid("west exit")
    assert farthest.margin_s is not None
    assert all(choice.safe and (choice.margin_s or 0) <= farthest.margin_s for choice in route.choices)


def test_without_a_threat_the_only_choice_is_the_fastest_and_without_a_safe_way_the_largest_margin() -> None:
    calm = route_of(make(ring(), choices=True), "room")
    assert [choice.labels for choice in calm.choices] == [(ChoiceLabel.FASTEST_SAFE,)]
    caught = route_of(make(ring(), threat(2, 5), choices=True), "room")
    assert [(choice.labels, choice.safe) for choice in caught.choices] == [((ChoiceLabel.LARGEST_MARGIN,), False)]
    assert route_of(make(ring(), closures=[closure("exit"), closure("west exit")], choices=True), "room").choices == ()


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 40), at=st.tuples(st.floats(0.3, 24), st.floats(0.3, 18)), speed_mps=st.floats(0.5, 4))
def test_no_choice_is_better_at_what_another_is_called_the_best_at(
    seed: int, at: tuple[float, float], speed_mps: float
) -> None:
    made = plan(
        compile_floorplan(glassy_building(seed)),
        PlanRequest([threat(*at, speed_mps=speed_mps)], reaction_s=0.0, margin_s=2.0, now=NOW, choices=True),
    )
    for route in made.routes:
        best = {label: choice for choice in route.choices for label in choice.labels}
        assert (ChoiceLabel.FASTEST_SAFE in best) == (route.status in SAFE)
        for choice in route.choices:
            assert choice.safe == (choice.margin_s is None or choice.margin_s >= 2.0 - 1e-5)
            if ChoiceLabel.LARGEST_MARGIN in best and choice.margin_s is not None:
                farthest = best[ChoiceLabel.LARGEST_MARGIN].margin_s
                assert farthest is None or farthest >= choice.margin_s - 1e-6
            if choice.safe and ChoiceLabel.FASTEST_SAFE in best:
                assert best[ChoiceLabel.FASTEST_SAFE].time_s <= choice.time_s + 1e-6
            if choice.safe and choice.exposure_s is not None and ChoiceLabel.LEAST_EXPOSED in best:
                least = best[ChoiceLabel.LEAST_EXPOSED].exposure_s
                assert least is not None
                assert least <= choice.exposure_s + 0.001


def comb(seed: int) -> Floorplan:
    """Two halls side by side with two doors between them, an exit from either, rooms with one door and one to both halls."""
    rng, sketch = random.Random(seed), Sketch()
    for k, hall in enumerate(("low", "high")):
        sketch.zone(hall, (0, 4 * k, 30, 4 * k + 4), category=ZoneCategory.CORRIDOR)
        sketch.door(f"{hall} exit", [(30 * k, 4 * k + 1), (30 * k, 4 * k + 2)], (hall, None), out=True)
    for room in range(2):
        x = 10 * room + rng.uniform(0, 8)
        sketch.zone(f"room {room}", (10 * room, -4, 10 * room + 10, 0))
        sketch.door(f"door {room}", [(x, 0), (x + 1, 0)], (f"room {room}", "low"))
    sketch.zone("both", (-10, 0, 0, 8))
    sketch.door("both low", [(0, 2.5), (0, 3.5)], ("both", "low"))
    sketch.door("both high", [(0, 5), (0, 6)], ("both", "high"))
    for x in (rng.uniform(2, 12), rng.uniform(15, 28)):
        sketch.door(f"between {x}", [(x, 4), (x + 1, 4)], ("low", "high"))
    return sketch.build()


@pytest.mark.parametrize("seed", range(16))
def test_no_way_that_is_in_time_is_less_in_sight_than_the_one_that_is_found(seed: int) -> None:
    """Every simple way of a small building by every edge, tried one by one, with deadlines and sight by chance."""
    rng = np.random.default_rng(seed)
    compiled = compile_floorplan(comb(seed) if seed % 2 else grid_building(seed, columns=3, rows=2))
    network = build_network(compiled, ADULT)
    request = PlanRequest(reaction_s=0.0, margin_s=0.0, now=NOW)
    judge = Judgement(build_ends(network, rng.uniform(20, 120, len(compiled.nodes)), request), request)
    sight = Sight(compiled, {})
    vars(sight)["shares"] = rng.choice([0.0, 0.0, 0.3, 1.0, 1.0], len(compiled.keys))
    hidden = HiddenWays(network, sight, judge.ends.fields.latest)
    tried = 0
    for zone_id, starts in network.starts.items():
        trails = [trail for trail in every_way(network, zone_id) if judge.is_safe(trail)]
        found = hidden.find((start.node, start.latest_s, 0.0) for start in starts)
        assert bool(found) == bool(trails)
        if found:
            trail = build_trail(network, zone_id, *found)
            assert judge.is_safe(trail)
            least_s = min(sight.seconds(other) for other in trails)
            assert sight.seconds(trail) == pytest.approx(least_s, abs=1e-4)
            as_hidden = [other for other in trails if sight.seconds(other) < least_s + 1e-6]
            assert trail.seconds + trail.spread_s <= min(one.seconds + one.spread_s for one in as_hidden) + 1e-6
            tried += len(trails)
    assert tried > 10


def test_with_waits_no_safe_way_at_all_is_less_in_sight_than_the_one_that_is_called_the_least() -> None:
    """Every simple way of small buildings, timed as if all of its zone took it, with two threats that look and walk."""
    labels, left_out = 0, 0
    for seed in range(10):
        rng = random.Random(seed)
        floorplan = comb(seed) if seed % 2 else grid_building(seed, columns=3, rows=2)
        compiled, people = compile_floorplan(floorplan), {zone.id: rng.choice([0, 5, 15]) for zone in floorplan.zones}
        places = [rng.choice(floorplan.zones).polygon.representative_point() for _ in range(2)]
        dangers = [threat(at.x + 0.1 * k, at.y, speed_mps=rng.choice([0.1, 0.3])) for k, at in enumerate(places)]
        request = PlanRequest(dangers, reaction_s=0.0, margin_s=0.0, now=NOW, people=people)
        located = [locate(compiled, danger) for danger in dangers]
        arrivals = threat_arrivals(compiled, [(one, 0.0, one.threat.speed_mps) for one in located]).nodes
        judge = Judgement(build_ends(build_network(compiled, ADULT), arrivals, request), request)
        crowd = build_crowd(compiled, groups_of(floorplan, people, compiled))
        options = Options(judge, find_sight(compiled, located), Detours(judge, crowd))
        for zone_id, ways in compiled.zones.items():
            choices = options.find(ways)
            least = [one for one in choices if ChoiceLabel.LEAST_EXPOSED in one.labels]
            left_out += not least and any(one.safe for one in choices)
            for choice in least:
                timed = crowd.delayed_if_taken(every_way(judge.ends.held.network, zone_id))
                exposed = [options.exposure_s(trail) or 0.0 for trail in timed if judge.is_safe(trail)]
                assert choice.safe
                assert (choice.exposure_s or 0.0) <= min(exposed) + 0.001, (seed, zone_id)
                labels += 1
    assert labels > 20
    assert 0 < left_out < labels


def every_way(network: Network, zone_id: UUID) -> list[Trail]:
    compiled, ends = network.compiled, set(np.flatnonzero(network.sinks).tolist())
    joined = nx.MultiDiGraph()
    for edge in np.flatnonzero(np.isfinite(network.edge_s)).tolist():
        joined.add_edge(int(compiled.tails[edge]), int(compiled.heads[edge]), key=edge)
    found = []
    for first in {start.node for start in network.starts[zone_id]}:
        found += [build_trail(network, zone_id, (first,), ())] if first in ends else []
        for way in nx.all_simple_edge_paths(joined, first, ends - {first}):
            tails, heads, edges = zip(*way, strict=True)
            found.append(build_trail(network, zone_id, (*tails, heads[-1]), edges))
    return found


def test_a_pursuer_never_meets_anyone_on_a_choice_that_is_called_safe() -> None:
    tried: Counter[ChoiceLabel] = Counter()
    for seed in range(10):
        rng = random.Random(3000 + seed)
        floorplan = grid_building(seed)
        centre = rng.choice(floorplan.zones).polygon.representative_point()
        danger = threat(centre.x, centre.y, speed_mps=rng.choice([0.5, 1.2]))
        request = PlanRequest(threats=[danger], reaction_s=0.0, margin_s=1.0, now=NOW, choices=True)
        pursuer, speed_mps = Pursuer(floorplan, [centre]), max(danger.speed_mps, ADULT.level_mps)
        for route in plan(compile_floorplan(floorplan), request).routes:
            for choice in route.choices:
                if choice.safe and choice.latest_departure_s is not None:
                    ahead = narrowest(choice, pursuer, choice.latest_departure_s, speed_mps)
                    assert ahead >= 1.0 - 1e-3, (seed, route.zone_id, choice.labels)
                    tried.update(choice.labels)
    assert min(tried[label] for label in ChoiceLabel) > 5


def test_nobody_on_a_choice_is_later_than_it_says_if_all_of_the_zone_take_it() -> None:
    """By the south 10 people come to the exit one by one through narrow doors, by the north all at once."""
    wide = {uid("room north"): 4.0, uid("north end"): 4.0, uid("room south"): 0.7, uid("south end"): 0.7}
    floorplan = ring()
    openings = tuple(replace(o, width_m=wide.get(o.id, o.width_m)) for o in floorplan.openings)
    floorplan = replace(floorplan, openings=openings)
    people = {uid("room"): 10}
    made = make(floorplan, threat(19, -59, speed_mps=1.0), people=people, profile=ADULT, choices=True)
    assert any(uid("north end") in choice.legs[0].opening_ids for choice in route_of(made, "room").choices)
    for seed in range(5):
        assert max(queued(made, people, floorplan, random.Random(seed))) <= 1e-6


@pytest.mark.parametrize("seed", range(10))
def test_nobody_who_queues_is_later_than_routes_and_choices_say(seed: int) -> None:
    rng = random.Random(seed)
    floorplan = two_storey_campus(seed) if seed % 2 else grid_building(seed)
    danger = threat(3, 3, speed_mps=0.95)
    people = {zone.id: rng.choice([0, 1, 10, 30]) for zone in floorplan.zones}
    request = PlanRequest([danger], reaction_s=0.0, margin_s=0.0, now=NOW, people=people, choices=True)
    late = queued(plan(compile_floorplan(floorplan), request), people, floorplan, rng)
    assert max(late, default=0.0) <= 1e-6
    assert len(late) > 10 or not late, "some plans divide a zone"


def test_with_people_counted_and_to_refuges_choices_are_judged_with_all_waits_and_locks() -> None:
    floorplan = ring()
    crowd = {zone.id: 60 for zone in floorplan.zones}
    counted = make(floorplan, threat(19, -59, speed_mps=1.0), people=crowd, choices=True)
    for route in counted.routes:
        for choice in route.choices:
            assert choice.queue_s > 0
            assert choice.safe == (choice.margin_s is None or choice.margin_s >= 0)
        best = {label: choice for choice in route.choices for label in choice.labels}
        for choice in (one for one in route.choices if one.safe):
            assert best[ChoiceLabel.FASTEST_SAFE].time_s <= choice.time_s
            if ChoiceLabel.LEAST_EXPOSED in best:
                assert (best[ChoiceLabel.LEAST_EXPOSED].exposure_s or 0) <= (choice.exposure_s or 0) + 0.001
    sheltered = make(floorplan, threat(19, -59, speed_mps=1.0), to=Destination.SHELTER, choices=True)
    assert {route.choices for route in sheltered.routes} == {()}
