"""The published cases of one person who walks."""

from shapely import LineString, Polygon

from geo_server.domain.places import Floorplan, ZoneCategory
from geo_server.routing.compiled import compile_floorplan
from geo_server.routing.profiles import REDUCED_MOBILITY, Profile
from tests.routing.cases import Cases
from tests.routing.planning import AT_1, make, route_of, two_levels
from tests.routing.plans import Sketch, closure, corridor_40m, threat, two_exits, uid

CASES = Cases()
case = CASES.enter


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


AGES = {"under 30": (0.58, 1.61), "30 to 50": (1.41, 1.54), "over 50": (0.68, 1.41)}
"""Walking speeds of adults by age, m/s (RiMEA guideline, test 7, after Weidmann)."""


@case(
    "RiMEA 7; IMO 7; NIST 2.4",
    "corridor 2 x 40 m, 50 adults with speeds spread evenly over those of their age (RiMEA's table), each with their own",
    "everybody walks at their own speed: nobody of 50 outside the range of their age",
    0.0,
    0.0,
    "persons",
)
def rimea_7_population() -> float:
    outside = 0
    for number in range(50):
        slowest, fastest = list(AGES.values())[number % len(AGES)]
        speed_mps = slowest + (fastest - slowest) * (number // len(AGES)) / (49 // len(AGES))
        route = route_of(make(corridor_40m(), profile=Profile("one", speed_mps, 0.0, 0.0, 0.0, "RiMEA 7")), "corridor")
        assert route.distance_m is not None
        assert route.time_s is not None
        outside += not slowest - 1e-6 <= route.distance_m / route.time_s <= fastest + 1e-6
    return float(outside)


def two_ways() -> Floorplan:
    """From a west hall to an east one: up 5 m of stairs, 20 m along and down again, or round by a corridor on one level."""
    sketch = Sketch()
    sketch.level(1)
    sketch.zone("start", (-6, 0, 0, 4))
    sketch.zone("west", (0, 0, 4, 4))
    sketch.zone("east", (24, 0, 28, 4))
    sketch.zone("bridge", (0, 0, 28, 4), 1, ZoneCategory.CORRIDOR)
    round_about = Polygon([(0, 4), (4, 4), (4, 40), (24, 40), (24, 4), (28, 4), (28, 44), (0, 44)])
    sketch.zone("round", round_about, category=ZoneCategory.CORRIDOR)
    sketch.door("in", [(0, 1.5), (0, 2.5)], ("start", "west"))
    sketch.door("west door", [(1.5, 4), (2.5, 4)], ("west", "round"))
    sketch.door("east door", [(25.5, 4), (26.5, 4)], ("east", "round"))
    sketch.door("exit", [(28, 1.5), (28, 2.5)], ("east", None), out=True)
    sketch.stairs("west stairs", [(2, 2)], ("west", "bridge"), 5.0)
    sketch.stairs("east stairs", [(26, 2)], ("east", "bridge"), 5.0)
    return sketch.build()


@case(
    "RiMEA 14",
    "a way over two flights of stairs of 5 m, at 0.5 and 0.65 m/s, or a longer one on one level; each closed in turn",
    "which way is taken is to be documented: the quicker one, here the stairs. Its time less the quicker of both: 0 s",
    0.0,
    1e-6,
    "s",
)
def rimea_14() -> float:
    both, over, along = (
        route_of(make(two_ways(), closures=[closure(shut) for shut in closed]), "start")
        for closed in ([], ["west door"], ["west stairs"])
    )
    assert both.time_s is not None
    assert over.time_s is not None
    assert along.time_s is not None
    assert len(both.legs) == 3, "the stairs"
    return both.time_s - min(over.time_s, along.time_s)
