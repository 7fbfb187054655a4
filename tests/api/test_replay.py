"""Looking back: an incident as it was known at any moment of it, however much came after."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from geo_server.domain.roles import Role
from tests.api.said import sighting, status_report
from tests.campus import Campus, new_id

Client = Callable[[Role | None], httpx.Client]
Answer = dict[str, Any]


@dataclass
class Course:
    """The course of an incident: moments by name, each after one thing more."""

    commander: httpx.Client
    campus: Campus
    incident_id: str
    moments: dict[str, str]

    @property
    def url(self) -> str:
        return f"{self.campus.url}/incidents/{self.incident_id}"

    def at(self, name: str) -> Answer:
        answer = self.commander.get(f"{self.url}/picture", params={"as_of": self.moments[name]})
        assert answer.status_code == 200, answer.text
        picture: Answer = answer.json()
        return picture


@pytest.fixture
def course(client: Client, campus: Campus) -> Course:
    commander, moments = client(Role.COMMANDER), {}

    def then(name: str, answer: httpx.Response) -> Answer:
        answer.raise_for_status()
        moments[name] = datetime.now(UTC).isoformat()
        return answer.json() if answer.content else {}

    first, second = sighting(campus), sighting(campus, at=campus.lonlat(25, 1.5))
    seen = then("seen", commander.post(f"{campus.url}/sightings", json=first))
    order = {"id": new_id(), "action": "lockdown"}
    then("ordered", commander.post(f"{campus.url}/directives", json=order))
    report = status_report(campus, status="help", students=20)
    then("reported", commander.post(f"{campus.url}/status-reports", json=report))
    closure = {"id": new_id(), "subject_id": str(campus.exits[0].id), "reason": "locked"}
    then("closed", commander.post(f"{campus.url}/closures", json=closure))
    moved = {**second, "threat_id": seen["threat_id"]}
    then("moved", commander.post(f"{campus.url}/sightings", json=moved))
    then("fire", commander.post(f"{campus.url}/incidents", json={"kind": "fire"}))
    conflict = commander.get(f"{campus.url}/picture").json()["conflicts"][0]["id"]
    then("settled", commander.post(f"{campus.url}/conflicts/{conflict}/decision", json={"decision": "keep"}))
    then("lifted", commander.delete(f"{campus.url}/closures/{closure['id']}"))
    taken = commander.post(f"{campus.url}/sightings/{second['id']}/retraction", json={"reason": "a mistake"})
    then("retracted", taken)
    evacuate = {"id": new_id(), "action": "evacuate"}
    then("evacuated", commander.post(f"{campus.url}/directives", json=evacuate))
    state = f"{campus.url}/incidents/{seen['incident_id']}/state"
    then("cleared", commander.post(state, json={"state": "all_clear"}))
    then("over", commander.post(state, json={"state": "closed"}))
    return Course(commander, campus, seen["incident_id"], moments)


def test_each_moment_shows_what_was_known_then_and_nothing_that_came_after(course: Course) -> None:
    room = str(course.campus.rooms[0].id)

    def told(name: str) -> tuple[object, ...]:
        picture = course.at(name)
        return (
            picture["incident"]["state"],
            [one["action"] for one in picture["directives"]],
            picture["statuses"].get(room, {}).get("status"),
            len(picture["closures"]),
            [(one["kind"], one["settled"] is not None) for one in picture["conflicts"]],
        )

    assert told("seen") == ("open", [], None, 0, [])
    assert told("ordered") == ("open", ["lockdown"], None, 0, [])
    assert told("reported") == ("open", ["lockdown"], "help", 0, [])
    assert told("closed") == ("open", ["lockdown"], "help", 1, [])
    assert told("fire") == ("open", ["lockdown"], "help", 1, [("fire", False)])
    assert told("settled") == ("open", ["lockdown"], "help", 1, [("fire", True)])
    assert told("lifted") == ("open", ["lockdown"], "help", 0, [("fire", True)])
    assert told("evacuated") == ("open", ["evacuate"], "help", 0, [("fire", True)])
    assert told("cleared") == ("all_clear", [], "help", 0, [])
    assert told("over")[0] == "closed"


def test_a_threat_stands_where_the_sightings_that_held_then_put_it(course: Course) -> None:
    def lon(name: str) -> float:
        (threat,) = course.at(name)["threats"]
        return round(float(threat["at"][0]), 5)

    west, east = (round(course.campus.lonlat(x, 1.5)[0], 5) for x in (2, 25))
    assert [lon(name) for name in ("seen", "moved", "lifted", "retracted")] == [west, east, east, west]
    assert course.at("cleared")["threats"] == []


def test_counts_and_the_plan_are_those_of_the_moment(course: Course) -> None:
    seen, reported = course.at("seen"), course.at("reported")
    assert (seen["counts"]["unreported"], reported["counts"]["unreported"]) == (3, 2)
    assert reported["counts"]["help"] == 1
    assert seen["plan"]["etag"] != course.at("moved")["plan"]["etag"]


def test_the_timeline_has_everything_in_the_order_in_which_it_became_known(course: Course) -> None:
    told = course.commander.get(f"{course.url}/timeline").json()
    kinds = [one["kind"] for one in told["happened"]]
    moments = [one["at"] for one in told["happened"]]

    assert kinds == [
        "incident_opened",
        "sighting_added",
        "directive_given",
        "status_reported",
        "sighting_added",
        "conflict_raised",
        "conflict_settled",
        "sighting_retracted",
        "directive_given",
        "all_clear",
        "incident_closed",
    ]
    assert moments == sorted(moments)
    assert told["exercise"] is False


def test_a_moment_outside_the_incident_is_refused_by_name(course: Course) -> None:
    before = (datetime.fromisoformat(course.moments["seen"]) - timedelta(hours=1)).isoformat()
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    for wrong in (before, later, "yesterday", "2026-01-01T00:00:00"):
        answer = course.commander.get(f"{course.url}/picture", params={"as_of": wrong})
        assert answer.status_code == 422, wrong
        assert "as_of" in answer.json()["where"]


def test_without_a_moment_it_is_now_and_those_who_see_no_reports_see_no_past(course: Course, client: Client) -> None:
    assert course.commander.get(f"{course.url}/picture").json()["incident"]["state"] == "closed"
    assert client(Role.STAFF).get(f"{course.url}/picture").status_code == 403
    assert client(Role.GUEST).get(f"{course.url}/timeline").status_code == 403


@pytest.mark.parametrize("part", ["picture", "timeline"])
def test_a_parameter_that_is_not_known_is_refused_by_its_name(course: Course, part: str) -> None:
    """A moment that is misspelt must not be answered as of now."""
    answer = course.commander.get(f"{course.url}/{part}", params={"at": course.moments["seen"]})
    assert (answer.status_code, answer.json()["where"]) == (422, "at")
    assert "'at'" in answer.json()["detail"]
