"""An upload is followed to its draft, stopped and tried again, over HTTP; several servers share the work."""

import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from geo_server.domain.roles import Role
from geo_server.services.drawings import DrawingFile
from geo_server.settings import Settings
from geo_server.store.database import Database
from tests.api.conftest import serving, until
from tests.campus import Campus
from tests.services.buildings import large_drawing, shed
from tests.services.school import drawing

Client = Callable[[Role | None], httpx.Client]
Json = dict[str, Any]


def send(client: httpx.Client, campus: Campus, file: DrawingFile, building: str = "Annex") -> httpx.Response:
    said = {"building": building, "ordinal": "0"} if file.name.endswith(".dxf") else {"building": building}
    return client.post(f"{campus.url}/imports", files={"file": (file.name, file.data)}, data=said)


def follow(client: httpx.Client, location: str, state: str) -> list[Json]:
    """What is said of an import, each time that it is something else, until it is in a state."""
    seen: list[Json] = []

    def reached() -> bool:
        answer = client.get(location).json()
        if not seen or answer["import"] != seen[-1]["import"]:
            seen.append(answer)
        return bool(answer["import"]["state"] == state)

    until(reached, 120)
    return seen


def test_an_upload_is_answered_at_once_and_followed_to_its_draft(client: Client, campus: Campus) -> None:
    facilities = client(Role.FACILITIES)
    sent = send(facilities, campus, drawing())
    assert sent.status_code == 202
    assert sent.json()["import"]["state"] == "waiting"
    assert sent.headers["location"] == f"{campus.url}/imports/{sent.json()['import']['id']}"

    seen = follow(facilities, sent.headers["location"], "finished")

    shares = [one["import"]["share"] for one in seen]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert seen[-1]["revision"]["id"] == seen[-1]["import"]["revision_id"]
    assert "findings" in seen[-1]
    assert all("revision" not in one for one in seen[:-1])


def test_the_steps_of_an_import_are_live_events(client: Client, campus: Campus) -> None:
    facilities = client(Role.FACILITIES)
    with facilities.stream("GET", f"{campus.url}/events", headers={"Last-Event-ID": "0"}) as stream:
        send(facilities, campus, shed(leads_out=True))
        states = []
        for line in stream.iter_lines():
            if line.startswith("data: ") and '"import_changed"' in line:
                states.append(httpx.Response(200, text=line.removeprefix("data: ")).json()["state"])
            if states and states[-1] == "finished":
                break
    assert (states[0], states[1]) == ("waiting", "running")


def test_an_import_is_cancelled_while_it_is_read_and_its_process_ends(client: Client, campus: Campus) -> None:
    facilities = client(Role.FACILITIES)
    location = send(facilities, campus, large_drawing()).headers["location"]
    assert facilities.post(f"{location}/retry").status_code == 409, "nothing is wrong with it"
    until(lambda: bool(facilities.get(location).json()["import"]["step"] == "opening"), 120)
    assert is_read()

    cancelled = facilities.post(f"{location}/cancel")

    assert (cancelled.status_code, cancelled.json()["import"]["state"]) == (200, "cancelled")
    until(lambda: not is_read())
    again = facilities.post(f"{location}/cancel")
    assert (again.status_code, again.json()["type"]) == (409, "/problems/conflict")
    assert facilities.get(location).json()["import"]["state"] == "cancelled"
    assert len(facilities.get(f"{campus.url}/revisions").json()["revisions"]) == 1

    retried = facilities.post(f"{location}/retry")
    assert (retried.status_code, retried.json()["import"]["state"]) == (202, "waiting")
    until(lambda: bool(facilities.get(location).json()["import"]["state"] == "running"), 120)
    facilities.post(f"{location}/cancel")


def is_read() -> bool:
    """Whether a file is being read in a process of its own."""
    return "geo-server reader" in {child.name for child in multiprocessing.active_children()}


@pytest.fixture
def other_servers(database: Database, tmp_path: Path) -> Iterator[list[str]]:
    """Two more servers on the same database."""
    with ExitStack() as stack:
        settings = Settings(database_url=database.url, data_dir=tmp_path)
        yield [stack.enter_context(serving(settings)) for _ in range(2)]


@pytest.mark.usefixtures("other_servers")
def test_of_several_servers_one_takes_each_import(client: Client, campus: Campus) -> None:
    facilities = client(Role.FACILITIES)
    names = [f"House {n}" for n in range(5)]
    locations = [send(facilities, campus, shed(leads_out=True), name).headers["location"] for name in names]
    ended = [follow(facilities, location, "finished")[-1]["import"] for location in locations]
    assert [one["attempts"] for one in ended] == [1] * 5
    revisions = facilities.get(f"{campus.url}/revisions").json()["revisions"]
    assert {one["revision_id"] for one in ended} == {one["id"] for one in revisions if one["state"] == "draft"}
    assert len(revisions) == 1 + 5, "one draft each, and what the campus had"
