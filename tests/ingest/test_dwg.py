"""DWG gives what its DXF twin gives, says that it is new, and refuses what is damaged without ending the server."""

import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from ezdwg.drawing import Drawing as DwgDrawing

from geo_server.domain.errors import UnreadableFile
from geo_server.domain.places import Floorplan
from geo_server.ingest.dwg.convert import Converted, convert
from geo_server.ingest.dwg.drawing import drawing_of
from geo_server.ingest.dwg.header import Header, read_header
from geo_server.ingest.dwg.labels import text_centre
from geo_server.ingest.dwg.reader import find_doubts
from geo_server.ingest.dxf.expand import read_drawing
from geo_server.ingest.dxf.ground import Ground
from geo_server.ingest.dxf.reader import read_values
from geo_server.ingest.dxf.sniff import open_document
from geo_server.ingest.pipeline import read_plan
from geo_server.ingest.result import ImportResult
from geo_server.services.worker import read_in_worker
from tests.ingest.sketch import ROOMS, WAYS, Sketch


def as_dwg(sketch: Sketch, folder: Path, *, switched_off: tuple[str, ...] = ()) -> bytes:
    """The lines, arcs and texts of a sketch, written by another library."""
    drawing = DwgDrawing()
    space = drawing.modelspace()
    for layer in {entity.dxf.layer for entity in sketch.document.modelspace()}:
        drawing.layers[layer] = {"color_index": 7, "off": layer in switched_off}
    for entity in sketch.document.modelspace():
        dxf, kind = entity.dxf, entity.dxftype()
        if kind == "LINE":
            space.add_line(tuple(dxf.start), tuple(dxf.end), layer=dxf.layer)
        elif kind == "ARC":
            space.add_arc(tuple(dxf.center), dxf.radius, dxf.start_angle, dxf.end_angle, layer=dxf.layer)
        elif kind == "TEXT":
            space.add_mtext(dxf.text, tuple(dxf.align_point), dxf.height, attachment_point=5, layer=dxf.layer)
        else:
            raise ValueError(f"No {kind} is drawn in a sketch.")
    path = folder / "sketch.dwg"
    drawing.export_dwg(path)
    return path.read_bytes()


def _codes(result: ImportResult) -> Counter[str]:
    return Counter(finding.code for finding in result.findings)


def _area(plan: Floorplan) -> float:
    return float(sum(zone.polygon.area for zone in plan.zones))


@pytest.fixture(scope="module")
def sketched(tmp_path_factory: pytest.TempPathFactory) -> ImportResult:
    return read_plan(as_dwg(Sketch().draw(), tmp_path_factory.mktemp("dwg")), "sketch.dwg")


def test_a_dwg_gives_the_rooms_that_were_drawn(sketched: ImportResult) -> None:
    found = {zone.name: zone.polygon for zone in sketched.floorplan.zones}
    assert found.keys() == ROOMS.keys()
    for name, room in ROOMS.items():
        shared = found[name].intersection(room).area
        assert shared / shapely.union(found[name], room).area > 0.9, name


def test_a_dwg_gives_the_doors_that_were_drawn(sketched: ImportResult) -> None:
    plan = sketched.floorplan
    names = {zone.id: zone.name for zone in plan.zones}
    found = {tuple(sorted(names.get(i, "outside") if i else "outside" for i in o.zones)): o for o in plan.openings}
    assert found.keys() == {tuple(sorted(pair)) for pair in WAYS}
    for pair, width in WAYS.items():
        assert found[tuple(sorted(pair))].width_m == pytest.approx(width, rel=0.1)


def test_every_dwg_says_that_reading_it_is_new(sketched: ImportResult) -> None:
    assert sketched.format == "dwg"
    assert _codes(sketched)["dwg-beta"] == 1
    assert "dwg-readers-differ" not in _codes(sketched)


def test_every_object_of_a_dwg_is_accounted_for(sketched: ImportResult) -> None:
    totals = sketched.totals
    assert totals["entities"] == totals["used"] + totals["ignored"] + totals["finding"]
    assert totals["entities"] == len(Sketch().draw().document.modelspace())


def test_layers_that_are_switched_off_are_left_out(tmp_path: Path) -> None:
    sketch = Sketch().draw()
    sketch.line((0, 0), (12, 8), "A-WALL-DEMO")
    header = read_header(as_dwg(sketch, tmp_path, switched_off=("A-WALL-DEMO",)))
    assert header.hidden == {"A-WALL-DEMO"}


def test_readers_that_disagree_are_told_with_what_to_do() -> None:
    converted = Converted([], [], [], top_level=120, warnings=())
    (finding,) = find_doubts(converted, Header(top_level=100))
    assert finding.code == "dwg-readers-differ"
    assert finding.count == 20
    assert "DXF R2013" in finding.advice
    (unchecked,) = find_doubts(converted, Header(fault="no such section"))
    assert unchecked.code == "dwg-unchecked"
    assert find_doubts(converted, Header(top_level=120)) == []


@pytest.mark.parametrize(
    ("properties", "centre"),
    [
        ({"entity_type": "MTEXT", "text_attachment": "middle-center"}, (0.0, 0.0)),
        ({"entity_type": "MTEXT"}, (3.1, -0.5)),
        ({"entity_type": "TEXT"}, (3.1, 0.5)),
        ({"entity_type": "TEXT", "text_h_align": "middle"}, (0.0, 0.0)),
        ({"entity_type": "TEXT", "text_h_align": "right", "text_v_align": "top"}, (-3.1, -0.5)),
        ({"entity_type": "TEXT", "text_rotation_deg": 90.0}, (-0.5, 3.1)),
    ],
)
def test_a_label_stands_in_the_middle_of_its_text(properties: dict[str, object], centre: tuple[float, float]) -> None:
    found = text_centre((0.0, 0.0), "CORRIDOR 1", {"text_height": 1.0, **properties})
    assert found == pytest.approx(centre, abs=1e-9)


def test_curves_are_as_fine_whatever_the_unit(tmp_path: Path) -> None:
    def corners(scale: float) -> int:
        drawing = DwgDrawing()
        space = drawing.modelspace()
        space.add_line((0, 0, 0), (50 * scale, 0, 0))
        space.add_line((0, 0, 0), (0, 50 * scale, 0))
        space.add_arc((5 * scale, 5 * scale, 0), 0.9 * scale, 0, 90)
        drawing.export_dwg(tmp_path / "arc.dwg")
        found = convert((tmp_path / "arc.dwg").read_bytes(), "arc.dwg")
        return max(len(feature["geometry"]["coordinates"]) for feature in found.features)

    metres, millimetres = corners(1.0), corners(1000.0)
    assert metres == millimetres
    assert metres >= 10


@pytest.mark.parametrize("data", [b"AC1032", b"AC1015" + bytes(4000), b"AC1009" + bytes(4000)])
def test_a_broken_dwg_is_refused_with_what_to_do(data: bytes) -> None:
    with pytest.raises(UnreadableFile) as refusal:
        read_plan(data, "broken.dwg")
    assert refusal.value.where == "broken.dwg"
    assert "DXF" in (refusal.value.advice or "")


def _read_or_refusal(data: bytes, name: str) -> ImportResult | UnreadableFile:
    try:
        return read_in_worker(data, name)
    except UnreadableFile as refusal:
        return refusal


@pytest.mark.parametrize("seed", range(4))
def test_a_damaged_dwg_ends_nothing_but_its_own_reader(seed: int, tmp_path: Path) -> None:
    data = bytearray(as_dwg(Sketch().draw(), tmp_path))
    chance = random.Random(seed)
    for _ in range(40):
        data[chance.randrange(6, len(data))] = chance.randrange(256)
    outcome = _read_or_refusal(bytes(data), "damaged.dwg")
    if isinstance(outcome, UnreadableFile):
        assert outcome.where == "damaged.dwg"
        assert "DXF" in (outcome.advice or "")
    else:
        assert all(np.isfinite(zone.polygon.bounds).all() for zone in outcome.floorplan.zones)


@pytest.mark.parametrize(
    ("dwg", "dxf"),
    [
        ("school_escaldes_5floors.dwg", "school_escaldes_5floors.dxf"),
        ("school_encamp_1f.dwg", "derived_school_encamp_1f.dxf"),
    ],
)
def test_a_real_dwg_gives_what_its_twin_gives(shared_floorplans: Path, dwg: str, dxf: str) -> None:
    """Which layers are switched off is left out of it: the program that made one of the twins switched all of them off."""
    data = (shared_floorplans / dwg).read_bytes()
    converted, header = convert(data, dwg), read_header(data)
    assert find_doubts(converted, header) == []
    drawing = replace(drawing_of(converted, header), hidden_layers=frozenset())
    document, _ = open_document((shared_floorplans / dxf).read_bytes(), dxf)
    twin = replace(read_drawing(document, dxf), hidden_layers=frozenset())
    one, other = (read_values(d, "dwg", findings=[], place=None, ground=Ground()) for d in (drawing, twin))
    assert len(one.floorplan.zones) == len(other.floorplan.zones)
    assert len(one.floorplan.openings) == len(other.floorplan.openings)
    assert _area(one.floorplan) == pytest.approx(_area(other.floorplan), rel=0.01)
    assert one.scale.metres_per_unit == other.scale.metres_per_unit
    assert one.totals["entities"] == other.totals["entities"]
    assert Counter(z.name for z in one.floorplan.zones) == Counter(z.name for z in other.floorplan.zones)


def test_room_names_on_a_layer_that_is_switched_off_are_read_and_told(tmp_path: Path) -> None:
    result = read_plan(as_dwg(Sketch().draw(), tmp_path, switched_off=("A-AREA-IDEN",)), "plotted.dwg")
    assert {zone.name for zone in result.floorplan.zones} == ROOMS.keys()
    (told,) = [finding for finding in result.findings if finding.code == "hidden-names"]
    assert (told.layer, told.count) == ("A-AREA-IDEN", len(ROOMS))


def test_names_that_show_are_not_mixed_with_hidden_ones(tmp_path: Path) -> None:
    sketch = Sketch().draw()
    for room in ROOMS.values():
        sketch.text("OLD NAME", room.centroid.x, room.centroid.y + 0.5, layer="A-ROOM-NAME")
    result = read_plan(as_dwg(sketch, tmp_path, switched_off=("A-ROOM-NAME",)), "renamed.dwg")
    assert {zone.name for zone in result.floorplan.zones} == ROOMS.keys()
    assert _codes(result)["hidden-names"] == 0


def test_the_second_reader_never_raises() -> None:
    header = read_header(b"AC1032")
    assert header.top_level is None
    assert header.fault
    assert replace(header, fault="") == Header()


@pytest.mark.parametrize("kind", ["3DSOLID", "REGION", "EXTRUDEDSURFACE"])
def test_a_solid_that_the_converter_does_not_draw_is_an_error_and_counts_as_one(kind: str) -> None:
    skipped = [{"entity_type": kind, "count": 3, "reason": "unsupported"}]
    drawing = drawing_of(Converted([], skipped, [], top_level=3, warnings=()), Header())
    assert [(f.code, f.count) for f in drawing.findings] == [("solid-unread", 3)]
    assert (drawing.entities, drawing.damaged, sum(drawing.left_out.values())) == (3, 3, 0)
