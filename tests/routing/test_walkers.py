"""Clearance times beside those of JuPedSim, a model that moves every person; what it said is kept in a file."""

import pytest
import shapely

from tests.routing.walkers import BUILDINGS, SEEDS, kept, walks


@pytest.mark.parametrize("name", BUILDINGS)
def test_nobody_in_an_independent_model_is_out_later_than_the_plan_says(name: str) -> None:
    building, walked = BUILDINGS[name](), kept()["seconds"][name]
    assert len(walked) == len(SEEDS)
    assert max(walked) <= building.clearance_s() <= 2.5 * min(walked)


@pytest.mark.parametrize("name", BUILDINGS)
def test_the_independent_model_is_given_the_same_people_in_a_building_that_hangs_together(name: str) -> None:
    building = BUILDINGS[name]()
    told = walks(building, 1)
    walkable = shapely.from_wkt(told["walkable"])
    assert isinstance(walkable, shapely.Polygon)
    assert sum(group["people"] for group in told["groups"]) == sum(building.people.values())
    assert all(walkable.buffer(1e-6).covers(shapely.from_wkt(exit_)) for exit_ in told["exits"].values())
