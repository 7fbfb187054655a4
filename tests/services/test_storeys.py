"""Several files of one building become its levels: told, named, titled, or in their order; twins are refused."""

import io
import zipfile
from pathlib import Path

import orjson
import pytest

from geo_server.domain.errors import InvalidInput, TooLarge
from geo_server.domain.faults import find_faults
from geo_server.ingest import archive
from geo_server.services.drawings import DrawingFile, gather, read_files, with_ordinals
from geo_server.services.storeys import FileLevel, ordinal_in_name, tell_ordinals
from geo_server.services.unpacking import unpack
from tests.ingest.sketch import Sketch


@pytest.mark.parametrize(
    ("name", "ordinal"),
    [
        ("school_2nd_floor.dxf", 2),
        ("plans/school-level_0.dxf", 0),
        ("B-EG.dwg", 0),
        ("cucs_ground.dxf", 0),
        ("Haus A 1. OG.dxf", 1),
        ("north UG.dxf", -1),
        ("lab_f3.dxf", 3),
        ("L02 plan.dwg", 2),
        ("basement.dxf", -1),
        ("FL12A.dxf", None),
        ("school.dxf", None),
        ("label5.dxf", None),
    ],
)
def test_names_of_files_speak_of_levels(name: str, ordinal: int | None) -> None:
    assert ordinal_in_name(name) == ordinal


def test_the_name_of_a_single_file_says_nothing() -> None:
    assert tell_ordinals([FileLevel("school_2nd_floor.dxf", None)]) == [None]


def test_a_person_is_believed_before_the_name() -> None:
    assert tell_ordinals([FileLevel("a_level_1.dxf", 4), FileLevel("a_level_2.dxf", None)]) == [4, 2]


def test_two_files_of_one_level_are_refused_by_name() -> None:
    with pytest.raises(InvalidInput, match=r"a_level_1\.dxf and b_level_1\.dxf") as refusal:
        tell_ordinals([FileLevel("a_level_1.dxf", None), FileLevel("b_level_1.dxf", None)])
    assert "ordinal" in (refusal.value.advice or "")


def _drawing(title: str = "") -> bytes:
    sketch = Sketch().draw()
    if title:
        sketch.text(title, 6, 9.5, layer="A-ANNO-TTLB", height=0.8)
    return sketch.bytes()


def _read(*files: DrawingFile) -> tuple[list[DrawingFile], dict[int, int], list[str]]:
    told = with_ordinals(unpack(files))
    result = gather(told, read_files(told))
    plan = result.floorplan
    assert find_faults(plan) == []
    zones = {level.ordinal: sum(z.level_id == level.id for z in plan.zones) for level in plan.levels}
    return told, zones, [finding.message for finding in result.findings if finding.code == "level-guessed"]


def test_files_with_levels_in_their_names_become_one_building() -> None:
    _, zones, guessed = _read(DrawingFile("wing_ground.dxf", _drawing()), DrawingFile("wing_level_1.dxf", _drawing()))
    assert zones == {0: 4, 1: 4}
    assert guessed == []


def test_files_without_a_word_take_the_free_levels_in_their_order_and_that_is_told() -> None:
    _, zones, guessed = _read(
        DrawingFile("a.dxf", _drawing()), DrawingFile("wing_ground.dxf", _drawing()), DrawingFile("b.dxf", _drawing())
    )
    assert zones == {0: 4, 1: 4, 2: 4}
    assert guessed == [
        "a.dxf was taken for level 1, by the order of the files.",
        "b.dxf was taken for level 2, by the order of the files.",
    ]


def test_files_that_number_their_objects_alike_share_no_id() -> None:
    def rooms(name: str) -> bytes:
        ring = [[8.0, 50.0], [8.0001, 50.0], [8.0001, 50.0001], [8.0, 50.0]]
        room = {"type": "Feature", "properties": {"name": name}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
        return orjson.dumps({"type": "FeatureCollection", "features": [room]})

    _, zones, _ = _read(DrawingFile("a.geojson", rooms("A"), 0), DrawingFile("b.geojson", rooms("B"), 1))
    assert zones == {0: 1, 1: 1}


def _zip(**files: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in files.items():
            packed.writestr(name.replace("__", "/").replace("_dxf", ".dxf").replace("_txt", ".txt"), data)
    return stream.getvalue()


def test_a_zip_of_drawings_is_the_same_as_the_drawings() -> None:
    packed = _zip(plans__level_0_dxf=_drawing(), plans__level_1_dxf=_drawing(), plans__readme_txt=b"hello")
    told, zones, _ = _read(DrawingFile("school.zip", packed, metres_per_unit=1.0))
    assert [(file.name, file.ordinal, file.metres_per_unit) for file in told] == [
        ("level_0.dxf", 0, 1.0),
        ("level_1.dxf", 1, 1.0),
    ]
    assert zones == {0: 4, 1: 4}


def test_a_world_file_in_a_zip_lies_beside_its_drawing() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        packed.writestr("a/plan.dxf", b"0\nSECTION")
        packed.writestr("a/PLAN.WLD", b"0,0 1,1")
        packed.writestr("b/plan.wld", b"other")
    (file,) = unpack([DrawingFile("a.zip", stream.getvalue(), ordinal=3)])
    assert (file.name, file.ordinal, dict(file.beside)) == ("plan.dxf", 3, {"wld": b"0,0 1,1"})


def test_a_zip_without_drawings_is_left_to_the_intake() -> None:
    file = DrawingFile("notes.zip", _zip(readme_txt=b"hello"))
    assert unpack([file]) == [file]
    with pytest.raises(InvalidInput, match="no drawing"):
        read_files([file])


def test_a_bomb_of_drawings_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_BYTES", 2**20)
    with pytest.raises(TooLarge):
        unpack([DrawingFile("bomb.zip", _zip(a_dxf=bytes(4 * 2**20)))])


def test_levels_with_other_origins_are_laid_over_each_other(shared_floorplans: Path) -> None:
    names = ("cucs_ground.dxf", "cucs_level1.dxf", "cucs_level2.dxf")
    files = with_ordinals([DrawingFile(name, (shared_floorplans / name).read_bytes()) for name in names])
    plan = gather(files, read_files(files)).floorplan
    assert [level.ordinal for level in plan.levels] == [0, 1, 2]
    joined = {plan.ordinal(plan.zone_by_id[way.zones[0]].level_id) for way in plan.transitions}
    assert joined == {0, 1}, "stairs lie over each other on all three levels"
