"""Which level a place lies on."""

from uuid import uuid4

import pytest
from shapely import Point, box

from geo_server.domain.errors import InvalidInput
from geo_server.domain.frame import SiteFrame
from geo_server.domain.places import Building, Floorplan, Level, Zone
from geo_server.services.levels import load_level, place_observed

FRAME = SiteFrame(13.7, 51.0)
HALL, GYM = Building(uuid4(), "Hall"), Building(uuid4(), "Gym")
HALL_0, HALL_1, GYM_0 = Level(uuid4(), HALL.id, 0, "0"), Level(uuid4(), HALL.id, 1, "1"), Level(uuid4(), GYM.id, 0, "0")
PLAN = Floorplan(
    frame=FRAME,
    levels=(HALL_0, HALL_1, GYM_0),
    zones=(
        Zone(uuid4(), HALL_0.id, box(0, 0, 10, 10), "H"),
        Zone(uuid4(), HALL_1.id, box(0, 0, 10, 10), "H1"),
        Zone(uuid4(), GYM_0.id, box(100, 0, 110, 10), "G"),
    ),
    buildings=(HALL, GYM),
)


@pytest.mark.parametrize(
    ("x", "ordinal", "building", "level"),
    [
        (5, 0, None, HALL_0),
        (105, 0, None, GYM_0),
        (80, 0, None, GYM_0),
        (105, 1, None, HALL_1),
        (105, 0, "Hall", HALL_0),
        (5, 0, str(GYM.id), GYM_0),
    ],
    ids=["inside", "inside-another", "nearest", "only-one-has-it", "named", "named-by-id"],
)
def test_the_nearest_building_with_that_storey_is_meant_unless_one_is_named(
    x: float, ordinal: int, building: str | None, level: Level
) -> None:
    assert load_level(PLAN, Point(x, 5), ordinal, building) == level


@pytest.mark.parametrize(
    ("ordinal", "building", "where", "known"),
    [(4, None, "ordinal", "0, 1"), (1, "Gym", "ordinal", "0, 1"), (0, "Barn", "building", "Hall, Gym")],
)
def test_a_level_that_is_not_there_is_refused_with_those_that_are(
    ordinal: int, building: str | None, where: str, known: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        load_level(PLAN, Point(5, 5), ordinal, building)

    assert refused.value.where == where
    assert known in str(refused.value.advice)


@pytest.mark.parametrize("at", [(51.0, 13.7), (-13.7, 51.0), (13.7, -51.0), (13.9, 51.0)])
def test_a_place_far_from_the_site_is_refused(at: tuple[float, float]) -> None:
    with pytest.raises(InvalidInput, match="from the site"):
        place_observed(at, FRAME)
