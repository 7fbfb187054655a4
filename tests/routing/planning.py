"""Plans made in a line, for tests."""

from dataclasses import replace

from geo_server.domain.incidents import Threat
from geo_server.domain.places import Floorplan, TransitionCategory, ZoneCategory
from geo_server.domain.routes import EvacuationPlan, Route
from geo_server.routing.compiled import compile_floorplan
from geo_server.routing.plan import plan
from geo_server.routing.profiles import Profile
from geo_server.routing.request import PlanRequest
from tests.routing.plans import NOW, Sketch, uid

AT_1 = Profile("1 m/s", 1.0, 0.5, 0.65, 1.0, "test")


def make(floorplan: Floorplan, *threats: Threat, **wanted: object) -> EvacuationPlan:
    request = replace(PlanRequest(threats=threats, profile=AT_1, reaction_s=0.0, margin_s=0.0, now=NOW), **wanted)  # type: ignore[arg-type]
    return plan(compile_floorplan(floorplan), request)


def route_of(made: EvacuationPlan, zone: str) -> Route:
    return next(route for route in made.routes if route.zone_id == uid(zone))


def two_levels(category: TransitionCategory = TransitionCategory.STAIRS) -> Floorplan:
    """A hall with an exit, and above it a hall with one room; joined by 10 m of stairs from x = 18 to x = 12."""
    sketch = Sketch()
    sketch.level(1)
    sketch.zone("hall", (0, 0, 20, 2), category=ZoneCategory.CORRIDOR)
    sketch.zone("upper hall", (0, 0, 20, 2), 1, ZoneCategory.CORRIDOR)
    sketch.zone("attic", (0, 2, 4, 6), 1)
    sketch.door("exit", [(0, 0.5), (0, 1.5)], ("hall", None), out=True, number="1")
    sketch.door("attic door", [(1.5, 2), (2.5, 2)], ("attic", "upper hall"), ordinal=1)
    sketch.stairs("stairs", [(18, 1), (12, 1)], ("hall", "upper hall"), 10.0, category)
    return sketch.build()
