"""Open bays: one space with several names is divided where its walls would go on, and nowhere else."""

import pytest
from shapely import Point, Polygon, box

from geo_server.ingest.dxf.bays import divide_bays


def test_two_names_on_both_sides_of_a_recess_are_two_zones_with_a_way_between() -> None:
    great, dining = box(0, 0, 6, 5), box(6.2, 1, 10, 5)
    space = great.union(dining).union(box(6, 2, 6.2, 4.9))
    parts, ways = divide_bays(space, [("GREAT ROOM", (3, 2)), ("DINING", (8, 3))])
    assert sorted(part.area for part in parts) == pytest.approx([3.8 * 4, 30], abs=0.7)
    assert len(ways) == 1
    assert ways[0].width_m == pytest.approx(2.9, abs=0.05)


def test_a_bay_goes_on_from_column_to_column() -> None:
    hall = box(0, 0, 12, 9).difference(box(0, 5, 2, 5.2)).difference(box(10, 5, 12, 5.2))
    hall = hall.difference(box(5.8, 4.9, 6.2, 5.3))
    parts, ways = divide_bays(hall, [("VESTIBULE", (6, 7)), ("LOUNGE", (6, 2))])
    assert sum(part.area for part in parts) == pytest.approx(hall.area, abs=0.01)
    assert {round(way.start[1], 1) for way in ways} in ({5.0}, {5.2})
    assert len(ways) == 2
    for name, part in (
        ((6, 7), max(parts, key=lambda p: p.bounds[3])),
        ((6, 2), min(parts, key=lambda p: p.bounds[1])),
    ):
        assert part.contains(Point(name))


def test_columns_in_a_hall_of_one_name_divide_nothing() -> None:
    hall = box(0, 0, 12, 9).difference(box(5.8, 4.9, 6.2, 5.3))
    assert divide_bays(hall, [("LOUNGE", (6, 2)), ("LOUNGE", (6, 7))]) == ([hall], [])


def test_names_in_a_plain_rectangle_stay_together() -> None:
    room: Polygon = box(0, 0, 12, 9)
    assert divide_bays(room, [("LOUNGE", (6, 2)), ("LIBRARY", (6, 7))]) == ([room], [])
