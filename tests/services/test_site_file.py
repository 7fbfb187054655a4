"""A site file is read whole or refused with the key that is wrong."""

from pathlib import Path

import pytest

from geo_server.domain.errors import GeoServerError, InvalidInput, NotFound, TooLarge
from geo_server.services.site_file import read_site_file

SAMPLE = Path(__file__).parents[2] / "data/floorplans/sample_campus.toml"

GOOD = """
[site]
name = "North"
slug = "north"
origin = [1.5, 42.5]
[[buildings]]
name = "Main"
levels = [{ file = "a.dxf", ordinal = 0 }]
"""


def _write(folder: Path, text: str) -> Path:
    (folder / "a.dxf").write_bytes(b"")
    path = folder / "site.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_sample_campus_has_three_buildings_and_three_assembly_points() -> None:
    sample = read_site_file(SAMPLE)
    assert sample.site.slug == "sample-campus"
    assert [len(building.levels) for building in sample.buildings] == [3, 1, 1]
    assert len(sample.assembly_points) == 3


def test_what_is_no_site_file_is_refused_by_its_name(tmp_path: Path) -> None:
    deep, binary = tmp_path / "deep.toml", tmp_path / "binary.toml"
    deep.write_text("a = " + "[" * 100_000)
    binary.write_bytes(b"\xff")
    for path in (tmp_path, deep, binary, Path("/dev/zero")):
        with pytest.raises((InvalidInput, TooLarge)) as refusal:
            read_site_file(path)
        assert refusal.value.where == str(path)
        assert refusal.value.advice


def test_what_is_left_out_has_careful_defaults(tmp_path: Path) -> None:
    (building,) = read_site_file(_write(tmp_path, GOOD)).buildings
    assert (building.publish, building.signed_by, building.metres_per_unit) == (False, None, None)


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ('slug = "north"', 'slug = "No rth"', "site.slug"),
        ("origin = [1.5, 42.5]", "origin = [42.5, 142.5]", "site.origin[1]"),
        ("origin = [1.5, 42.5]", 'origin = [1.5, 42.5]\ntimezone = "Mars/Base"', "site.timezone"),
        ('name = "Main"', 'name = "Main"\npublsh = true', "buildings[0].publsh"),
        ('name = "Main"', 'name = "Main"\nmetres_per_unit = 0', "buildings[0].metres_per_unit"),
        (
            'name = "Main"',
            'name = "Main"\ncontrol_points = [{x_m = nan, y_m = 0, lon = 0, lat = 0}]',
            "control_points[0].x_m",
        ),
        ("ordinal = 0 }", 'ordinal = 0 }, { file = "a.dxf", ordinal = 0 }', "same ordinal"),
        ("ordinal = 0 }", 'ordinal = 0 }, { file = "a.dxf" }', "needs an ordinal"),
        ("[[buildings]]", "[[building]]", "buildings"),
        ("[site]", "[site", "TOML"),
    ],
)
def test_a_mistake_is_refused_in_one_line_that_names_its_key(tmp_path: Path, old: str, new: str, word: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        read_site_file(_write(tmp_path, GOOD.replace(old, new)))
    assert word in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("name", ["missing.toml", "site.toml"])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    _write(tmp_path, GOOD.replace("a.dxf", "b.dxf"))
    with pytest.raises(NotFound) as refusal:
        read_site_file(tmp_path / name)
    assert "missing.toml" in str(refusal.value) or "b.dxf" in str(refusal.value)


def test_two_buildings_of_one_name_are_refused(tmp_path: Path) -> None:
    twice = GOOD + GOOD[GOOD.index("[[buildings]]") :]
    with pytest.raises(GeoServerError, match="same name"):
        read_site_file(_write(tmp_path, twice))
