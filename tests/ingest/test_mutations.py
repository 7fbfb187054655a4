"""Real files damaged by dice: each is read as far as it goes, or refused in one line. ``make damage`` does more."""

from pathlib import Path

import pytest

from geo_server.domain.errors import GeoServerError, TooLarge, UnreadableFile
from geo_server.ingest.pipeline import ImportResult, read_plan
from geo_server.services.worker import Limits, read_in_worker
from tests.ingest.mutations import KINDS, damaged
from tests.ingest.prove import OWN, fault_of, read, warm

FILES = ("hackerspace_aalborg.dxf", "national_gallery_jps.dxf", "medialab_f5.dxf", "osm_caserne_mall.geojson")
SEEDS = range(56)


@pytest.fixture(scope="module")
def files(shared_floorplans: Path) -> list[Path]:
    return [OWN / "barcelona_pavilion.dxf", *(shared_floorplans / name for name in FILES)]


def outcome(data: bytes, name: str) -> ImportResult | GeoServerError:
    """What comes of reading a file."""
    try:
        return read_plan(data, name)
    except GeoServerError as refusal:
        return refusal


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: f"{KINDS[seed % len(KINDS)].__name__}-{seed}")
def test_a_damaged_file_is_read_with_totals_that_add_up_or_refused_in_one_line(files: list[Path], seed: int) -> None:
    path = files[seed % len(files)]
    _, data = damaged(path.read_bytes(), seed)
    assert fault_of(outcome(data, path.name)) == ""


@pytest.mark.parametrize("seed", range(100, 103))
def test_a_damaged_file_ends_within_the_limits_of_the_worker(files: list[Path], seed: int) -> None:
    path = files[seed % len(files)]
    _, data = damaged(path.read_bytes(), seed)
    assert fault_of(read(data, path.name)) == ""


@pytest.mark.parametrize("seed", [279, 419])
def test_a_dwg_with_a_length_that_cannot_be_true_is_refused_in_one_line(shared_floorplans: Path, seed: int) -> None:
    path = shared_floorplans / "school_escaldes_5floors.dwg"
    _, data = damaged(path.read_bytes(), seed)
    outcome = read(data, path.name)
    assert isinstance(outcome, UnreadableFile)
    assert fault_of(outcome) == ""


@pytest.mark.parametrize(
    ("limits", "words"),
    [(Limits(memory_bytes=64 * 2**20), "of memory"), (Limits(wall_s=0.01), "longer than"), (Limits(cpu_s=0), "0 s of")],
)
def test_a_reader_that_is_copied_from_a_warm_one_is_held_to_its_limits(
    files: list[Path], limits: Limits, words: str
) -> None:
    with pytest.raises(TooLarge, match=words):
        read_in_worker(files[0].read_bytes(), files[0].name, limits, starting=warm())


def test_a_reader_that_is_copied_from_a_warm_one_reads_the_same(files: list[Path]) -> None:
    data = files[0].read_bytes()
    assert read(data, files[0].name, warm()) == read_plan(data, files[0].name)


@pytest.mark.parametrize(
    ("refusal", "fault"),
    [
        (UnreadableFile("It breaks off in line 7.", where="a.dxf", advice="Save it again."), ""),
        (UnreadableFile("It breaks off in line 7.", where="a.dxf"), "no precise refusal"),
        (UnreadableFile("The reader broke off (exit code -11).", where="a.dxf", advice="Try."), "no precise refusal"),
        (RuntimeError("Traceback"), "a bug"),
    ],
)
def test_a_vague_refusal_and_a_bug_are_faults(refusal: GeoServerError | RuntimeError, fault: str) -> None:
    assert fault_of(refusal).startswith(fault)
    assert bool(fault_of(refusal)) == bool(fault)
