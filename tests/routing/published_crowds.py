"""The published cases of many people."""

from shapely import box

from geo_server.domain.places import Floorplan, OpeningCategory, ZoneCategory
from geo_server.domain.routes import EvacuationPlan
from tests.routing.cases import Cases
from tests.routing.planning import make
from tests.routing.plans import Sketch, closure, uid

CASES = Cases()
case = CASES.enter


def hall(exits: int, people: int, width_m: float = 1.0) -> EvacuationPlan:
    """A room of 30 by 20 m with up to four exits, two in each wall of 20 m, and the plan for its people.

    They are 3 m apart: people are sent to exits that are at most a fifth farther than the nearest.
    """
    sketch = Sketch()
    sketch.zone("hall", (0, 0, 30, 20), category=ZoneCategory.ASSEMBLY)
    places = [(0, 8.5), (30, 8.5), (0, 11.5), (30, 11.5)]
    for number, (x, y) in enumerate(places[:exits]):
        line = [(x, y - width_m / 2), (x, y + width_m / 2)]
        sketch.door(f"exit {number}", line, ("hall", None), out=True, width_m=width_m)
    return make(sketch.build(), people={uid("hall"): people})


def clearance_s(made: EvacuationPlan) -> float:
    assert made.egress is not None
    assert made.egress.clearance_s is not None
    return made.egress.clearance_s


@case(
    "RiMEA 9; IMO 9",
    "room 30 x 20 m with 1000 persons, four exits of 1.0 m, two in each wall of 20 m, then one in each",
    "the time about doubles (FDS+Evac 220.7 and 412.9 s: 1.87)",
    1.75,
    2.1,
    "times",
)
def rimea_9() -> float:
    return clearance_s(hall(2, 1000)) / clearance_s(hall(4, 1000))


@case(
    "RiMEA 9, closed form",
    "the same with four exits; SFPE: 1000 / (4 * 1.3 * 0.7) persons a second, and at most 40 s of walking",
    "274.7 s and the walk",
    274.7,
    314.7,
    "s",
)
def rimea_9_closed_form() -> float:
    return clearance_s(hall(4, 1000))


@case(
    "IMO 4",
    "room 8 x 5 m with 100 persons and one exit of 1.0 m",
    "at most 1.33 persons a second: 75.2 s or more",
    75.2,
    float("inf"),
    "s",
)
def imo_4() -> float:
    sketch = Sketch()
    sketch.zone("room", (0, 0, 8, 5))
    sketch.door("exit", [(8, 2), (8, 3)], ("room", None), out=True, width_m=1.0)
    return clearance_s(make(sketch.build(), people={uid("room"): 100}))


@case(
    "NIST 5.2",
    "the hall of RiMEA 9 with 1000 persons and one exit of 1.0 m: persons a second and metre of clear width",
    "the flow stays at or below 1.33",
    0.0,
    1.33,
    "1/(m s)",
)
def nist_5_2() -> float:
    return 1000 / (clearance_s(hall(1, 1000)) - clearance_s(hall(1, 1)))


@case(
    "RiMEA 12d",
    "the hall with 150 persons and one exit of 0.8, 1.0 and 1.2 m",
    "the wider, the sooner: no difference is negative",
    0.0,
    float("inf"),
    "s",
)
def rimea_12d() -> float:
    narrow, middle, wide = (clearance_s(hall(1, 150, width_m)) for width_m in (0.8, 1.0, 1.2))
    return min(narrow - middle, middle - wide)


def twelve_rooms() -> tuple[Floorplan, dict[str, int]]:
    """A corridor with six rooms on either side, numbered 1 to 6 and 7 to 12, an exit at each end, and 23 persons."""
    sketch = Sketch()
    sketch.zone("corridor", (0, 0, 30, 2), category=ZoneCategory.CORRIDOR)
    for k in range(6):
        for number, low, wall_y in ((k + 1, 2, 2), (k + 7, -5, 0)):
            sketch.zone(f"{number}", box(5 * k, low, 5 * k + 5, low + (3 if low > 0 else 5)))
            sketch.door(f"door {number}", [(5 * k + 2, wall_y), (5 * k + 3, wall_y)], (f"{number}", "corridor"))
    sketch.door("main", [(0, 0.5), (0, 1.5)], ("corridor", None), out=True)
    sketch.door("secondary", [(30, 0.5), (30, 1.5)], ("corridor", None), out=True)
    return sketch.build(), {f"{number}": 1 if number == 1 else 2 for number in range(1, 13)}


@case(
    "RiMEA 10; IMO 10; NIST 3.1",
    "corridor with 12 rooms and 23 persons; rooms 1 to 4 and 7 to 10 are given the main exit and the others the secondary "
    "one, by closing the other exit for each group",
    "all leave by their own exit: 15 and 8 persons, 0 elsewhere",
    0.0,
    0.0,
    "persons",
)
def rimea_10() -> float:
    floorplan, inside = twelve_rooms()
    elsewhere = 0
    for own, other, rooms, expected in (
        ("main", "secondary", {1, 2, 3, 4, 7, 8, 9, 10}, 15),
        ("secondary", "main", {5, 6, 11, 12}, 8),
    ):
        people = {uid(f"{number}"): inside[f"{number}"] for number in rooms}
        made = make(floorplan, people=people, closures=[closure(other)])
        assert made.egress is not None
        here = {load.exit_id: load.people for load in made.egress.exits}
        elsewhere += expected - here.get(uid(own), 0)
        elsewhere += sum(count for exit_id, count in here.items() if exit_id != uid(own))
    return float(elsewhere)


@case(
    "RiMEA 11",
    "hall 30 x 20 m with 1000 persons in its western third, and two exits of 1.0 m in its east wall, one 20.0 m away from "
    "the middle of the third's side, the other 0.9 m farther",
    "the nearer exit is preferred and some use the other: its persons over those of the nearer one, above 0 and at most 1",
    0.01,
    1.0,
    "",
)
def rimea_11() -> float:
    sketch = Sketch()
    sketch.zone("west", (0, 0, 10, 20), category=ZoneCategory.ASSEMBLY)
    sketch.zone("hall", (10, 0, 30, 20), category=ZoneCategory.ASSEMBLY)
    sketch.door("open", [(10, 0), (10, 20)], ("west", "hall"), category=OpeningCategory.GAP, width_m=20.0)
    sketch.door("near", [(30, 9.5), (30, 10.5)], ("hall", None), out=True, width_m=1.0)
    sketch.door("far", [(30, 15.5), (30, 16.5)], ("hall", None), out=True, width_m=1.0)
    made = make(sketch.build(), people={uid("west"): 1000})
    assert made.egress is not None
    used = {load.exit_id: load.people for load in made.egress.exits}
    return used.get(uid("far"), 0) / used[uid("near")]
