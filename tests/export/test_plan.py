"""The plan document keeps to its schema, says everything on the safe side, and keeps the coordinates of the floorplan."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

import jsonschema
import orjson
import pytest
from shapely import Point
from shapely.geometry import shape

from geo_server.domain.frame import DrawingFrame
from geo_server.domain.incidents import Closure, ClosureReason, Threat
from geo_server.domain.occupancy import CountedBy
from geo_server.domain.places import Floorplan, ZoneCategory
from geo_server.domain.routes import Destination
from geo_server.export.geojson import floorplan_document
from geo_server.export.plan import plan_document
from geo_server.routing.compiled import compile_floorplan
from geo_server.routing.plan import plan
from geo_server.routing.profiles import WHEELCHAIR
from geo_server.routing.request import PlanRequest
from tests.export.floorplans import DRESDEN, school, uid
from tests.routing.plans import uid as routing_uid
from tests.routing.test_refuges import two_storeys_with_a_shelter

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SCHEMA = json.loads(files("geo_server.export").joinpath("schemas/plan.schema.json").read_text())
THREAT = Threat(uid("threat"), "intruder", uid("ground"), Point(1, 1), 0.5, 1.5, NOW)


def document(floorplan: Floorplan, *threats: Threat, **wanted: Any) -> dict[str, Any]:
    made = plan(compile_floorplan(floorplan), PlanRequest(threats=threats, now=NOW, **wanted))
    return plan_document(made, floorplan)


@pytest.mark.parametrize("frame", [DRESDEN, DrawingFrame()])
@pytest.mark.parametrize("threats", [(), (THREAT,)])
@pytest.mark.parametrize("to", Destination)
def test_the_document_keeps_to_its_schema(frame: Any, threats: tuple[Threat, ...], to: Destination) -> None:
    closed = Closure(uid("closure"), uid("d2"), ClosureReason.LOCKED, "test", NOW)
    floorplan = school(frame)
    zones = tuple(
        replace(zone, lockable=True, category=ZoneCategory.SHELTER if k % 2 else zone.category)
        for k, zone in enumerate(floorplan.zones)
    )
    made = document(replace(floorplan, zones=zones), *threats, closures=[closed], to=to)
    assert made["to"] == to
    people, part = {zone.id: 9 for zone in zones}, {zones[0].id: CountedBy.PART}
    counted = document(replace(floorplan, zones=zones), *threats, to=to, people=people, counted_by=part)
    assert counted["assumptions"]["people_from"]["part"] == [str(zones[0].id)]
    assert any("only adults or only students" in words for words in counted["guarantee"]["does_not_cover"])
    assert counted["egress"]["people"] == 9 * len(zones)
    assert any("nobody was counted" in words for words in made["guarantee"]["does_not_cover"])
    assert not any("nobody was counted" in words for words in counted["guarantee"]["does_not_cover"])
    jsonschema.Draft202012Validator(SCHEMA).validate(orjson.loads(orjson.dumps(counted)))
    jsonschema.Draft202012Validator(SCHEMA).validate(orjson.loads(orjson.dumps(made)))
    chosen = document(replace(floorplan, zones=zones), *threats, to=to, choices=True)
    jsonschema.Draft202012Validator(SCHEMA).validate(orjson.loads(orjson.dumps(chosen)))
    assert any(zone["choices"] for zone in chosen["zones"])
    assert not any("choices" in zone or "exposure_s" in zone for zone in made["zones"])
    assert ("sight" in chosen["assumptions"], "sight" in made["assumptions"]) == (True, False)
    assert chosen["parameters_hash"] != made["parameters_hash"]


def test_a_way_to_a_refuge_stands_beside_a_zone_that_people_without_stairs_cannot_leave() -> None:
    floorplan = two_storeys_with_a_shelter()
    request = PlanRequest(profile=WHEELCHAIR, now=NOW)
    made = orjson.loads(orjson.dumps(plan_document(plan(compile_floorplan(floorplan), request), floorplan)))
    jsonschema.Draft202012Validator(SCHEMA).validate(made)
    refuges = {zone["ordinal"]: zone.get("refuge", {}).get("refuge_id") for zone in made["zones"]}
    assert refuges == {0: None, 1: str(routing_uid("waiting"))}
    assert {zone["exit_id"] for zone in made["zones"] if "refuge" in zone} == {None}


def test_every_zone_has_one_entry_with_a_start_on_it() -> None:
    floorplan = school(DrawingFrame())
    made = document(floorplan, THREAT)
    assert sorted(zone["zone_id"] for zone in made["zones"]) == sorted(str(zone.id) for zone in floorplan.zones)
    for entry in made["zones"]:
        zone = next(zone for zone in floorplan.zones if str(zone.id) == entry["zone_id"])
        assert zone.polygon.distance(Point(entry["start"][:2])) < 0.001
        assert entry["start"][2] == floorplan.ordinal(zone.level_id)


def test_a_placed_plan_lies_on_the_floorplan_document_in_longitude_and_latitude() -> None:
    floorplan = school(DRESDEN)
    made = document(floorplan, THREAT)
    zones = {f["id"]: shape(f["geometry"]) for f in floorplan_document(floorplan)["features"] if f["geometry"]}
    for entry in made["zones"]:
        assert zones[entry["zone_id"]].distance(Point(entry["start"][:2])) < 2e-7
    lon, lat = made["threats"][0]["at"]
    back = DRESDEN.to_metres(Point(lon, lat))
    assert (back.x, back.y) == (pytest.approx(1, abs=0.02), pytest.approx(1, abs=0.02))


def test_times_are_rounded_to_the_safe_side() -> None:
    floorplan = school(DrawingFrame())
    made = plan(compile_floorplan(floorplan), PlanRequest(threats=[THREAT], reaction_s=0.0, margin_s=0.0, now=NOW))
    for route, entry in zip(made.routes, plan_document(made, floorplan)["zones"], strict=True):
        if route.time_s is not None and route.margin_s is not None:
            assert route.time_s - 1e-6 <= entry["time_s"] <= route.time_s + 0.001
            assert route.margin_s - 0.001 <= entry["margin_s"] <= route.margin_s + 1e-6


def test_the_same_request_gives_the_same_bytes() -> None:
    one, two = (orjson.dumps(document(school(), THREAT)) for _ in range(2))
    assert one == two


def test_assumptions_name_the_speed_that_was_used_and_why() -> None:
    made = document(school(), replace(THREAT, speed_mps=0.1))
    assert made["threats"][0]["speed_mps"] == 0.95
    assert any("was raised" in note for note in made["threats"][0]["notes"])
    assert "being shot at or seen from a distance" in made["guarantee"]["does_not_cover"]
