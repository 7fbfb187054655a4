"""The tiles that a process keeps: bounded, made once, and never under a wrong revision."""

import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from geo_server.domain.errors import NotFound
from geo_server.services.tiles import (
    KNOWN_LIFE_S,
    PublishedLevels,
    PublishedMap,
    Tile,
    TileCache,
    Tiles,
    load_published,
)
from geo_server.store.database import Database
from geo_server.tiles.grid import TileAddress, tile_at
from tests.store.samples import FRAME, a_floorplan, found, published

ADDRESS = TileAddress(0, 18, 1, 1)
SITE = uuid4()
NOTHING = PublishedLevels(0, ())
BOTH = PublishedLevels(1, (0, 1))


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_cache_never_holds_more_than_it_may() -> None:
    cache = TileCache(5000)
    for number in range(100):
        cache.keep((SITE, 1, TileAddress(0, 18, number, 0)), Tile(bytes(number * 7), gzipped=False))
        assert cache.size_bytes <= 5000


def test_the_tile_that_was_used_last_stays_longest() -> None:
    cache = TileCache(2 * (300 + 100))
    first, second, third = ((SITE, 1, TileAddress(0, 18, n, 0)) for n in range(3))
    for one in (first, second):
        cache.keep(one, Tile(bytes(100), gzipped=False))
    assert cache.find(first)
    cache.keep(third, Tile(bytes(100), gzipped=False))
    assert cache.find(first)
    assert cache.find(second) is None


def test_a_tile_kept_twice_counts_once() -> None:
    cache = TileCache(5000)
    for size in (100, 200, 100):
        cache.keep((SITE, 1, ADDRESS), Tile(bytes(size), gzipped=False))
    assert cache.size_bytes == 400


def test_a_tile_larger_than_the_cache_pushes_nothing_out() -> None:
    cache = TileCache(1000)
    cache.keep((SITE, 1, ADDRESS), Tile(b"small", gzipped=False))
    cache.keep((SITE, 2, ADDRESS), Tile(bytes(2000), gzipped=False))
    assert cache.find((SITE, 1, ADDRESS))
    assert cache.find((SITE, 2, ADDRESS)) is None


def test_many_who_want_one_tile_make_it_once(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    site, building = found(database)
    with database.transaction() as c:
        published(c, site, building, a_floorplan())
    lon, lat = FRAME.coordinates_to_lonlat([(4, 3)])[0]
    address = tile_at(lon, lat, 18)
    tiles, made, all_wait = Tiles(database), [], threading.Barrier(8)
    make = tiles._make

    def counted(*args: object) -> tuple[int, Tile]:
        made.append(args)
        threading.Event().wait(0.2)
        return make(*args)  # type: ignore[arg-type]

    def want(_: int) -> tuple[int, Tile]:
        all_wait.wait()
        return tiles.load(site.id, 1, address)

    monkeypatch.setattr(tiles, "_make", counted)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(want, range(8)))
    assert len(made) == 1
    assert len({tile.data for _, tile in answers}) == 1
    assert tiles.find(site.id, 1, address) == answers[0][1]


def test_a_failure_reaches_everyone_and_is_not_kept(database: Database) -> None:
    tiles = Tiles(database)
    for _ in range(2):
        with pytest.raises(NotFound):
            tiles.load(uuid4(), 1, ADDRESS)
    assert tiles._loading == {}


def test_the_known_revision_is_read_again_when_it_is_old_or_behind(database: Database) -> None:
    clock = Clock()
    site, building = found(database)
    tiles = Tiles(database, clock=clock)
    assert tiles.find_known(site.id) is None
    assert tiles.load_known(site.id) == NOTHING
    assert tiles.find_known(site.id) == NOTHING
    assert tiles.find_known(site.id, named=1) is None, "somebody knows of a later one"
    clock.now += KNOWN_LIFE_S + 0.01
    assert tiles.find_known(site.id) is None
    with database.transaction() as c:
        published(c, site, building, a_floorplan())
    assert tiles.load_known(site.id) == BOTH
    assert tiles.find_known(site.id, named=1) == BOTH


def test_a_tile_is_kept_under_the_revision_that_it_shows(database: Database) -> None:
    site, building = found(database)
    tiles = Tiles(database)
    assert tiles.load_known(site.id) == NOTHING
    with database.transaction() as c:
        published(c, site, building, a_floorplan())
    lon, lat = FRAME.coordinates_to_lonlat([(4, 3)])[0]
    rev, tile = tiles.load(site.id, 0, tile_at(lon, lat, 18))
    assert rev == 1
    assert tile.plain()
    assert tiles.find(site.id, 0, tile_at(lon, lat, 18)) is None
    assert tiles.find(site.id, 1, tile_at(lon, lat, 18)) == tile


@pytest.mark.parametrize(("ordinals", "first"), [((-1, 0, 1), 0), ((-2, -1), -1), ((1, 2), 1), ((), 0)])
def test_the_level_of_the_main_entrance_is_shown_first(ordinals: tuple[int, ...], first: int) -> None:
    assert PublishedLevels(1, ordinals).first_ordinal == first


def test_what_is_published_says_its_levels_and_bounds(database: Database) -> None:
    site, building = found(database)
    assert load_published(database, site) == PublishedMap(NOTHING, None)
    with database.transaction() as c:
        published(c, site, building, a_floorplan())
    shown = load_published(database, site)
    assert shown.levels == BOTH
    assert shown.bounds is not None


@pytest.mark.parametrize(("ordinals", "asked"), [((0, 1), -1), ((0, 1), 2), ((1, 2), 0), ((), 1)])
def test_a_level_that_no_building_has_is_not_found(ordinals: tuple[int, ...], asked: int) -> None:
    with pytest.raises(NotFound, match=f"No building has a level {asked}"):
        PublishedLevels(1, ordinals).choose(asked)


def test_an_empty_map_can_be_looked_at() -> None:
    assert NOTHING.choose(None) == NOTHING.choose(0) == 0


def test_levels_that_a_tile_shows_to_be_published_are_known_from_then_on(database: Database) -> None:
    site, building = found(database)
    tiles = Tiles(database)
    tiles.load_known(site.id)
    with database.transaction() as c:
        published(c, site, building, a_floorplan())
    tiles.load(site.id, 0, ADDRESS)
    assert tiles.find_known(site.id) == BOTH
