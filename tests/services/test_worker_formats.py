"""What a reader makes of each format comes out of its process whole."""

from collections.abc import Callable
from pathlib import Path

import pytest

from geo_server.ingest.pipeline import read_plan
from geo_server.services.worker import read_in_worker
from tests.ingest.samples import SAMPLES


@pytest.mark.parametrize("format_name", sorted(SAMPLES))
def test_a_result_is_the_same_within_and_without_the_worker(format_name: str, tmp_path: Path) -> None:
    make: Callable[[Path], bytes] = SAMPLES[format_name]
    data = make(tmp_path)
    outside, inside = read_in_worker(data, "sample"), read_plan(data, "sample")
    assert outside.format == format_name
    assert outside.floorplan.zones == inside.floorplan.zones
    assert outside.floorplan.openings == inside.floorplan.openings
    assert outside.findings == inside.findings
    assert outside.scale == inside.scale
    assert outside.georeference == inside.georeference
    assert dict(outside.totals) == dict(inside.totals)
