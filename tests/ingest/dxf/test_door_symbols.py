"""The oracle of door symbols counts the doors of floors that were drawn by design."""

import pytest

from tests.ingest.dxf.door_symbols import find_doorways, score
from tests.ingest.dxf.floor import school_floor
from tests.ingest.dxf.styles import Style, draw

FLOOR = school_floor()


@pytest.mark.parametrize("doors", ["arc", "thick leaf", "blocks"])
def test_the_oracle_counts_every_door_once_and_at_its_place(doors: str) -> None:
    found = find_doorways(draw(FLOOR, Style(doors=doors)))
    designed = [(door.gap.centroid.x, door.gap.centroid.y) for door in FLOOR.doors]
    assert score([door.middle for door in found], designed) == (1.0, 1.0)
    assert sorted(door.leaves for door in found) == sorted(door.leaves for door in FLOOR.doors)


def test_a_place_is_matched_once() -> None:
    assert score([(0.0, 0.0), (0.1, 0.0), (9.0, 9.0)], [(0.0, 0.0), (5.0, 5.0)]) == (1 / 3, 1 / 2)
