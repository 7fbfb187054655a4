"""Tiles over HTTP: who gets them, how long they are kept, and what a wrong address is told."""

import gzip

import httpx
import mapbox_vector_tile
import pytest

from geo_server.domain.places import Building
from geo_server.domain.roles import Permission, Role, permits
from geo_server.store.database import Database
from geo_server.store.sites import list_buildings
from geo_server.tiles.grid import tile_at
from geo_server.tiles.layers import LAYERS
from tests.api.conftest import Client
from tests.campus import Campus, build_campus
from tests.store.samples import a_floorplan, published

FOR_EVER = "private, max-age=86400, immutable"
REVALIDATE = "private, no-cache"


@pytest.fixture
def viewer(client: Client) -> httpx.Client:
    return client(Role.VIEWER)


@pytest.fixture
def path(campus: Campus) -> str:
    return path_at(campus, 18)


def path_at(campus: Campus, z: int, ordinal: int = 0) -> str:
    lon, lat = campus.lonlat(15, 5)
    tile = tile_at(lon, lat, z)
    return f"/tiles/{campus.site.slug}/{ordinal}/{z}/{tile.x}/{tile.y}.mvt"


def publish_again(database: Database, campus: Campus) -> None:
    with database.transaction() as c:
        building: Building = list_buildings(c, campus.site.id)[0]
        published(c, campus.site, building, a_floorplan())


def names(answer: httpx.Response) -> set[str]:
    tile = mapbox_vector_tile.decode(answer.content)
    return {feature["properties"]["name"] for feature in tile.get("zones", {"features": []})["features"]}


def test_a_tile_holds_the_published_map(viewer: httpx.Client, path: str) -> None:
    answer = viewer.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    assert names(answer) == {"Corridor", "101", "102", "103"}


def test_a_tile_is_compressed_for_those_who_take_it_and_plain_for_others(viewer: httpx.Client, path: str) -> None:
    with viewer.stream("GET", path, headers={"Accept-Encoding": "br, gzip;q=0.5"}) as answer:
        packed = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    for refusing in ("identity", "gzip;q=0", "br"):
        plain = viewer.get(path, headers={"Accept-Encoding": refusing})
        assert "content-encoding" not in plain.headers
        assert plain.content == gzip.decompress(packed)
        assert int(plain.headers["content-length"]) == len(plain.content)
    assert "Accept-Encoding" in answer.headers["vary"]


def test_an_address_that_names_the_revision_is_kept_and_any_other_is_asked_for_again(
    viewer: httpx.Client, path: str
) -> None:
    assert viewer.get(path, params={"rev": "1"}).headers["cache-control"] == FOR_EVER
    for params in ({}, {"rev": "0"}, {"rev": "2"}):
        assert viewer.get(path, params=params).headers["cache-control"] == REVALIDATE


def test_a_client_that_has_the_tile_is_told_so(viewer: httpx.Client, path: str) -> None:
    tag = viewer.get(path).headers["etag"]
    for sent in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*"):
        answer = viewer.get(path, headers={"If-None-Match": sent})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == tag
    assert viewer.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_new_revision_is_served_at_once_to_those_who_know_of_it_and_within_a_second_to_others(
    viewer: httpx.Client, path: str, campus: Campus, database: Database
) -> None:
    before = viewer.get(path, params={"rev": "1"})
    publish_again(database, campus)
    after = viewer.get(path, params={"rev": "2"}, headers={"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200
    assert after.headers["etag"] != before.headers["etag"]
    assert after.headers["cache-control"] == FOR_EVER
    assert names(after) == set(), "the new building stands elsewhere"
    old_address = viewer.get(path, params={"rev": "1"})
    assert old_address.headers["cache-control"] == REVALIDATE
    assert old_address.content == after.content


@pytest.mark.parametrize(
    ("wrong", "status", "words"),
    [
        ("/tiles/{site}/0/23/0/0.mvt", 404, "There is no zoom 23."),
        ("/tiles/{site}/0/3/8/0.mvt", 404, "off the grid of zoom 3"),
        ("/tiles/{site}/900/3/0/0.mvt", 404, "There is no level 900."),
        ("/tiles/{site}/1/3/0/0.mvt", 404, "No building has a level 1."),
        ("/tiles/{site}/tiles.json?ordinal=1", 404, "No building has a level 1."),
        ("/api/sites/{site}/style.json?ordinal=1", 404, "No building has a level 1."),
        ("/tiles/{site}/ground/3/0/0.mvt", 422, "not a whole number"),
        ("/tiles/{site}/0/3/0/0.mvt?rev=x", 422, "rev is 'x'"),
        ("/tiles/{site}/0/3/0/0.mvt?rev=%00", 422, "rev is"),
        ("/tiles/{site}/0/3/0", 404, "There is nothing at"),
        ("/tiles/{site}/", 404, "There is nothing at"),
        ("/tiles/elsewhere/0/3/0/0.mvt", 404, "There is no site 'elsewhere'"),
        ("/tiles/%2e%2e/0/3/0/0.mvt", 404, "There is no site"),
        ("/tiles/{site}/tiles.json?ordinal=900", 404, "No building has a level 900."),
        ("/tiles/{site}/tiles.json?ordinal=a", 422, "ordinal is 'a'"),
    ],
)
def test_a_wrong_address_gets_one_line_that_says_what_and_what_to_do(
    viewer: httpx.Client, campus: Campus, wrong: str, status: int, words: str
) -> None:
    answer = viewer.get(wrong.replace("{site}", campus.site.slug))
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("application/problem+json")
    problem = answer.json()
    assert words in problem["detail"]
    assert problem["advice"]
    assert "\n" not in problem["detail"]


@pytest.mark.parametrize("role", [role for role in Role if permits(role, Permission.SEE_MAP)])
def test_whoever_may_see_the_map_sees_every_layer_of_it(client: Client, path: str, role: Role) -> None:
    answer = client(role).get(path)
    shown = set(mapbox_vector_tile.decode(answer.content))
    assert shown >= {"zones", "openings", "zone_labels"}


def test_nobody_sees_a_tile_without_signing_in(client: Client, path: str) -> None:
    answer = client(None).get(path)
    assert answer.status_code == 401
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_a_person_of_one_site_cannot_tell_whether_another_is_there(
    client: Client, path: str, campus: Campus, database: Database
) -> None:
    stranger = build_campus(database)
    elsewhere = client(None)
    headers = {"Authorization": f"Bearer {stranger.tokens[Role.ADMIN]}"}
    foreign = elsewhere.get(path, headers=headers)
    absent = elsewhere.get(path.replace(campus.site.slug, "ash"), headers=headers)
    assert foreign.status_code == absent.status_code == 404
    assert foreign.json()["detail"].replace(campus.site.slug, "ash") == absent.json()["detail"]


def test_a_tile_cannot_be_written(viewer: httpx.Client, path: str) -> None:
    answer = viewer.post(path)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"


def test_head_says_what_get_would(viewer: httpx.Client, path: str) -> None:
    got, said = viewer.get(path), viewer.head(path)
    assert said.content == b""
    for name in ("etag", "content-length", "cache-control", "content-type"):
        assert said.headers[name] == got.headers[name]


def test_an_empty_tile_is_an_answer(viewer: httpx.Client, campus: Campus) -> None:
    answer = viewer.get(f"/tiles/{campus.site.slug}/0/18/0/0.mvt")
    assert (answer.status_code, answer.content) == (200, b"")


def test_tilejson_leads_to_the_tiles(viewer: httpx.Client, campus: Campus) -> None:
    document = viewer.get(f"/tiles/{campus.site.slug}/tiles.json").json()
    assert [layer["id"] for layer in document["vector_layers"]] == [layer.name for layer in LAYERS]
    west, south, east, north = document["bounds"]
    tile = tile_at((west + east) / 2, (south + north) / 2, 18)
    answer = viewer.get(document["tiles"][0].format(z=18, x=tile.x, y=tile.y))
    assert names(answer) == {"Corridor", "101", "102", "103"}
    assert answer.headers["cache-control"] == FOR_EVER


def test_the_style_leads_to_the_tiles(viewer: httpx.Client, campus: Campus) -> None:
    for params in ({}, {"dark": "true"}, {"ordinal": "0"}):
        document = viewer.get(f"/api/sites/{campus.site.slug}/style.json", params=params).json()
        (source,) = document["sources"].values()
        lon, lat = document["center"]
        tile = tile_at(lon, lat, 18)
        assert names(viewer.get(source["tiles"][0].format(z=18, x=tile.x, y=tile.y)))
        template = document["metadata"]["geo-server:tiles"].format(ordinal=0, z=18, x=tile.x, y=tile.y)
        assert names(viewer.get(template))
