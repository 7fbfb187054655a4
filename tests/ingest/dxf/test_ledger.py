"""The objects of a real drawing add up: used, ignored for a reason, or a finding; counted a second time by ezdxf alone."""

from pathlib import Path

import pytest
from ezdxf.filemanagement import readfile

from geo_server.ingest.dxf.drawing import Reason
from geo_server.ingest.pipeline import read_plan
from tests.ingest.dxf.drawn import ezdxf_leaves

DRAWINGS = (
    "barcelona_pavilion",
    "cuaad_office",
    "cucs_ground",
    "cucs_level1",
    "cucs_level2",
    "derived_school_encamp_1f",
    "georeferenced_geodata",
    "hackerspace_aalborg",
    "learning_center_lyon",
    "learning_center_lyon.walls",
    "medialab_f2",
    "medialab_f3",
    "medialab_f3.walls",
    "medialab_f4",
    "medialab_f4.walls",
    "medialab_f5",
    "national_gallery_jps",
    "office_london_gf",
    "school_escaldes_5floors",
    "us_house_aia",
)


@pytest.mark.parametrize("name", DRAWINGS)
def test_every_object_of_a_real_drawing_is_used_or_ignored_for_a_reason_or_a_finding(
    shared_floorplans: Path, name: str
) -> None:
    path = shared_floorplans / f"{name}.dxf"
    totals = read_plan(path.read_bytes(), path.name).totals
    assert totals["entities"] == len(list(ezdxf_leaves(readfile(path).modelspace())))
    assert totals["entities"] == totals["used"] + totals["ignored"] + totals["finding"]
    assert totals["ignored"] == sum(totals.get(f"ignored_{reason.value}", 0) for reason in Reason)
    assert totals["used"] > 0 or name == "georeferenced_geodata"
