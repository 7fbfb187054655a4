"""The example for analysts runs, and agrees with the planner."""

import subprocess
import sys
from pathlib import Path

import pytest
from shapely import LineString, Point

from examples.check_with_networkx import metres_to_an_exit
from geo_server.ingest.pipeline import read_plan
from geo_server.routing.compiled import compile_floorplan
from geo_server.routing.graph import build_graph
from geo_server.routing.plan import plan
from geo_server.routing.request import PlanRequest

ROOT = Path(__file__).parents[2]
SCHOOL = ROOT / "data/floorplans/school_level_0.dxf"


def example(word: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "examples/check_with_networkx.py"), str(word)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)


def test_the_example_names_the_farthest_doors_first() -> None:
    run = example(SCHOOL)
    assert (run.returncode, run.stderr) == (0, "")
    told = [float(line.split()[0]) for line in run.stdout.splitlines()]
    assert len(told) == 10
    assert told == sorted(told, reverse=True)
    assert told[-1] > 0


def test_the_example_explains_itself_and_says_in_words_what_it_cannot_read(tmp_path: Path) -> None:
    told = example("--help")
    assert told.returncode == 0
    assert "how far is it from each door to the nearest exit?" in told.stdout
    (tmp_path / "noise.dxf").write_bytes(b"\x00\x01")
    for file in (tmp_path / "nowhere.dxf", tmp_path / "noise.dxf"):
        run = example(file)
        assert run.returncode == 2
        assert file.name in run.stderr
        assert "Traceback" not in run.stderr


def test_a_planned_way_is_the_walk_to_its_first_door_and_what_networkx_says_from_there() -> None:
    floorplan = read_plan(SCHOOL.read_bytes(), SCHOOL.name).floorplan
    from_door = metres_to_an_exit(build_graph(floorplan))
    routes = plan(compile_floorplan(floorplan), PlanRequest()).routes
    assert len(routes) > 25
    for route in routes:
        first = route.legs[0].opening_ids[0]
        door = floorplan.opening_by_id[first].line.centroid
        assert route.distance_m is not None
        walked = route.distance_m - from_door[f"opening:{first}"]
        at_first = route.legs[0].coordinates.index(
            min(route.legs[0].coordinates, key=lambda c: door.distance(Point(c)))
        )
        drawn = LineString(route.legs[0].coordinates[: at_first + 1]).length
        assert walked == pytest.approx(drawn, abs=0.05)
