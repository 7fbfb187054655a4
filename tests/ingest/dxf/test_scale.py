"""The unit of a drawing: found, or asked for; never wrong and sure of it."""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pytest
from ezdxf.filemanagement import new
from ezdxf.math import Matrix44

from geo_server.ingest.dxf.drawing import BlockUse, Dimension, Drawing, Label, Sheet, Stroke
from geo_server.ingest.dxf.evidence import CANDIDATES, Evidence, favour, fits, nearest_unit, weigh
from geo_server.ingest.dxf.expand import read_drawing
from geo_server.ingest.dxf.profile import roles_by_layer
from geo_server.ingest.dxf.role import Role
from geo_server.ingest.dxf.roles import find_roles
from geo_server.ingest.dxf.said import evidence_of_words
from geo_server.ingest.dxf.scale import SURE, find_scale
from geo_server.ingest.dxf.sizes import evidence_of_sizes
from geo_server.ingest.dxf.sniff import open_document
from geo_server.ingest.pipeline import ImportResult, read_plan
from tests.ingest.dxf.drawn import read, written
from tests.ingest.dxf.floor import school_floor
from tests.ingest.dxf.sheets import put_floor, put_text, sheet
from tests.ingest.dxf.styles import as_bytes
from tests.ingest.sketch import Sketch, turned

TRUE_UNITS = {
    "barcelona_pavilion": "metre",
    "cuaad_office": "centimetre",
    "cucs_ground": "centimetre",
    "cucs_level1": "centimetre",
    "cucs_level2": "centimetre",
    "derived_school_encamp_1f": "metre",
    "hackerspace_aalborg": "centimetre",
    "learning_center_lyon": "millimetre",
    "learning_center_lyon.walls": "millimetre",
    "medialab_f2": "centimetre",
    "medialab_f3": "centimetre",
    "medialab_f4.walls": "centimetre",
    "medialab_f5": "centimetre",
    "office_london_gf": "metre",
    "school_escaldes_5floors": "metre",
    "us_house_aia": "inch",
}
UNITS = ("millimetre", "centimetre", "metre", "inch", "foot")


@lru_cache(maxsize=32)
def drawing_of(path: Path) -> tuple[Drawing, dict[str, Role]]:
    document, _ = open_document(path.read_bytes(), path.name)
    drawing = read_drawing(document, path.name)
    shown = tuple(stroke for stroke in drawing.strokes if stroke.layer not in drawing.hidden_layers)
    drawing = replace(drawing, strokes=shown or drawing.strokes)
    told = find_roles(drawing.strokes)
    return replace(drawing, strokes=told.strokes), told.by_layer


def redrawn(drawing: Drawing, old: str, new: str) -> Drawing:
    """The same building drawn in another unit, with a header that says nothing."""
    factor = CANDIDATES[old] / CANDIDATES[new]
    return replace(
        drawing.scaled(factor),
        dimensions=tuple(replace(d, measured=d.measured * factor) for d in drawing.dimensions),
        header_unit=None,
    )


def evidence_in(drawing: Drawing, roles: dict[str, Role], old: str, new: str) -> list[Evidence]:
    """What speaks for the unit of a building that is drawn in another one; the header apart."""
    dressed = redrawn(drawing, old, new)
    return [*evidence_of_words(dressed, roles), *evidence_of_sizes(dressed, roles)]


@pytest.mark.parametrize("name", TRUE_UNITS)
def test_a_real_drawing_is_never_misread_with_confidence_whatever_its_unit_and_header_and_whatever_evidence_is_missing(
    shared_floorplans: Path, name: str
) -> None:
    drawing, roles = drawing_of(shared_floorplans / f"{name}.dxf")
    for unit in UNITS:
        found = evidence_in(drawing, roles, TRUE_UNITS[name], unit)
        for header in (unit, "", "millimetre" if unit != "millimetre" else "metre"):
            heard = evidence_of_words(Drawing(header_unit=CANDIDATES[header]), {}) if header else []
            for left_out in (None, *found):
                best, confidence = weigh([*(e for e in found if e is not left_out), *heard])
                assert best == unit or confidence < SURE, (unit, header, left_out and left_out.words)


def test_most_real_drawings_need_no_question_in_their_own_unit(shared_floorplans: Path) -> None:
    scales = {n: find_scale(*drawing_of(shared_floorplans / f"{n}.dxf")) for n in TRUE_UNITS}
    assert {n: s.metres_per_unit for n, s in scales.items()} == {n: CANDIDATES[u] for n, u in TRUE_UNITS.items()}
    assert sum(scale.confidence >= SURE for scale in scales.values()) >= 13


def wing(unit: str = "metre") -> tuple[Drawing, dict[str, Role]]:
    """The walls of the sketched wing alone: soft evidence only."""
    sketch = Sketch(place=turned(0, scale=1 / CANDIDATES[unit])).draw(names=False)
    drawing = read(sketch.document)
    drawing = replace(drawing, strokes=tuple(s for s in drawing.strokes if s.layer == "A-WALL"))
    return drawing, roles_by_layer(drawing.strokes)


def dimensions(measured_in: str, show: Callable[[float], str]) -> tuple[Dimension, ...]:
    return tuple(Dimension(m / CANDIDATES[measured_in], show(m), False) for m in (2.5, 3.75, 8.1, 0.9))


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize(
    "show",
    [
        lambda m: f"{m:.2f} m",
        lambda m: f"{m * 1000:.0f} mm",
        lambda m: f"{m * 100:.0f}cm",
        lambda m: f"{int(m / 0.3048)}'-{m / 0.0254 % 12:.2f}\"",
        lambda m: f'{m / 0.0254:.2f}"',
    ],
    ids=["metres", "millimetres", "centimetres", "feet and inches", "inches"],
)
def test_dimension_texts_settle_the_unit(unit: str, show: Callable[[float], str]) -> None:
    drawing, roles = wing(unit)
    scale = find_scale(replace(drawing, dimensions=dimensions(unit, show)), roles)
    assert (scale.metres_per_unit, scale.confidence > SURE) == (CANDIDATES[unit], True)


@pytest.mark.parametrize(
    ("unit", "factor"),
    [("metre", 100), ("metre", 1000), ("centimetre", 10), ("millimetre", 0.1), ("millimetre", 0.001)],
)
def test_dimensions_that_show_another_metric_unit_than_they_measure_settle_the_unit(unit: str, factor: float) -> None:
    drawing, roles = wing(unit)
    dims = dimensions(unit, lambda m: f"{m / CANDIDATES[unit] * factor:g}")
    assert find_scale(replace(drawing, dimensions=dims), roles).metres_per_unit == CANDIDATES[unit]


@pytest.mark.parametrize("unit", UNITS)
def test_areas_written_in_rooms_settle_the_unit(unit: str) -> None:
    size = 1 / CANDIDATES[unit]
    corners = [(0.0, 0.0), (5.0, 0.0), (5.0, 4.0), (0.0, 4.0)]
    document = new("R2010")
    for i, words in enumerate(["20.00 m2", "S = 20,0 m²", "215 sq ft"]):
        points = [((x + 6 * i) * size, y * size) for x, y in corners]
        document.modelspace().add_lwpolyline(points, close=True, dxfattribs={"layer": "A-AREA"})
        text = document.modelspace().add_text(words, dxfattribs={"height": 0.2 * size})
        text.set_placement(((6 * i + 2) * size, 2 * size))
    drawing = read(document)
    scale = find_scale(drawing, roles_by_layer(drawing.strokes))
    assert (scale.metres_per_unit, scale.confidence > SURE) == (CANDIDATES[unit], True)


def test_the_scale_on_a_sheet_settles_the_unit() -> None:
    document = new("R2010")
    document.modelspace().add_line((0, 0), (4000, 0), dxfattribs={"layer": "A-WALL"})
    sheet = document.paperspace("Layout1")
    sheet.page_setup((594, 420), units="mm")
    sheet.add_viewport((200, 150), (300, 200), view_center_point=(0, 0), view_height=200 * 100)
    sheet.add_text("Scale 1:100  A2")
    drawing = read(document)
    assert drawing.sheets == (Sheet(("Scale 1:100  A2",), (100_000.0,)),)
    scale = find_scale(drawing, roles_by_layer(drawing.strokes))
    assert scale.metres_per_unit == 0.001
    assert scale.evidence[0] == "A sheet says 1:100, which its window has in millimetres."


def test_blocks_that_were_scaled_from_another_unit_speak_for_theirs() -> None:
    document = new("R2010")
    block = document.blocks.new("DESK")
    block.add_line((0, 0), (1600, 0))
    block.block_record.dxf.units = 4
    document.modelspace().add_blockref("DESK", (0, 0), dxfattribs={"xscale": 0.001, "yscale": 0.001, "zscale": 0.001})
    assert [use.metres_per_unit for use in read(document).blocks] == [pytest.approx(1.0)]
    uses = (BlockUse("DESK", (0, 0), "0", "1", 1.0),) * 6
    assert weigh(evidence_of_words(Drawing(blocks=uses), {}))[0] == "metre"


def test_firm_evidence_that_contradicts_itself_is_a_question() -> None:
    doors = fits("doors", 0.9, 0.88, 0.2, firm=True)
    texts = favour("texts", {"foot": 10.0})
    best, confidence = weigh([doors, texts])
    assert confidence < SURE
    assert weigh([doors])[1] > SURE
    assert best in {"metre", "foot"}


def test_a_header_alone_is_a_question() -> None:
    best, confidence = weigh([Evidence("header", {u: 1.5 if u == "inch" else 0.0 for u in CANDIDATES}, header=True)])
    assert (best, confidence < SURE) == ("inch", True)


def test_nothing_at_all_is_a_question() -> None:
    drawing = Drawing(strokes=(Stroke(read(Sketch().draw().document).strokes[0].points, "X", "1"),))
    assert find_scale(drawing, {}).confidence < SURE


def test_a_wrong_dimension_text_does_not_outvote_the_right_ones() -> None:
    drawing, roles = wing()
    dims = (*dimensions("metre", lambda m: f"{m:.2f} m"), Dimension(1.0, "1'-0\"", False))
    assert find_scale(replace(drawing, dimensions=dims), roles).metres_per_unit == 1.0


def test_a_scale_that_is_not_sure_asks_and_says_so_in_the_findings() -> None:
    document = new("R2010")
    document.header["$INSUNITS"] = 4
    for x, y in [(0, 0), (50, 0), (50, 40)]:
        document.modelspace().add_line((x, y), (x + 50, y), dxfattribs={"layer": "A-WALL"})
    result = read_plan(written(document), "x.dxf")
    assert result.scale.confidence < SURE
    assert "scale-unsure" in {finding.code for finding in result.findings}


@pytest.mark.parametrize("unit", UNITS)
def test_the_nearest_unit_is_itself(unit: str) -> None:
    assert nearest_unit(CANDIDATES[unit] * 1.01) == unit
    assert nearest_unit(CANDIDATES[unit] * 1.5) is None


def on_paper(number: float, unit: float, said: str, *, areas: bool = False) -> ImportResult:
    """What is read of the school's floor at the size of its sheet."""
    floor, document = school_floor(), sheet()
    space = document.modelspace()
    put_floor(space, floor)
    if areas:
        for room in floor.rooms.values():
            spot = room.representative_point()
            text = space.add_text(f"{room.area:.1f} m2", height=0.25, dxfattribs={"layer": "A-AREA-IDEN"})
            text.set_placement((spot.x, spot.y - 0.8))
            ring = list(room.exterior.coords)[:-1]
            space.add_lwpolyline(ring, close=True, dxfattribs={"layer": "A-AREA-BNDY"})
    put_text(space, said, (20, -5))
    size = 1 / (number * unit)
    for entity in list(space):
        entity.transform(Matrix44.scale(size, size, size))
    document.header["$INSUNITS"] = 4
    return read_plan(as_bytes(document), "paper.dxf")


@pytest.mark.parametrize(
    ("number", "unit", "said"),
    [
        (50, 0.001, "M 1:50"),
        (100, 0.001, "SCALE 1:100"),
        (200, 0.001, "SCALE 1:200"),
        (96, 0.0254, 'SCALE 1/8" = 1\'-0"'),
        (192, 0.0254, '1/16"=1\'-0"'),
    ],
)
def test_a_drawing_at_the_size_of_its_sheet_is_as_large_as_the_scale_on_it_says(
    number: float, unit: float, said: str
) -> None:
    result = on_paper(number, unit, said)
    assert result.scale.metres_per_unit == pytest.approx(number * unit)
    assert result.scale.confidence >= SURE
    assert len(result.floorplan.zones) == len(school_floor().rooms)


@pytest.mark.parametrize("number", [50, 200, 250])
def test_areas_in_rooms_tell_the_scale_of_a_sheet_that_nobody_wrote(number: float) -> None:
    result = on_paper(number, 0.001, "SHEET A-101", areas=True)
    assert result.scale.metres_per_unit == pytest.approx(number * 0.001)
    assert result.scale.confidence >= SURE


def test_a_scale_of_a_sheet_that_fits_hardly_better_than_another_unit_is_a_question() -> None:
    assert on_paper(48, 0.0254, '1/4"=1\'-0"').scale.confidence < SURE


@pytest.mark.parametrize("number", [50, 200, 96 * 25.4])
def test_the_scale_of_a_sheet_that_nothing_tells_is_a_question(number: float) -> None:
    assert on_paper(number, 0.001, "SHEET A-101").scale.confidence < SURE


def test_the_scale_that_a_drawing_in_its_own_size_is_to_be_printed_at_changes_nothing() -> None:
    result = on_paper(1, 1.0, "SCALE 1:100")
    assert (result.scale.metres_per_unit, result.scale.confidence >= SURE) == (1.0, True)


def test_areas_are_only_compared_where_they_are_written() -> None:
    labels = tuple(Label("20 m2", (100.0 + i, 100.0), 0.2, "0", "1") for i in range(3))
    drawing, roles = wing()
    found = evidence_of_words(replace(drawing, labels=labels), roles)
    assert not [evidence for evidence in found if "written area" in evidence.words]
