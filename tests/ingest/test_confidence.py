"""How sure zones are: the reasons that are given, and whether sure zones are right more often than unsure ones."""

import json
from pathlib import Path

import pytest
import shapely
from shapely import box
from shapely.geometry import shape

from geo_server.domain.confidence import SURE, UNSURE, Confidence, Reason
from geo_server.domain.findings import Severity
from geo_server.domain.places import Floorplan
from geo_server.export.geojson import floorplan_document
from geo_server.ingest.document.reader import read_document
from geo_server.ingest.pipeline import read_plan
from tests.ingest.dxf.clutter import CLUTTER
from tests.ingest.dxf.floor import school_floor
from tests.ingest.dxf.holes import Tally, read_with_holes
from tests.ingest.dxf.pens import WALLS
from tests.ingest.dxf.styles import Style, as_bytes, draw
from tests.ingest.sketch import ROOMS, Sketch
from tests.ingest.test_dxf import read

DRAWINGS = (("medialab_f3", 0.01), ("medialab_f4", 0.01), ("learning_center_lyon", 0.001))
HOLES = ((0, 0), (12, 2), (25, 3), (40, 4))
FEW_HOLES = ((3, 1), (10, 2))
"""How many holes, and the seed of their places."""
FOUND_BY_WALLS = {Reason.EDGE_DRAWN, Reason.AGREES, Reason.NAMED, Reason.DOOR_DRAWN}


def confidences(plan: Floorplan) -> dict[str, Confidence]:
    found = {zone.name: zone.confidence for zone in plan.zones}
    return {name: confidence for name, confidence in found.items() if confidence is not None}


def measures(confidence: Confidence) -> dict[Reason, float | None]:
    return {one.reason: one.measure for one in confidence.reasons}


def wing_with_a_gap(metres: float) -> Sketch:
    """The wing with a gap in the wall between the two classrooms, which is 2.6 m long."""
    sketch = Sketch().draw()
    space = sketch.document.modelspace()
    for line in list(space):
        if line.dxf.layer != "A-WALL":
            continue
        ends = line.dxf.start, line.dxf.end
        if all(5.8 < x < 6.2 and 5.1 < y < 7.9 for x, y, _ in ends):
            space.delete_entity(line)
    sketch.line((5.9, 5.2), (6.1, 5.2), "A-WALL")
    sketch.line((5.9, 7.8), (6.1, 7.8), "A-WALL")
    if metres < 2.6:
        for start, end in [((5.9, 7.8), (5.9, 5.2 + metres)), ((6.1, 7.8), (6.1, 5.2 + metres))]:
            sketch.line(start, end, "A-WALL")
        sketch.line((5.9, 5.2 + metres), (6.1, 5.2 + metres), "A-WALL")
    return sketch


def test_rooms_with_walls_doors_and_names_are_sure_and_the_reasons_say_so() -> None:
    result = read(Sketch().draw())
    found = confidences(result.floorplan)
    assert set(found) == set(ROOMS)
    for confidence in found.values():
        assert confidence.value > 0.9
        assert set(measures(confidence)) == FOUND_BY_WALLS
    assert not {"zone-unsure", "zone-disputed"} & {finding.code for finding in result.findings}


def test_without_names_the_same_rooms_are_less_sure() -> None:
    named = confidences(read(Sketch().draw()).floorplan)
    nameless = confidences(read(Sketch().draw(names=False)).floorplan)
    assert len(nameless) == len(named)
    assert max(one.value for one in nameless.values()) < min(one.value for one in named.values())


def test_rooms_that_only_a_gap_of_almost_two_metres_divides_are_not_sure_and_a_finding_says_where_and_why() -> None:
    result = read(wing_with_a_gap(1.7))
    found = confidences(result.floorplan)
    assert set(found) == set(ROOMS)
    for name in ("101", "102"):
        assert found[name].value < found["LIBRARY"].value
        assert measures(found[name])[Reason.EDGE_ASSUMED] == pytest.approx(1.7, abs=0.05)
        assert Reason.JOINS in measures(found[name])
    told = [f for f in result.findings if f.code in {"zone-unsure", "zone-disputed"}]
    assert sorted(f.message.split(":")[0] for f in told) == ["Zone 101", "Zone 102"]
    for finding in told:
        room = ROOMS[finding.message[5:8]]
        assert finding.x is not None
        assert finding.y is not None
        assert room.covers(shapely.Point(finding.x, finding.y))
        assert "1.7 m" in finding.message
        assert finding.advice


def test_a_zone_with_the_numbers_of_two_rooms_is_not_sure() -> None:
    found = confidences(read(wing_with_a_gap(2.6)).floorplan)
    assert len(found) == len(ROOMS) - 1
    (both,) = (one for one in found.values() if Reason.SEVERAL_NAMES in measures(one))
    assert measures(both)[Reason.SEVERAL_NAMES] == 2
    assert both.value < min(one.value for one in found.values() if one is not both)


@pytest.mark.parametrize(("written", "sure"), [("30.0 m²", True), ("12.0 m²", False)])
def test_a_written_area_makes_a_zone_surer_when_it_agrees_and_an_error_when_it_does_not(
    written: str, sure: bool
) -> None:
    plain = confidences(read(Sketch().draw(names=False)).floorplan)
    sketch = Sketch().draw(names=False)
    sketch.text(written, 6, 1.5)
    result = read(sketch)
    (library,) = (zone for zone in result.floorplan.zones if zone.polygon.covers(shapely.Point(6, 1.5)))
    assert library.confidence is not None
    assert (library.confidence.value > max(one.value for one in plain.values())) is sure
    assert (library.confidence.value < UNSURE) is not sure
    unsure = [finding for finding in result.findings if finding.code == "zone-unsure"]
    assert bool(unsure) is not sure
    assert all(finding.severity is Severity.ERROR for finding in unsure)


def test_an_outline_that_somebody_drew_is_the_reason_to_be_sure_of_it() -> None:
    square = {"type": "Polygon", "coordinates": [[list(p) for p in box(13.0, 51.0, 13.0002, 51.0001).exterior.coords]]}
    over = {
        "type": "Polygon",
        "coordinates": [[list(p) for p in box(13.00015, 51.0, 13.0003, 51.0001).exterior.coords]],
    }
    features = [
        {"type": "Feature", "geometry": square, "properties": {"name": "A", "category": "room"}},
        {"type": "Feature", "geometry": over, "properties": {"name": "B", "category": "room"}},
    ]
    data = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    found = confidences(read_plan(data, "rooms.geojson").floorplan)
    assert set(measures(found["B"])) == {Reason.DRAWN}
    assert found["B"].value > 0.9
    assert measures(found["A"])[Reason.CUT] == pytest.approx(0.25, abs=0.01)
    assert found["A"].value < found["B"].value


def test_a_drawing_that_is_written_and_read_again_is_as_sure_as_before() -> None:
    plan = read(wing_with_a_gap(1.7)).floorplan
    document = json.loads(json.dumps(floorplan_document(plan)))
    assert confidences(read_document(document)) == confidences(plan)
    reasons = next(f for f in document["features"] if f["properties"].get("name") == "101")["properties"]
    assert all(reason["words"].endswith(".") for reason in reasons["confidence_reasons"])


def test_of_a_school_in_twelve_dresses_with_holes_in_its_walls_sure_zones_are_right_and_unsure_ones_less_often() -> (
    None
):
    floor = school_floor()
    tally = Tally([])
    for walls in WALLS:
        data = as_bytes(draw(floor, Style(walls=walls), CLUTTER))
        for count, seed in FEW_HOLES:
            tally.add(read_with_holes(data, "floor.dxf", 1.0, count, seed), list(floor.rooms.values()))
    (sure, right), (unsure, lucky) = tally.right(SURE, 1.01), tally.right(0, UNSURE)
    assert sure > 100
    assert unsure > 30
    assert right >= 0.95
    assert lucky <= 0.8


def test_of_real_drawings_with_holes_in_their_walls_sure_zones_are_right_and_every_second_unsure_one_is_not(
    shared_floorplans: Path,
) -> None:
    tally = Tally([])
    for name, unit in DRAWINGS:
        document = json.loads((shared_floorplans / "truth" / f"{name}.geojson").read_text())
        rooms = [shape(feature["geometry"]).buffer(0) for feature in document["features"]]
        data = (shared_floorplans / f"{name}.walls.dxf").read_bytes()
        for count, seed in HOLES:
            tally.add(read_with_holes(data, name, unit, count, seed), rooms)
    (sure, right), (unsure, lucky) = tally.right(SURE, 1.01), tally.right(0, UNSURE)
    assert sure > 600
    assert unsure > 50
    assert right >= 0.95
    assert lucky <= 0.6
