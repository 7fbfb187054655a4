from dataclasses import replace
from uuid import uuid4

import pytest
from shapely import Point
from sqlalchemy.exc import IntegrityError

from geo_server.domain.errors import Conflict, NotFound
from geo_server.domain.places import AssemblyPoint, Building
from geo_server.store.database import Database
from geo_server.store.floorplans import load_floorplan
from geo_server.store.sites import (
    add_assembly_point,
    add_building,
    add_site,
    find_building,
    find_site,
    floorplan_rev,
    list_buildings,
    list_sites,
    load_site,
)
from tests.store.samples import a_site, found


def test_a_site_is_found_by_its_slug_with_its_origin_to_the_last_bit(database: Database) -> None:
    site = a_site()
    with database.transaction() as c:
        add_site(c, site)
        assert find_site(c, "north") == load_site(c, "north") == site
        assert find_site(c, "south") is None
        assert floorplan_rev(c, site.id) == 0


def test_sites_are_listed_by_name(database: Database) -> None:
    with database.transaction() as c:
        for slug in ("west", "east", "north"):
            add_site(c, a_site(slug))
        assert [site.slug for site in list_sites(c)] == ["east", "north", "west"]


def test_a_site_that_is_not_there_is_not_found(database: Database) -> None:
    with database.snapshot() as c:
        with pytest.raises(NotFound, match="'south'"):
            load_site(c, "south")
        with pytest.raises(NotFound):
            floorplan_rev(c, uuid4())


def test_a_slug_is_taken_once(database: Database) -> None:
    found(database)
    with pytest.raises(Conflict, match="north"), database.transaction() as c:
        add_site(c, replace(a_site(), id=uuid4()))


def test_the_database_itself_refuses_a_slug_that_is_no_part_of_an_address(database: Database) -> None:
    for slug in ("North", "north campus", "-north", "north/..", "", "нorth"):
        with pytest.raises(IntegrityError, match="ck_sites_slug_plain"), database.transaction() as c:
            add_site(c, replace(a_site(), slug=slug))


def test_buildings_have_names_of_their_own_within_a_site(database: Database) -> None:
    north, main = found(database, "north")
    south, _ = found(database, "south")
    with database.transaction() as c:
        add_building(c, north.id, Building(uuid4(), "Annexe"))
        assert [building.name for building in list_buildings(c, north.id)] == ["Annexe", "Main"]
        assert find_building(c, north.id, "Main") == main
        assert find_building(c, south.id, "Annexe") is None
    with pytest.raises(Conflict, match="Main"), database.transaction() as c:
        add_building(c, north.id, Building(uuid4(), "Main"))
    with pytest.raises(NotFound), database.transaction() as c:
        add_building(c, uuid4(), Building(uuid4(), "Main"))


def test_an_assembly_point_that_is_added_again_has_moved(database: Database) -> None:
    site, _ = found(database)
    point = AssemblyPoint(uuid4(), Point(10, 20), "Gate")
    with database.transaction() as c:
        add_assembly_point(c, site.id, point, site.frame)
        add_assembly_point(c, site.id, replace(point, point=Point(30, 40), name="Oak"), site.frame)
        (read,) = load_floorplan(c, site).assembly_points
    assert (read.name, read.id) == ("Oak", point.id)
    assert read.point.equals_exact(Point(30, 40), 1e-6)


def test_an_assembly_point_of_another_site_cannot_be_taken_over(database: Database) -> None:
    north, _ = found(database, "north")
    south, _ = found(database, "south")
    point = AssemblyPoint(uuid4(), Point(10, 20), "Gate")
    with database.transaction() as c:
        add_assembly_point(c, north.id, point, north.frame)
        with pytest.raises(Conflict, match="another site"):
            add_assembly_point(c, south.id, point, south.frame)
