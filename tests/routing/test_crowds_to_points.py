"""Crowds on their way to assembly points: they queue at the exits, each exit has its load, and people are spread over exits."""

import random
from typing import Any

import pytest
from shapely import Point

from geo_server.domain.places import AssemblyPoint, Floorplan, ZoneCategory
from geo_server.domain.routes import Destination, EvacuationPlan
from geo_server.export.plan import plan_document
from geo_server.routing.profiles import ADULT
from tests.routing.campuses import gathering_campus
from tests.routing.planning import make, route_of
from tests.routing.plans import Sketch, threat, uid
from tests.routing.queues import queued


def hall(*points: tuple[str, float, float]) -> Floorplan:
    """A hall of 40 m with an exit of 1 m at either end, and assembly points."""
    sketch = Sketch()
    sketch.zone("hall", (0, 0, 40, 10), category=ZoneCategory.CORRIDOR)
    sketch.door("west", [(0, 4.5), (0, 5.5)], ("hall", None), out=True, width_m=1.0)
    sketch.door("east", [(40, 4.5), (40, 5.5)], ("hall", None), out=True, width_m=1.0)
    sketch.points += [AssemblyPoint(uid(name), Point(x, y), name) for name, x, y in points]
    return sketch.build()


def to_points(floorplan: Floorplan, people: int, **wanted: Any) -> EvacuationPlan:
    return make(floorplan, to=Destination.ASSEMBLY_POINTS, people={uid("hall"): people}, **wanted)


def test_the_queue_at_the_exit_on_the_way_is_in_the_time_to_the_point() -> None:
    floorplan = hall(("West", -30, 5))
    alone, crowded = (route_of(to_points(floorplan, count), "hall") for count in (1, 91))
    # 1.3 a second and metre of 0.7 m.
    assert crowded.time_s is not None
    assert alone.time_s is not None
    assert crowded.time_s - alone.time_s == pytest.approx(90 / 0.91, rel=0.05)


def test_loads_are_told_of_the_exits_that_the_ways_to_points_lead_by() -> None:
    made = to_points(hall(("West", -30, 5)), 91)
    assert made.egress is not None
    (load,) = made.egress.exits
    assert (load.exit_id, load.people) == (uid("west"), 91)
    assert load.flow_pps == pytest.approx(0.91)
    document = plan_document(made, hall(("West", -30, 5)))
    assert document["egress"]["exits"][0]["exit_id"] == str(uid("west"))
    assert "nearest" in document["assumptions"]["spread"]


def test_people_are_spread_over_the_exits_of_points_on_either_side() -> None:
    made = to_points(hall(("West", -30, 5), ("East", 70.5, 5)), 200)
    assert made.egress is not None
    loads = {load.exit_id: load.people for load in made.egress.exits}
    assert set(loads) == {uid("west"), uid("east")}
    assert abs(loads[uid("west")] - loads[uid("east")]) < 20
    ends = {share.exit_id: share.people for share in made.egress.shares[uid("hall")]}
    assert set(ends) == {uid("West"), uid("East")}
    one_sided = to_points(hall(("West", -30, 5), ("Far east", 110, 5)), 200)
    assert one_sided.egress is not None
    assert len(one_sided.egress.exits) == 1, "a point more than a fifth farther is not gone to"


@pytest.mark.parametrize("seed", range(6))
def test_nobody_in_a_simulation_of_the_queues_is_later_at_a_point_than_told(seed: int) -> None:
    rng = random.Random(f"points {seed}")
    floorplan = gathering_campus(seed)
    people = {zone.id: rng.choice([0, 3, 12]) for zone in floorplan.zones}
    wanted: dict[str, Any] = {"to": Destination.ASSEMBLY_POINTS, "people": people, "choices": True, "profile": ADULT}
    made = make(floorplan, threat(9, -30, speed_mps=1.0), **wanted)
    assert all(late_s <= 1e-6 for late_s in queued(made, people, floorplan, rng))
