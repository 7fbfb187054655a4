"""What goes round all other zones: ground outside, unless a door leads out of it."""

import pytest
from shapely import LineString, Point, Polygon, box

from geo_server.domain.findings import Severity
from geo_server.domain.places import OpeningCategory
from geo_server.ingest.dxf.openings import FoundOpening
from geo_server.ingest.dxf.surroundings import without_surroundings

ROOMS = [box(4 * i, 0, 4 * i + 4, 5) for i in range(4)]
RING = box(-2, -2, 18, 7) - box(0, 0, 16, 5)
INTO_RING = FoundOpening(LineString([(1, 0), (2, 0)]), (0, 4), OpeningCategory.DOOR, exit=False)


def out_of_ring(category: OpeningCategory) -> FoundOpening:
    return FoundOpening(LineString([(-2, 1), (-2, 2)]), (4, None), category, exit=True)


def test_what_no_door_leads_out_of_is_ground_and_a_person_is_asked_to_check() -> None:
    zones, openings, findings = without_surroundings([*ROOMS, RING], [INTO_RING], (), ())
    assert zones == [*ROOMS, Polygon()]
    assert [(opening.sides, opening.exit) for opening in openings] == [((0, None), True)]
    (finding,) = findings
    assert (finding.code, finding.severity) == ("ground-left-out", Severity.ERROR)
    assert RING.intersects(Point(finding.x, finding.y))


@pytest.mark.parametrize("category", [OpeningCategory.DOOR, OpeningCategory.GAP])
def test_what_is_led_out_of_is_a_corridor(category: OpeningCategory) -> None:
    before = [*ROOMS, RING], [INTO_RING, out_of_ring(category)]
    assert without_surroundings(*before, (), ()) == (*before, [])


def test_ground_in_strips_is_ground_up_to_a_gate() -> None:
    far = box(-5, -5, 21, 10) - box(-2, -2, 18, 7)
    zones, _, findings = without_surroundings([*ROOMS, RING, far], [INTO_RING], (), ())
    assert zones == [*ROOMS, Polygon(), Polygon()]
    assert len(findings) == 2
    gate = FoundOpening(LineString([(-2, 1), (-2, 2)]), (4, 5), OpeningCategory.DOOR, exit=False)
    zones, openings, findings = without_surroundings([*ROOMS, RING, far], [INTO_RING, gate], (), ())
    assert zones == [*ROOMS, RING, Polygon()]
    assert [(opening.sides, opening.exit) for opening in openings] == [((0, 4), False), ((4, None), True)]
    assert len(findings) == 1
