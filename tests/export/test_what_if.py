"""The what-if document is a plan document with more said of each zone."""

import json
from importlib.resources import files
from typing import Any

import jsonschema
import orjson
import pytest

from geo_server.domain.frame import DrawingFrame
from geo_server.export.plan import plan_document
from geo_server.export.what_if import what_if_document
from geo_server.routing.compiled import compile_floorplan
from geo_server.routing.request import PlanRequest
from geo_server.routing.what_if import what_if
from tests.export.floorplans import DRESDEN, school

SCHEMA = json.loads(files("geo_server.export").joinpath("schemas/plan.schema.json").read_text())
MORE = {"name", "category", "usual_time_s", "independent_ways", "choke_ids", "doors", "exits"}


@pytest.mark.parametrize("frame", [DRESDEN, DrawingFrame()])
def test_without_what_it_adds_it_is_the_plan_document(frame: Any) -> None:
    floorplan = school(frame)
    answer = what_if(compile_floorplan(floorplan), PlanRequest())
    document = orjson.loads(orjson.dumps(what_if_document(answer, floorplan)))
    assert all(document.keys() >= {"words", "chokes"} and zone.keys() >= MORE for zone in document["zones"])
    zones = [{key: value for key, value in zone.items() if key not in MORE} for zone in document["zones"]]
    plain = {key: value for key, value in document.items() if key not in {"words", "chokes"}} | {"zones": zones}
    jsonschema.Draft202012Validator(SCHEMA).validate(plain)
    plan = orjson.loads(orjson.dumps(plan_document(answer.plan, floorplan)))
    assert {**plain, "zones": sorted(zones, key=lambda zone: zone["zone_id"])} == plan


def test_every_choke_names_zones_and_things_of_the_floorplan() -> None:
    floorplan = school(DrawingFrame())
    document = what_if_document(what_if(compile_floorplan(floorplan), PlanRequest()), floorplan)
    known = {
        "opening": {str(key) for key in floorplan.opening_by_id},
        "transition": {str(key) for key in floorplan.transition_by_id},
        "zone": {str(key) for key in floorplan.zone_by_id},
    }
    assert document["chokes"]
    for choke in document["chokes"]:
        assert choke["subject_id"] in known[choke["subject"]]
        assert set(choke["zone_ids"]) <= known["zone"]
    through = {zone["zone_id"]: set(zone["choke_ids"]) for zone in document["zones"]}
    for choke in document["chokes"]:
        if choke["subject"] != "zone":
            assert all(choke["subject_id"] in through[zone_id] for zone_id in choke["zone_ids"])
