"""The published verification cases that a planner can be held to: what each expects, and what ours gives.

``docs/verification.md`` is written from this module. Where a case leaves a convention open, the geometry says which is ours.
"""

from collections.abc import Callable
from dataclasses import dataclass

from shapely import LineString, Polygon

from geo_server.domain.places import Floorplan, ZoneCategory
from geo_server.domain.routes import EvacuationPlan
from geo_server.routing.compiled import compile_floorplan
from geo_server.routing.profiles import REDUCED_MOBILITY, Profile
from tests.routing.planning import AT_1, make, route_of, two_levels
from tests.routing.plans import Sketch, closure, corridor_40m, threat, two_exits, uid

Measure = Callable[[], float]


@dataclass(frozen=True)
class Case:
    """One case.

    Args:
        source: Suite and number.
        geometry: What is built.
        expects: What the suite expects, in words.
        least: Least figure that passes.
        most: Largest figure that passes.
        unit: Unit of the figures.
        measure: Our figure.
    """

    source: str
    geometry: str
    expects: str
    least: float
    most: float
    unit: str
    measure: Measure


CASES: list[Case] = []

LEFT_OUT = {
    "RiMEA 4, 11, 12a-c, 13, 16; IMO 8, 11; NIST 2.8, 2.9, 5.1": "densities, counterflow and where a jam stands: the planner "
    "bounds how long people wait at doors and stairs, and does not move them about",
    "RiMEA 8": "a building without a pass mark",
    "RiMEA 10; IMO 10; NIST 3.1": "exits assigned by hand: the planner chooses them itself",
    "RiMEA 14": "documents a preference, without a pass mark: the planner takes the quicker way",
    "IMO 7; NIST 2.4": "speeds spread over a population: a profile is one speed, the slow end of its group",
    "NIST 2.10": "people who assist others",
    "NIST 2.5, 2.6": "smoke and incapacitation",
    "NIST 2.7": "elevators: the planner sends nobody into one",
    "NIST 3.2, 3.3": "social influence and affiliation",
}
"""Cases that are not here, and why."""


def case(
    source: str, geometry: str, expects: str, least: float, most: float, unit: str
) -> Callable[[Measure], Measure]:
    """Enter a function as a case."""

    def enter(measure: Measure) -> Measure:
        CASES.append(Case(source, geometry, expects, least, most, unit, measure))
        return measure

    return enter


def _time_s(floorplan: Floorplan, zone: str, profile: Profile = AT_1) -> float:
    seconds = route_of(make(floorplan, profile=profile), zone).time_s
    assert seconds is not None
    return seconds


def _flight_s(end: str, profile: Profile) -> float:
    """Seconds of the flight of stairs that starts at its foot or head."""
    compiled = compile_floorplan(two_levels())
    seconds = compiled.occupant_s(profile)
    return next(
        float(s)
        for tail, head, s in zip(compiled.tails, compiled.heads, seconds, strict=True)
        if compiled.subjects[tail] == compiled.subjects[head] and compiled.nodes[tail].startswith(end)
    )


@case("RiMEA 1", "corridor 2 x 40 m, one person at 1.33 m/s", "26 to 34 s", 26.0, 34.0, "s")
def rimea_1() -> float:
    return _time_s(corridor_40m(), "corridor", Profile("RiMEA 1", 1.33, 0.0, 0.0, 0.0, "RiMEA, test 1"))


@case(
    "IMO 1; NIST 2.1",
    "corridor 2 x 40 m, one person at 1 m/s, from the corner to the middle of the far wall with clearance",
    "40 s",
    39.8,
    40.2,
    "s",
)
def imo_1() -> float:
    return _time_s(corridor_40m(), "corridor")


@case("RiMEA 2", "stairs of 10 m along the slope, up at 0.5 m/s along the slope", "10 m / v = 20 s", 19.99, 20.01, "s")
def rimea_2() -> float:
    return _flight_s("foot", AT_1)


@case("RiMEA 3", "the same, down at 0.65 m/s", "10 m / v = 15.38 s", 15.37, 15.40, "s")
def rimea_3() -> float:
    return _flight_s("head", AT_1)


STAIRS_AT_1 = Profile("IMO stairs", 1.0, 1.0, 1.0, 1.0, "IMO MSC.1/Circ.1238, tests 2 and 3")


@case("IMO 2; NIST 2.2", "stairs of 10 m, up at 1 m/s", "10 s", 9.99, 10.01, "s")
def imo_2() -> float:
    return _flight_s("foot", STAIRS_AT_1)


@case("IMO 3; NIST 2.2", "stairs of 10 m, down at 1 m/s", "10 s", 9.99, 10.01, "s")
def imo_3() -> float:
    return _flight_s("head", STAIRS_AT_1)


@case(
    "RiMEA 5; IMO 5; NIST 1.1",
    "room 8 x 5 m, exit of 1 m in the 5 m wall, people who react after 10 and after 100 s, a threat 500 m off",
    "each starts at its time: 90 s between them",
    89.999,
    90.001,
    "s",
)
def rimea_5() -> float:
    sketch = Sketch()
    sketch.zone("room", (0, 0, 8, 5))
    sketch.door("exit", [(8, 2), (8, 3)], ("room", None), out=True)
    early, late = (
        route_of(make(sketch.build(), threat(508, 2.5), reaction_s=reaction_s), "room").margin_s
        for reaction_s in (10.0, 100.0)
    )
    assert early is not None
    assert late is not None
    return early - late


def _corner() -> Floorplan:
    """A corridor 2 m wide that turns left: 10 m and 10 m along its inner side, 12 m and 12 m along its outer side."""
    sketch = Sketch()
    shape = Polygon([(0, 0), (12, 0), (12, 12), (10, 12), (10, 2), (0, 2)])
    sketch.zone("corridor", shape, category=ZoneCategory.CORRIDOR)
    sketch.zone("behind", (-4, 0, 0, 2))
    sketch.door("in", [(0, 0.5), (0, 1.5)], ("behind", "corridor"))
    sketch.door("exit", [(10.5, 12), (11.5, 12)], ("corridor", None), out=True)
    return sketch.build()


@case("RiMEA 6; IMO 6; NIST 2.3", "corridor 2 m wide with a left turn", "nobody crosses a wall: 0 m", 0.0, 1e-5, "m")
def rimea_6() -> float:
    floorplan = _corner()
    walkable = floorplan.zones[0].polygon.union(floorplan.zones[1].polygon).buffer(1e-6)
    legs = route_of(make(floorplan), "behind").legs
    return sum(float(LineString(leg.coordinates).difference(walkable).length) for leg in legs)


@case("RiMEA 7 (reduced mobility)", "corridor 2 x 40 m, reduced mobility", "0.46 to 0.76 m/s", 0.4599, 0.7601, "m/s")
def rimea_7() -> float:
    route = route_of(make(corridor_40m(), profile=REDUCED_MOBILITY), "corridor")
    assert route.distance_m is not None
    assert route.time_s is not None
    return route.distance_m / route.time_s


@case(
    "RiMEA 15 (one person)",
    "straight corridors of 20 and 24 m, and one with a corner that is 20 m inside and 24 m outside",
    "short <= corner <= long: no difference is negative",
    0.0,
    float("inf"),
    "s",
)
def rimea_15() -> float:
    short, long = (_straight_s(metres) for metres in (20.0, 24.0))
    turned = route_of(make(_corner()), "behind").legs[0]
    corner = turned.arrive_s[-1] - turned.arrive_s[turned.coordinates.index((0.0, 1.0))]
    return min(corner - short, long - corner)


def _straight_s(metres: float) -> float:
    sketch = Sketch()
    sketch.zone("corridor", (0, 0, metres, 2), category=ZoneCategory.CORRIDOR)
    sketch.zone("behind", (-4, 0, 0, 2))
    sketch.door("in", [(0, 0.5), (0, 1.5)], ("behind", "corridor"))
    sketch.door("exit", [(metres, 0.5), (metres, 1.5)], ("corridor", None), out=True)
    leg = route_of(make(sketch.build()), "behind").legs[0]
    return leg.arrive_s[-1] - leg.arrive_s[leg.coordinates.index((0.0, 1.0))]


@case(
    "NIST 4.1",
    "room on a corridor of 60 m with an exit at either end; the nearer one closes",
    "the occupant uses exit 2: 1 of 1",
    1.0,
    1.0,
    "",
)
def nist_4_1() -> float:
    floorplan = two_exits()
    before, after = (
        route_of(make(floorplan, closures=closures), "room").exit_id for closures in ([], [closure("west")])
    )
    return float((before, after) == (uid("west"), uid("east")))


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
