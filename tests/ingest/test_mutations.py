"""Real files damaged by dice: each is read as far as it goes, or refused in one line. `scripts/prove_intake.py` does more."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from geo_server.domain.errors import GeoServerError
from geo_server.ingest.pipeline import ImportResult, read_plan
from geo_server.services.worker import Limits, read_in_worker
from tests.ingest.mutations import KINDS, damaged

OWN = Path(__file__).parents[2] / "data" / "floorplans"
FILES = ("hackerspace_aalborg.dxf", "national_gallery_jps.dxf", "medialab_f5.dxf", "osm_caserne_mall.geojson")
SEEDS = range(56)


@pytest.fixture(scope="module")
def files(shared_floorplans: Path) -> list[Path]:
    return [OWN / "barcelona_pavilion.dxf", *(shared_floorplans / name for name in FILES)]


def outcome(read: Callable[[bytes, str], ImportResult], data: bytes, name: str) -> ImportResult | GeoServerError:
    """What comes of reading a file."""
    try:
        return read(data, name)
    except GeoServerError as refusal:
        return refusal


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: f"{KINDS[seed % len(KINDS)].__name__}-{seed}")
def test_a_damaged_file_is_read_with_totals_that_add_up_or_refused_in_one_line(files: list[Path], seed: int) -> None:
    path = files[seed % len(files)]
    _, data = damaged(path.read_bytes(), seed)
    result = outcome(read_plan, data, path.name)
    if isinstance(result, GeoServerError):
        assert "\n" not in str(result)
        assert len(str(result)) < 500
        assert result.advice
    elif result.format == "dxf":
        totals = result.totals
        assert totals["entities"] == totals["used"] + totals["ignored"] + totals["finding"]


@pytest.mark.parametrize("seed", range(100, 103))
def test_a_damaged_file_ends_within_the_limits_of_the_worker(files: list[Path], seed: int) -> None:
    path = files[seed % len(files)]
    _, data = damaged(path.read_bytes(), seed)
    result = outcome(partial(read_in_worker, limits=Limits(memory_bytes=2**30, cpu_s=60)), data, path.name)
    if isinstance(result, GeoServerError):
        assert "Traceback" not in str(result)
        assert result.where
