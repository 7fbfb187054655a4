"""Doors of two real schools, when they are beside the checkout, against a count of their door symbols.

The count is the oracle of ``door_symbols``. Whether it counts right was found out once by hand: each level was drawn as
pictures with a grid of one metre, on which every door symbol was marked by eye. The oracle was worked on until
it found the same doorways, 126 and 56, none more and none less, at the same places and with the same numbers of leaves.
Six of them stand on layers that the first pictures left out, and were marked after a second look. Doors drawn shut without
a swing - cupboards, a lift, a hose cabinet - and a gate in a fence were not counted. The marks are not kept here: the
drawings are not ours to copy from.

Nine of the 56 shut toilet cubicles, which are parts of their restroom and no zones, and so have no opening.
"""

from pathlib import Path

import pytest
from ezdxf.filemanagement import readfile

from geo_server.domain.places import OpeningCategory
from geo_server.ingest.pipeline import read_plan
from tests.ingest.dxf.door_symbols import CUBICLE_M, find_doorways, score
from tests.ingest.dxf.floor import Spot


@pytest.mark.parametrize(
    ("drawing", "counted"), [("school_escaldes_5floors.dxf", 126), ("derived_school_encamp_1f.dxf", 56)]
)
def test_nine_doors_of_ten_are_found_and_nine_of_ten_found_are_doors(
    shared_floorplans: Path, drawing: str, counted: int
) -> None:
    path = shared_floorplans / drawing
    doorways = find_doorways(readfile(path))
    assert len(doorways) == counted
    plan = read_plan(path.read_bytes(), path.name).floorplan
    found: list[Spot] = [
        (opening.line.centroid.x, opening.line.centroid.y)
        for opening in plan.openings
        if opening.category is not OpeningCategory.GAP
    ]
    precision, recall = score(found, [door.middle for door in doorways if door.width >= CUBICLE_M])
    assert precision >= 0.9
    assert recall >= 0.9
