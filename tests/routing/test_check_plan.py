"""The example that checks a plan with networkx: it agrees with the planner on all zones, and says so where it does not."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import networkx as nx
import orjson
import pytest
from shapely import Point, Polygon

from examples.check_plan import differences
from geo_server.domain.incidents import Threat
from geo_server.domain.places import Floorplan, OpeningCategory, ZoneCategory
from geo_server.domain.routes import Destination
from geo_server.export.plan import plan_document
from geo_server.routing.compiled import CompiledFloorplan, compile_floorplan
from geo_server.routing.graph_files import graphml, node_link
from geo_server.routing.plan import plan
from geo_server.routing.profiles import CHILD, PROFILES, REDUCED_MOBILITY, WHEELCHAIR
from geo_server.routing.request import PlanRequest
from tests.export.floorplans import DRESDEN
from tests.export.floorplans import school as placed_school
from tests.routing.campuses import gathering_campus
from tests.routing.plans import NOW, Sketch, closure, threat

EXAMPLE = Path(__file__).parents[2] / "examples" / "check_plan.py"


def read_back(compiled: CompiledFloorplan) -> nx.MultiDiGraph:
    return nx.node_link_graph(json.loads(json.dumps(node_link(compiled))), edges="edges")


def asked(floorplan: Floorplan, *threats: Threat, **wanted: Any) -> tuple[CompiledFloorplan, dict[str, Any]]:
    compiled = compile_floorplan(floorplan)
    made = plan(compiled, PlanRequest(threats, reaction_s=0.0, margin_s=2.0, now=NOW, **wanted))
    return compiled, json.loads(orjson.dumps(plan_document(made, floorplan)))


def with_locks(floorplan: Floorplan) -> Floorplan:
    """Rated doors, some of them between corridors and rooms."""
    every = count()
    category = {zone.id: ZoneCategory.CORRIDOR for zone in floorplan.zones[::2] if zone.category is ZoneCategory.ROOM}
    doors = tuple(replace(door, lock_delay_s=20.0 * (next(every) % 3 == 0)) for door in floorplan.openings)
    zones = tuple(replace(zone, category=category.get(zone.id, zone.category)) for zone in floorplan.zones)
    return replace(floorplan, openings=doors, zones=zones)


def situations() -> Iterator[tuple[str, Floorplan, tuple[Threat, ...], dict[str, Any]]]:
    for seed in range(4):
        campus = with_locks(gathering_campus(seed))
        indoors = threat(7.5, 5, radius_m=0.5, speed_mps=1.2)
        above = threat(3, 3, ordinal=1, speed_mps=2.0, name="above")
        yard = threat(2, -5, radius_m=2.0, speed_mps=1.0, name="yard")
        drawn = replace(indoors, point=Point(7.5, 5), polygon=Polygon([(7, 4), (9, 3), (11, 9), (8, 9)]), radius_m=0.0)
        yield f"indoors {seed}", campus, (indoors,), {}
        yield f"above {seed}", campus, (above,), {"profile": CHILD}
        yield f"yard {seed}", campus, (yard,), {"profile": REDUCED_MOBILITY}
        yield (
            f"two {seed}",
            campus,
            (indoors, above),
            {"closures": [closure("east"), closure("r1.0"), closure("stairs")]},
        )
        yield f"polygon {seed}", campus, (drawn,), {"to": Destination.ASSEMBLY_POINTS}
        yield f"nobody {seed}", campus, (), {"profile": WHEELCHAIR, "closures": [closure("point west")]}
        propped = frozenset(door.id for door in campus.openings[:6])
        yield f"propped {seed}", campus, (indoors,), {"propped": propped}
    school = placed_school(DRESDEN)
    place = school.zones[0].polygon.representative_point()
    seen = replace(threat(place.x, place.y, radius_m=1.0), level_id=school.zones[0].level_id)
    for profile in PROFILES.values():
        yield f"placed {profile.name}", school, (seen,), {"profile": profile}


@pytest.mark.parametrize(
    ("floorplan", "threats", "wanted"), [s[1:] for s in situations()], ids=[s[0] for s in situations()]
)
def test_the_example_finds_the_answers_of_all_zones(
    floorplan: Floorplan, threats: tuple[Threat, ...], wanted: dict[str, Any]
) -> None:
    closures = [one for one in wanted.get("closures", ()) if floorplan.can_be_closed(one.subject_id)]
    wanted = {**wanted, "closures": closures}
    compiled, document = asked(floorplan, *threats, **wanted)
    assert len(document["zones"]) >= 4
    assert differences(read_back(compiled), document) == []


def corridor_of_doors() -> Floorplan:
    """A long corridor with a door every 4 m: sums over its doors would leave a quarter of it out."""
    sketch = Sketch()
    sketch.zone("corridor", (0, 0, 60, 3), category=ZoneCategory.CORRIDOR)
    for k in range(14):
        sketch.zone(f"room {k}", (4 * k + 1, 3, 4 * k + 5, 8))
        line = [(4 * k + 2, 3), (4 * k + 4, 3)]
        sketch.door(f"door {k}", line, (f"room {k}", "corridor"), category=OpeningCategory.GAP)
    sketch.door("west", [(0, 1), (0, 2)], ("corridor", None), out=True)
    sketch.door("east", [(60, 1), (60, 2)], ("corridor", None), out=True)
    return sketch.build()


def test_the_rule_of_never_twice_through_one_zone_is_needed_to_find_them() -> None:
    compiled, document = asked(corridor_of_doors(), threat(3, 6, speed_mps=2.5))
    graph = read_back(compiled)
    assert differences(graph, document) == []
    for _, told in graph.nodes(data=True):
        told["side"] = told["other_side"] = "any"
    for *_, told in graph.edges(data=True):
        told["side"] = "any"
    assert differences(graph, document) != []


def test_it_reads_graphml_and_ends_with_1_where_a_plan_says_something_else(tmp_path: Path) -> None:
    compiled, document = asked(corridor_of_doors(), threat(3, 6, speed_mps=2.5))
    graph, said = tmp_path / "x.graphml", tmp_path / "plan.json"
    graph.write_bytes(graphml(compiled))
    command = [sys.executable, str(EXAMPLE), str(graph), str(said)]
    said.write_text(json.dumps(document))
    right = subprocess.run(command, capture_output=True, text=True, check=True)
    assert right.stdout == "15 zones: all as the graph gives them.\n"
    document["zones"][3]["margin_s"] += 1
    said.write_text(json.dumps(document))
    wrong = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (wrong.returncode, wrong.stdout.count("margin_s")) == (1, 1)
