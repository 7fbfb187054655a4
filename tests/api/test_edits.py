"""Correcting a draft over HTTP: what was read stays beside what a person says, until it is published as one."""

from dataclasses import asdict
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import func, select, update

from geo_server.domain.roles import Role
from geo_server.ingest.codes import make_finding
from geo_server.store.audit import verify_audit
from geo_server.store.database import Database
from geo_server.store.tables import audit, zones
from geo_server.store.tables.revisions import floorplan_revisions
from tests.api.conftest import Client
from tests.api.test_imports import control_points, document, upload
from tests.campus import Campus, new_id

Json = dict[str, Any]


class Draft:
    """A draft of a room of 8 by 6 m with a door in its south wall, and what is asked of it."""

    def __init__(self, facilities: httpx.Client, campus: Campus) -> None:
        self.client = facilities
        self.campus = campus
        answer = upload(facilities, campus, document())
        self.url = f"{campus.url}/revisions/{answer.json()['revision']['id']}"

    def edit(self, kind: str, **said: object) -> httpx.Response:
        return self.client.post(f"{self.url}/edits", json={"id": new_id(), "kind": kind, **said})

    def place(self) -> None:
        said = {"control_points": control_points(self.campus)}
        assert self.client.post(f"{self.url}/placement", json=said).status_code == 200

    def publish(self, **said: str) -> httpx.Response:
        return self.client.post(f"{self.url}/publish", json=said)

    def features(self, kind: str) -> list[Json]:
        found = self.client.get(f"{self.url}/floorplan").json()["features"]
        return [feature for feature in found if feature["properties"]["feature_type"] == kind]

    def again(self, url: str) -> "Draft":
        """The same campus, another revision."""
        other = object.__new__(Draft)
        other.client, other.campus, other.url = self.client, self.campus, url
        return other


@pytest.fixture
def draft(client: Client, campus: Campus) -> Draft:
    return Draft(client(Role.FACILITIES), campus)


def published_names(draft: Draft) -> set[str]:
    zones = draft.client.get(f"{draft.campus.url}/zones").json()["zones"]
    return {zone["name"] for zone in zones if zone["building"] == "Studio house"}


def test_a_draft_is_corrected_before_it_is_placed_and_after_and_is_published_so(draft: Draft) -> None:
    room = draft.features("zone")[0]["id"]
    assert draft.edit("change_zone", zone_id=room, name="Lab 7", category="assembly").status_code == 201
    draft.place()
    # The room stands 50 m north of the campus now: a wall across its middle, then a door in that wall.
    line = [draft.campus.lonlat(4, y + 50) for y in (-1, 7)]
    split = draft.edit("split_zone", zone_id=room, line=line, name="Store", passable=False)
    assert split.json()["zones"] == 2
    level = draft.features("level")[0]["id"]
    door = draft.edit("add_opening", level_id=level, line=[draft.campus.lonlat(4, y + 50) for y in (2, 3)])
    assert door.json()["openings"] == 2

    zones = {feature["properties"]["name"]: feature["id"] for feature in draft.features("zone")}
    inner = next(one for one in draft.features("opening") if not one["properties"]["exit"])
    assert set(inner["properties"]["zones"]) == set(zones.values())
    assert inner["properties"]["width_m"] == pytest.approx(1.0, abs=1e-4)
    assert draft.publish().status_code == 200
    assert published_names(draft) == {"Lab 7", "Store"}


def test_the_last_correction_is_taken_back_and_the_draft_is_as_it_was_read(draft: Draft) -> None:
    draft.place()
    before = draft.features("zone")
    draft.edit("change_zone", zone_id=before[0]["id"], name="Wrong")

    undone = draft.client.delete(f"{draft.url}/edits/last")

    assert undone.json()["kind"] == "change_zone"
    assert draft.features("zone") == before
    nothing = draft.client.delete(f"{draft.url}/edits/last")
    assert (nothing.status_code, nothing.json()["type"]) == (409, "/problems/conflict")


def test_what_is_published_is_corrected_in_a_copy_shown_as_a_difference_and_can_be_rolled_back(
    draft: Draft, database: Database
) -> None:
    draft.place()
    draft.publish()
    room = draft.features("zone")[0]["id"]
    refused = draft.edit("change_zone", zone_id=room, name="Too late")
    copied = draft.client.post(f"{draft.url}/copy")
    second = draft.again(copied.headers["Location"])
    second.edit("change_zone", zone_id=room, name="Atelier")

    differences = second.client.get(f"{second.url}/differences").json()
    second.publish()
    renamed = published_names(draft)
    third = draft.again(draft.client.post(f"{draft.url}/copy").headers["Location"])
    third.publish()

    assert refused.status_code == 409
    assert (differences["added"], differences["removed"], differences["unchanged"]) == ([], [], 1)
    assert differences["changed"][0]["fields"] == {"name": ["Studio", "Atelier"]}
    assert renamed == {"Atelier"}
    assert published_names(draft) == {"Studio"}
    with database.snapshot() as c:
        assert verify_audit(c, draft.campus.site.id) is None


def test_a_draft_that_nobody_wants_is_discarded_stays_on_record_and_can_be_copied(
    draft: Draft, database: Database
) -> None:
    draft.place()
    answer = draft.client.post(f"{draft.url}/discard")
    refused = [
        draft.edit("change_zone", zone_id=new_id(), name="Late"),
        draft.publish(),
        draft.client.post(f"{draft.url}/discard"),
    ]
    listed = {one["id"]: one["state"] for one in draft.client.get(f"{draft.campus.url}/revisions").json()["revisions"]}
    revision_id = draft.url.rsplit("/", 1)[-1]

    assert (answer.status_code, answer.json()["revision"]["state"]) == (200, "discarded")
    assert [(one.status_code, one.json()["type"]) for one in refused] == [(409, "/problems/conflict")] * 3
    assert listed[revision_id] == "discarded"
    with database.snapshot() as c:
        assert c.scalar(select(func.count()).select_from(zones).where(zones.c.revision_id == revision_id)) == 0
        actions = c.scalars(select(audit.c.action).where(audit.c.subject == revision_id)).all()
        assert actions.count("floorplan_discarded") == 1
        assert verify_audit(c, draft.campus.site.id) is None
    again = draft.again(draft.client.post(f"{draft.url}/copy").headers["Location"])
    assert (again.publish().status_code, published_names(draft)) == (200, {"Studio"})


def test_what_is_or_was_in_force_and_what_is_not_there_cannot_be_discarded(draft: Draft) -> None:
    draft.place()
    draft.publish()
    second = draft.again(draft.client.post(f"{draft.url}/copy").headers["Location"])
    in_force = draft.client.post(f"{draft.url}/discard")
    second.publish()
    was_in_force = draft.client.post(f"{draft.url}/discard")
    missing = draft.client.post(f"{draft.campus.url}/revisions/{uuid4()}/discard")
    assert [one.status_code for one in (in_force, was_in_force, missing)] == [409, 409, 404]
    assert {one.headers["content-type"] for one in (in_force, missing)} == {"application/problem+json"}
    assert published_names(draft) == {"Studio"}


def test_a_review_names_the_zones_without_a_way_out_until_a_door_is_drawn_and_says_where_findings_are(
    client: Client, campus: Campus, database: Database
) -> None:
    facilities = client(Role.FACILITIES)
    draft = Draft(facilities, campus)
    draft.url = (
        f"{campus.url}/revisions/{upload(facilities, campus, document(with_exit=False)).json()['revision']['id']}"
    )
    finding = make_finding("gap-healed", at=(8.0, 6.0), ordinal=0)
    with database.transaction() as c:
        c.execute(
            update(floorplan_revisions)
            .where(floorplan_revisions.c.id == draft.url.rsplit("/", 1)[-1])
            .values(findings=[asdict(finding)])
        )
    unplaced = facilities.get(f"{draft.url}/review").json()
    draft.place()
    lacking = facilities.get(f"{draft.url}/review").json()
    level = draft.features("level")[0]["id"]
    draft.edit("add_opening", level_id=level, line=[campus.lonlat(x, 50) for x in (3, 4)])
    mended = facilities.get(f"{draft.url}/review").json()

    room = draft.features("zone")[0]["id"]
    assert (unplaced["without_way_out"], unplaced["findings"][0]["at_lonlat"]) == ([room], None)
    assert (lacking["without_way_out"], mended["without_way_out"]) == ([room], [])
    assert mended["findings"][0]["at_lonlat"] == pytest.approx(list(campus.lonlat(8, 56)), abs=1e-7)


def test_a_difference_needs_something_to_differ_from(draft: Draft) -> None:
    answer = draft.client.get(f"{draft.url}/differences")
    assert (answer.status_code, "published" in answer.json()["detail"]) == (409, True)


@pytest.mark.parametrize(
    ("said", "status", "where"),
    [
        ({"kind": "paint_zone"}, 422, "body"),
        ({"kind": "change_zone", "zone_id": str(uuid4()), "colour": "red"}, 422, "body.change_zone.colour"),
        ({"kind": "change_zone", "zone_id": str(uuid4()), "name": "x"}, 404, "zone_id"),
        ({"kind": "add_opening", "level_id": str(uuid4()), "line": [[0, 0]]}, 404, "level_id"),
        ({"kind": "remove_opening", "opening_id": "door"}, 422, "body.remove_opening.opening_id"),
        ({"kind": "merge_zones", "zone_ids": []}, 422, "zone_ids"),
    ],
)
def test_a_correction_that_cannot_be_is_refused_by_name(draft: Draft, said: Json, status: int, where: str) -> None:
    answer = draft.client.post(f"{draft.url}/edits", json={"id": new_id(), **said})
    assert (answer.status_code, answer.json()["where"]) == (status, where)


@pytest.mark.parametrize("line", [[["NaN", 0], [1, 1]], [[1e308, 0], [-1e308, 1]], [[0, 0]] * 2000, [[0, 0], [0, 0]]])
def test_a_line_that_is_none_is_refused(draft: Draft, line: list[list[float]]) -> None:
    level = draft.features("level")[0]["id"]
    assert draft.edit("add_opening", level_id=level, line=line).status_code == 422


def test_the_same_correction_sent_twice_is_made_once(draft: Draft) -> None:
    room = draft.features("zone")[0]["id"]
    said = {"id": new_id(), "kind": "change_zone", "zone_id": room, "alias": "Art"}
    answers = [draft.client.post(f"{draft.url}/edits", json=said).status_code for _ in range(2)]
    assert answers == [201, 409]


@pytest.mark.parametrize("role", [Role.STAFF, Role.RESPONDER, Role.VIEWER])
def test_only_those_who_may_edit_floorplans_see_and_correct_drafts(draft: Draft, client: Client, role: Role) -> None:
    other = client(role)
    codes = {
        other.get(f"{draft.url}/floorplan").status_code,
        other.post(f"{draft.url}/edits", json={}).status_code,
        other.post(f"{draft.url}/copy").status_code,
        other.delete(f"{draft.url}/edits/last").status_code,
        other.get(f"{draft.url}/differences").status_code,
        other.get(f"{draft.url}/review").status_code,
    }
    assert codes == {403}
