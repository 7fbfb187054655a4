"""Status reports by text message: what the gateway is answered, and what is recorded."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo_server.domain.roles import Role
from geo_server.services.phones import set_number
from geo_server.services.texts import MOST_OF_SENDER
from geo_server.store.audit import verify_audit
from geo_server.store.database import Database
from geo_server.store.tables import phones, texts
from tests.api.conftest import Client
from tests.campus import Campus, new_id

NUMBER = "+15550100199"

Json = dict[str, Any]


@pytest.fixture(autouse=True)
def _known(database: Database, campus: Campus) -> None:
    set_number(database, campus.site, "Pat staff", "00 1 (555) 010-0199")


def send(client: Client, campus: Campus, text: str, **changed: object) -> httpx.Response:
    said = {"message_id": new_id(), "sender": NUMBER, "text": text, **changed}
    return client(Role.GATEWAY).post(f"{campus.url}/texts", json=said)


def begin(client: Client, campus: Campus, *, exercise: bool = True) -> None:
    said = {"kind": "armed_assailant", "exercise": exercise}
    client(Role.COMMANDER).post(f"{campus.url}/incidents", json=said).raise_for_status()


def status_of(client: Client, campus: Campus, room: int) -> Json | None:
    found: Json = client(Role.COMMANDER).get(f"{campus.url}/picture").json()["statuses"]
    status: Json | None = found.get(str(campus.rooms[room].id))
    return status


def test_a_line_becomes_the_report_of_whoever_has_that_number(
    client: Client, campus: Campus, database: Database
) -> None:
    begin(client, campus)

    answer = send(client, campus, "S 101 OK 24 0")

    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.text.startswith("EXERCISE: 101 ok, students 24, injured 0. Received ")
    status = status_of(client, campus, 0)
    assert status is not None
    assert (status["status"], status["students"], status["injured"], status["adults"]) == ("ok", 24, 0, None)
    assert status["note"] == "By text message"
    own = client(Role.STAFF).get(f"{campus.url}/picture").json()["statuses"]
    assert list(own) == [str(campus.rooms[0].id)]
    with database.snapshot() as c:
        assert verify_audit(c, campus.site.id) is None


def test_something_real_is_not_answered_as_an_exercise(client: Client, campus: Campus) -> None:
    begin(client, campus, exercise=False)
    assert send(client, campus, "102 help").text.startswith("102 help. Received ")


def test_a_message_that_is_passed_on_again_counts_once_and_has_the_same_answer(client: Client, campus: Campus) -> None:
    begin(client, campus)
    message = new_id()
    first = send(client, campus, "S 101 OK 24 0", message_id=message)
    send(client, campus, "S 101 HELP")
    again = send(client, campus, "S 101 OK 24 0", message_id=message)

    assert first.text == again.text
    status = status_of(client, campus, 0)
    assert status is not None
    assert (status["status"], status["students"]) == ("help", 24)


def test_a_message_that_came_late_does_not_undo_a_newer_one(client: Client, campus: Campus) -> None:
    begin(client, campus)
    sent = (datetime.now(UTC) - timedelta(seconds=30)).isoformat()
    send(client, campus, "S 101 HELP")
    late = send(client, campus, "S 101 OK", sent_at=sent)

    assert "a newer report stands" in late.text
    status = status_of(client, campus, 0)
    assert status is not None
    assert status["status"] == "help"


def test_a_message_from_before_the_incident_does_not_count_in_it(client: Client, campus: Campus) -> None:
    begin(client, campus)
    sent = (datetime.now(UTC) - timedelta(minutes=10)).isoformat()
    assert send(client, campus, "S 101 OK", sent_at=sent).text.startswith("That was sent before this incident began.")
    assert status_of(client, campus, 0) is None


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("hello?", "Not understood. Write: S 114 OK 24 0"),
        ("S 999 OK", "No room 999 here. Nothing was recorded. Write: S 114"),
        ("S 101 OK need help", "Two statuses: ok and HELP. Nothing was recorded."),
        ("S 101 CLEARED", "Nothing was recorded. Only responders may report cleared."),
    ],
)
def test_what_cannot_be_recorded_is_answered_with_why(client: Client, campus: Campus, text: str, answer: str) -> None:
    begin(client, campus)
    told = send(client, campus, text)
    assert (told.status_code, told.text[: len(answer)]) == (200, answer)
    assert status_of(client, campus, 0) is None


def test_without_an_incident_nothing_is_recorded(client: Client, campus: Campus) -> None:
    assert send(client, campus, "S 101 OK").text.startswith("Nothing was recorded. No incident is open")


@pytest.mark.parametrize("sender", ["+15550100198", "SCHOOL", "\u202e", "1"])
def test_a_number_that_nobody_has_reports_nothing(client: Client, campus: Campus, sender: str) -> None:
    begin(client, campus)
    assert send(client, campus, "S 101 OK", sender=sender).text.startswith("This number may not report here.")
    assert status_of(client, campus, 0) is None


def test_a_number_that_is_forgotten_reports_no_more(client: Client, campus: Campus, database: Database) -> None:
    begin(client, campus)
    set_number(database, campus.site, "Pat staff", None)
    assert send(client, campus, "S 101 OK").text.startswith("This number may not report here.")


def test_who_sends_too_often_is_told_to_wait_and_others_are_not(
    client: Client, campus: Campus, database: Database
) -> None:
    set_number(database, campus.site, "Pat responder", "+15550100200")
    begin(client, campus)
    codes = [send(client, campus, "?").status_code for _ in range(MOST_OF_SENDER + 1)]
    other = send(client, campus, "S 101 OK", sender="+15550100200")

    assert codes == [200] * MOST_OF_SENDER + [429]
    refused = send(client, campus, "?")
    assert (refused.json()["where"], refused.headers["retry-after"]) == ("sender", "60")
    assert other.status_code == 200


def test_no_number_and_no_text_is_kept(client: Client, campus: Campus, database: Database) -> None:
    begin(client, campus)
    send(client, campus, "S 101 HELP secret words")
    with database.snapshot(campus.site.id) as c:
        kept = [*c.execute(phones.select()), *c.execute(texts.select())]
    assert len(kept) == 2
    assert "5550100199" not in str(kept)
    assert "secret" not in str(kept)


def test_any_text_is_answered_with_one_short_line(
    client: Client, campus: Campus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("geo_server.services.texts.MOST_OF_SENDER", 10_000)
    begin(client, campus)
    words = st.sampled_from(["S", "101", "Corridor", "OK", "HELP", "DANGER", "24", "0", "\n", "\x00", "\U0001f600"])
    parts = st.lists(words | st.text(st.characters(exclude_categories=["Cs"]), max_size=20), max_size=12)

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(parts.map(" ".join))
    def ask(text: str) -> None:
        answer = send(client, campus, text)
        assert answer.status_code == 200, answer.text
        assert 0 < len(answer.text) <= 160
        assert answer.text.isascii()
        assert answer.text.isprintable()

    ask()
