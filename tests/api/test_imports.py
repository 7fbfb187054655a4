"""From an uploaded file to the published map, over HTTP."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import numpy as np
import pyproj
import pytest

from geo_server.api.routes.imports import file_name
from geo_server.domain.roles import Role
from tests.campus import Campus
from tests.ingest.sketch import Sketch

Client = Callable[[Role | None], httpx.Client]
Json = dict[str, Any]


def document(*, with_exit: bool = True) -> bytes:
    """One room of 8 by 6 m in drawing metres, with a door to outside or none."""
    level, room = str(uuid4()), str(uuid4())

    def feature(kind: str, id_: str, geometry: Json | None, **properties: object) -> Json:
        return {
            "type": "Feature",
            "id": id_,
            "geometry": geometry,
            "properties": {"feature_type": kind, **properties},
        }

    ring = [[0, 0], [8, 0], [8, 6], [0, 6], [0, 0]]
    features = [
        feature("level", level, None, name="Ground", ordinal=0),
        feature("zone", room, {"type": "Polygon", "coordinates": [ring]}, name="Studio", category="room", ordinal=0),
    ]
    if with_exit:
        door = {"type": "LineString", "coordinates": [[3, 0], [4, 0]]}
        features.append(
            feature("opening", str(uuid4()), door, category="door", zones=[room, None], exit=True, width_m=1, ordinal=0)
        )
    frame = {"frame": "drawing-metres", "metres_per_unit": 1.0}
    return json.dumps({"type": "FeatureCollection", **frame, "features": features}).encode()


def upload(client: httpx.Client, campus: Campus, data: bytes, **fields: str) -> httpx.Response:
    said = {"building": "Studio house", **fields}
    files = {"file": ("studio.geojson", data)}
    return client.post(f"{campus.url}/imports", params={"wait": "true"}, files=files, data=said)


def plan_of(name: str, **properties: object) -> bytes:
    """One polygon of 8 by 6 m, in GeoJSON of somebody's own making."""
    ring = [[8.0, 50.0], [8.0001, 50.0], [8.0001, 50.00006], [8.0, 50.00006], [8.0, 50.0]]
    room = {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    return json.dumps({"type": "FeatureCollection", "name": name, "features": [room]}).encode()


def test_one_upload_may_hold_a_file_for_each_level_and_say_where_names_are(client: Client, campus: Campus) -> None:
    facilities = client(Role.FACILITIES)
    files = [("file", (f"{name}.geojson", plan_of(name, key=name, other="x"))) for name in ("low", "high")]
    said = {"building": "Tower", "ordinal": ["0", "3"], "map": ["name=key"]}
    uploaded = facilities.post(f"{campus.url}/imports?wait=true", files=files, data=said)
    assert uploaded.status_code == 201, uploaded.text
    assert uploaded.json()["revision"]["source_name"] == "low.geojson, high.geojson"
    taken = [f["message"] for f in uploaded.json()["findings"] if f["code"] == "properties-mapped"]
    assert all("name from key" in message for message in taken)
    assert len(taken) == 2


def test_a_drawing_is_sent_with_its_world_file_and_is_placed(client: Client, campus: Campus) -> None:
    lonlat = np.array([campus.lonlat(x + 100, y) for x, y in ((0, 0), (12, 8))])
    to_grid = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:25833", always_xy=True)
    east, north = to_grid.transform(lonlat[:, 0], lonlat[:, 1])
    world = f"0,0 {east[0]:.4f},{north[0]:.4f}\n12,8 {east[1]:.4f},{north[1]:.4f}\n".encode()
    projection = pyproj.CRS("EPSG:25833").to_wkt("WKT1_ESRI").encode()
    sent = (("wing.dxf", Sketch().draw().bytes()), ("WING.WLD", world), ("wing.prj", projection))
    said = {"building": "Wing", "ordinal": "0"}
    url, files = f"{campus.url}/imports?wait=true", [("file", file) for file in sent]
    uploaded = client(Role.FACILITIES).post(url, files=files, data=said)
    assert uploaded.status_code == 201, uploaded.text
    assert uploaded.json()["revision"]["placed"]
    alone = client(Role.FACILITIES).post(url, files=files[1:], data=said)
    assert alone.status_code == 422
    assert "WING.WLD" in alone.text


@pytest.mark.parametrize(
    ("said", "where"),
    [({"ordinal": ["0", "1"]}, "ordinal"), ({"map": ["name=nothing"]}, "map"), ({"map": ["nonsense"]}, "map")],
)
def test_what_is_said_of_files_must_fit_them(client: Client, campus: Campus, said: Json, where: str) -> None:
    files = {"file": ("low.geojson", plan_of("low", key="low"))}
    sent = {"building": "Tower two", **said}
    refused = client(Role.FACILITIES).post(f"{campus.url}/imports?wait=true", files=files, data=sent)
    assert refused.status_code == 422, refused.text
    assert where in refused.text


def control_points(campus: Campus) -> list[Json]:
    """Put the drawing 50 m north of the campus, unturned."""
    corners = ((0, 0), (8, 0), (8, 6))
    return [{"x_m": x, "y_m": y, "lon": lon, "lat": lat} for x, y in corners for lon, lat in [campus.lonlat(x, y + 50)]]


def test_a_drawing_is_uploaded_placed_and_published(client: Client, campus: Campus) -> None:
    facilities = client(Role.FACILITIES)
    before = facilities.get(campus.url).json()["floorplan_rev"]

    uploaded = upload(facilities, campus, document())
    assert uploaded.status_code == 201, uploaded.text
    revision = uploaded.json()["revision"]
    url = f"{campus.url}/revisions/{revision['id']}"
    early = facilities.post(f"{url}/publish", json={})
    placed = facilities.post(f"{url}/placement", json={"control_points": control_points(campus)})
    unseen = facilities.get(f"{campus.url}/zones").json()["zones"]
    published = facilities.post(f"{url}/publish", json={})

    assert (revision["state"], revision["placed"]) == ("draft", False)
    assert early.status_code == 409, "it is not on the ground yet"
    assert placed.json()["revision"]["residuals_m"] == pytest.approx([0, 0, 0], abs=0.01)
    assert "Studio" not in {zone["name"] for zone in unseen}, "nothing goes live by being uploaded"
    assert published.json() == {"floorplan_rev": before + 1}
    zones = {zone["name"]: zone for zone in facilities.get(f"{campus.url}/zones").json()["zones"]}
    assert zones["Studio"]["at"] == pytest.approx(campus.lonlat(4, 53), abs=1e-6)
    assert zones["Studio"]["building"] == "Studio house"
    assert {"101", "Corridor"} <= set(zones), "the other building stays"
    listed = facilities.get(f"{campus.url}/revisions").json()["revisions"]
    assert [entry["state"] for entry in listed] == ["published", "published"]
    assert listed[0]["building"] == "Studio house"


def test_a_floorplan_without_a_way_out_needs_a_signature(client: Client, campus: Campus) -> None:
    facilities = client(Role.FACILITIES)
    revision = upload(facilities, campus, document(with_exit=False)).json()["revision"]
    url = f"{campus.url}/revisions/{revision['id']}"
    facilities.post(f"{url}/placement", json={"control_points": control_points(campus)})

    refused = facilities.post(f"{url}/publish", json={})
    signed = facilities.post(f"{url}/publish", json={"signed_by": "Kim Lee"})

    assert refused.status_code == 409
    assert "Studio" in refused.json()["detail"]
    assert signed.status_code == 200
    assert facilities.get(url).json()["revision"]["signed_by"] == "Kim Lee"


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"ordinal": "first"}, "body.ordinal.0"),
        ({"building": ""}, "body.building"),
        ({"metres_per_unit": "nan"}, "body.metres_per_unit"),
        ({"colour": "red"}, "body.colour"),
    ],
)
def test_what_is_said_beside_the_file_is_checked(
    client: Client, campus: Campus, fields: dict[str, str], where: str
) -> None:
    answer = upload(client(Role.FACILITIES), campus, document(), **fields)

    assert (answer.status_code, answer.json()["where"]) == (422, where)


def test_a_file_that_is_none_is_refused_with_the_reason(client: Client, campus: Campus) -> None:
    facilities = client(Role.FACILITIES)

    garbage = upload(facilities, campus, b"\x00\x01garbage")
    empty = upload(facilities, campus, b"")
    nothing = facilities.post(f"{campus.url}/imports", data={"building": "x"})

    assert (garbage.status_code, garbage.json()["type"]) == (422, "/problems/unreadable-file")
    assert garbage.json()["advice"]
    assert (empty.status_code, empty.json()["where"]) == (422, "studio.geojson")
    assert (nothing.status_code, nothing.json()["where"]) == (422, "file")
    assert facilities.get(f"{campus.url}/imports").json()["imports"] == [], "nothing of it is kept"


def test_a_file_that_turns_out_to_be_unreadable_is_on_record_with_the_reason(client: Client, campus: Campus) -> None:
    facilities = client(Role.FACILITIES)

    broken = upload(facilities, campus, b'{"type": "FeatureCollection", "features": [')

    assert (broken.status_code, broken.json()["type"]) == (422, "/problems/unreadable-file")
    assert len(facilities.get(f"{campus.url}/revisions").json()["revisions"]) == 1
    (note,) = facilities.get(f"{campus.url}/imports").json()["imports"]
    assert (note["state"], note["problem"]["what"]) == ("refused", broken.json()["detail"])
    assert note["problem"]["type"] == "/problems/unreadable-file"


def test_a_level_is_joined_to_those_that_are_there_unless_the_file_shows_the_whole_building(
    client: Client, campus: Campus
) -> None:
    facilities = client(Role.FACILITIES)
    first = upload(facilities, campus, document()).json()["revision"]

    joined = upload(facilities, campus, document(), ordinal="1", level_name="Attic").json()
    whole = upload(facilities, campus, document(), whole_building="true").json()
    onto = upload(facilities, campus, document(), ordinal="2", onto=first["id"]).json()
    elsewhere = upload(facilities, campus, document(), onto=str(uuid4()))

    kept = [(finding["ordinal"]) for finding in joined["findings"] if finding["code"] == "level-kept"]
    assert kept == [0]
    assert "level-kept" not in {finding["code"] for finding in whole["findings"]}
    assert [found["ordinal"] for found in onto["findings"] if found["code"] == "level-kept"] == [0]
    assert elsewhere.status_code == 404
    listed = facilities.get(f"{campus.url}/imports").json()["imports"]
    assert [note["state"] for note in listed] == ["refused", *["finished"] * 4]
    assert listed[-1]["revision_id"] == first["id"]


def test_the_published_map_can_be_taken_away(client: Client, campus: Campus) -> None:
    facilities = client(Role.FACILITIES)

    document = facilities.get(f"{campus.url}/exports/floorplan.geojson")
    page = facilities.get(f"{campus.url}/exports/map.html")

    kinds = [feature["properties"]["feature_type"] for feature in document.json()["features"]]
    assert (kinds.count("zone"), kinds.count("opening")) == (4, 5)
    assert page.headers["content-disposition"].startswith("attachment"), "never run as a page of this server"
    assert "Corridor" in page.text


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("plan.dxf", "plan.dxf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\plans\\a.dxf", "a.dxf"),
        ("a\x00\u202eb.dxf", "ab.dxf"),
        ("", "unnamed"),
        ("x" * 500, "x" * 200),
    ],
)
def test_a_file_name_is_a_name_and_nothing_else(said: str, kept: str) -> None:
    assert file_name(said) == kept
