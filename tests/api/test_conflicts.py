"""A fire alarm during a lockdown, or a gunman during a fire: a conflict that changes nothing until a person has decided."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from geo_server.domain.events import EventKind
from geo_server.domain.roles import Role
from geo_server.store.database import Database
from geo_server.store.events import list_events
from tests.api.conftest import Client
from tests.api.said import Said, sighting
from tests.campus import Campus, new_id


def told_in_a_room(client: httpx.Client, campus: Campus) -> str:
    guidance = client.get(f"{campus.url}/zones/{campus.rooms[2].id}/guidance").json()
    return str(guidance["directive"]["action"])


def conflicts_of(client: httpx.Client, campus: Campus) -> list[Said]:
    listed: list[Said] = client.get(f"{campus.url}/picture").json()["conflicts"]
    return listed


def decide(client: httpx.Client, campus: Campus, conflict: Said, **said: object) -> httpx.Response:
    return client.post(f"{campus.url}/conflicts/{conflict['id']}/decision", json=said)


@pytest.mark.parametrize("alarm", ["a fire is reported", "a fire is seen"])
def test_a_fire_alarm_during_a_lockdown_raises_a_conflict_and_nobody_is_told_to_leave(
    client: Client, campus: Campus, alarm: str
) -> None:
    staff, responder = client(Role.STAFF), client(Role.RESPONDER)
    staff.post(f"{campus.url}/sightings", json=sighting(campus))
    before = responder.get(f"{campus.url}/picture").json()["incident"]

    if alarm == "a fire is reported":
        answer = responder.post(f"{campus.url}/incidents", json={"kind": "fire"})
        assert (answer.status_code, answer.json()["incident_id"]) == (202, before["id"])
    else:
        answer = staff.post(f"{campus.url}/sightings", json=sighting(campus, kind="fire", at=campus.lonlat(25, 7)))
        assert answer.status_code == 201

    [conflict] = conflicts_of(staff, campus)
    assert (conflict["kind"], conflict["action"], conflict["settled"]) == ("fire", "evacuate", None)
    picture = responder.get(f"{campus.url}/picture").json()
    assert (picture["incident"], picture["directives"]) == (before, [])
    assert told_in_a_room(staff, campus) == "lockdown"


def test_keeping_what_is_in_force_settles_the_conflict_and_says_by_whom(client: Client, campus: Campus) -> None:
    staff, commander = client(Role.STAFF), client(Role.COMMANDER)
    staff.post(f"{campus.url}/sightings", json=sighting(campus))
    staff.post(f"{campus.url}/sightings", json=sighting(campus, kind="fire"))
    [conflict] = conflicts_of(commander, campus)

    first = decide(commander, campus, conflict, decision="keep", reason="no smoke on any camera")
    second = decide(commander, campus, conflict, decision="change")

    [settled] = conflicts_of(staff, campus)
    assert (first.status_code, second.status_code) == (200, 409)
    assert {key: settled["settled"][key] for key in ("decision", "by", "reason")} == {
        "decision": "keep",
        "by": "Pat commander",
        "reason": "no smoke on any camera",
    }
    assert told_in_a_room(staff, campus) == "lockdown"


@pytest.mark.parametrize(("said", "action"), [({}, "evacuate"), ({"action": "shelter"}, "shelter")])
def test_changing_it_gives_the_directive_that_the_commander_names_or_else_the_one_called_for(
    client: Client, campus: Campus, said: Said, action: str
) -> None:
    staff, commander = client(Role.STAFF), client(Role.COMMANDER)
    staff.post(f"{campus.url}/sightings", json=sighting(campus))
    commander.post(f"{campus.url}/incidents", json={"kind": "fire"})
    [conflict] = conflicts_of(commander, campus)

    decide(commander, campus, conflict, decision="change", reason="fire in the kitchen", **said)

    assert told_in_a_room(staff, campus) == action
    [directive] = staff.get(f"{campus.url}/picture").json()["directives"]
    assert (directive["given_by"], directive["reason"]) == ("Pat commander", "fire in the kitchen")


def test_a_decision_that_cannot_be_changes_nothing(client: Client, campus: Campus) -> None:
    responder, commander = client(Role.RESPONDER), client(Role.COMMANDER)
    responder.post(f"{campus.url}/sightings", json=sighting(campus))
    responder.post(f"{campus.url}/incidents", json={"kind": "fire"})
    [conflict] = conflicts_of(commander, campus)

    answers = [
        decide(responder, campus, conflict, decision="keep"),
        decide(commander, campus, conflict, decision="keep", action="evacuate"),
        decide(commander, campus, conflict, decision="change", action="run_for_it"),
        decide(commander, campus, conflict, decision="change", zone_id=new_id()),
        decide(commander, campus, {"id": new_id()}, decision="keep"),
    ]

    assert [answer.status_code for answer in answers] == [403, 422, 422, 404, 404]
    assert conflicts_of(commander, campus)[0]["settled"] is None
    assert told_in_a_room(responder, campus) == "lockdown"


def test_many_alarms_at_once_raise_one_conflict_and_a_new_one_once_that_is_settled(
    client: Client, campus: Campus, database: Database
) -> None:
    responder, commander = client(Role.RESPONDER), client(Role.COMMANDER)
    responder.post(f"{campus.url}/sightings", json=sighting(campus))

    def alarm(i: int) -> int:
        if i % 2:
            return responder.post(f"{campus.url}/incidents", json={"kind": "fire"}).status_code
        return responder.post(f"{campus.url}/sightings", json=sighting(campus, kind="fire")).status_code

    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(alarm, range(8)))
    [conflict] = conflicts_of(commander, campus)
    decide(commander, campus, conflict, decision="keep")
    alarm(0)

    assert codes == [201, 202] * 4
    assert [raised["settled"] is None for raised in conflicts_of(commander, campus)] == [True, False]
    with database.snapshot() as c:
        kinds = [event.kind for event in list_events(c, campus.site.id, 0)]
    assert (kinds.count(EventKind.CONFLICT_RAISED), kinds.count(EventKind.CONFLICT_SETTLED)) == (2, 1)


def test_alarms_and_decisions_at_once_never_block_each_other(client: Client, campus: Campus) -> None:
    responder, commander = client(Role.RESPONDER), client(Role.COMMANDER)
    responder.post(f"{campus.url}/sightings", json=sighting(campus))

    for _ in range(15):
        responder.post(f"{campus.url}/incidents", json={"kind": "fire"})
        conflict = conflicts_of(commander, campus)[0]
        with ThreadPoolExecutor(3) as pool:
            decided = pool.submit(decide, commander, campus, conflict, decision="keep")
            alarms = [
                pool.submit(responder.post, f"{campus.url}/incidents", json={"kind": "fire"}),
                pool.submit(responder.post, f"{campus.url}/sightings", json=sighting(campus, kind="fire")),
            ]
        assert decided.result().status_code == 200
        assert [done.result().status_code for done in alarms] == [202, 201]


@pytest.mark.parametrize(
    ("first", "second", "raised"),
    [
        ("armed_assailant", "medical", False),
        ("armed_assailant", "intruder", False),
        ("fire", "armed_assailant", True),
        ("fire", "unknown", True),
        ("gas", "severe_weather", True),
        ("fire", "fire", False),
        ("armed_assailant", "armed_assailant", False),
        ("fire", "gas", False),
        ("medical", "fire", True),
        ("severe_weather", "gas", True),
    ],
)
def test_a_conflict_is_raised_where_one_calls_for_leaving_and_the_other_for_staying(
    client: Client, campus: Campus, first: str, second: str, raised: bool
) -> None:
    staff = client(Role.STAFF)
    for kind in (first, second):
        staff.post(f"{campus.url}/sightings", json=sighting(campus, kind=kind))

    assert len(conflicts_of(staff, campus)) == raised


@pytest.mark.parametrize("alarm", ["a gunman is reported", "a gunman is seen"])
def test_a_gunman_during_a_fire_raises_a_conflict_that_sends_people_into_their_rooms_once_it_is_settled_so(
    client: Client, campus: Campus, alarm: str
) -> None:
    staff, commander = client(Role.STAFF), client(Role.COMMANDER)
    staff.post(f"{campus.url}/sightings", json=sighting(campus, kind="fire"))

    if alarm == "a gunman is reported":
        answer = commander.post(f"{campus.url}/incidents", json={"kind": "armed_assailant"})
        assert answer.status_code == 202
    else:
        staff.post(f"{campus.url}/sightings", json=sighting(campus, at=campus.lonlat(25, 7)))
    [conflict] = conflicts_of(staff, campus)
    before = told_in_a_room(staff, campus)
    decide(commander, campus, conflict, decision="change")

    assert [conflict[key] for key in ("kind", "action", "may_leave")] == ["armed_assailant", "lockdown", False]
    assert (before, told_in_a_room(staff, campus)) == ("evacuate", "lockdown")


@pytest.mark.parametrize(
    ("first", "order", "second"),
    [("fire", "lockdown", "fire"), ("armed_assailant", "evacuate", "armed_assailant"), ("fire", "shelter", "gas")],
)
def test_what_people_are_told_now_counts_whatever_kind_the_incident_is(
    client: Client, campus: Campus, first: str, order: str, second: str
) -> None:
    commander, staff = client(Role.COMMANDER), client(Role.STAFF)
    staff.post(f"{campus.url}/sightings", json=sighting(campus, kind=first))
    commander.post(f"{campus.url}/directives", json={"id": new_id(), "action": order})

    staff.post(f"{campus.url}/sightings", json=sighting(campus, kind=second))

    assert [conflict["kind"] for conflict in conflicts_of(staff, campus)] == [second]


def test_further_sightings_of_a_gunman_ask_once_and_those_of_a_fire_each_time(client: Client, campus: Campus) -> None:
    commander, staff = client(Role.COMMANDER), client(Role.STAFF)

    def track(kind: str) -> Said:
        begun = staff.post(f"{campus.url}/sightings", json=sighting(campus, kind=kind)).json()
        return {"threat_id": begun["threat_id"]}

    fire, gunman = track("fire"), track("unknown")
    asked = []
    for said in (
        sighting(campus, kind="unknown", **gunman),
        sighting(campus, kind="armed_assailant", **gunman),
        sighting(campus, kind="intruder", **gunman),
        sighting(campus, kind="fire", **fire),
    ):
        for waiting in conflicts_of(commander, campus):
            decide(commander, campus, waiting, decision="keep")
        assert staff.post(f"{campus.url}/sightings", json=said).status_code == 201
        asked.append([one["kind"] for one in conflicts_of(staff, campus) if not one["settled"]])
    commander.post(f"{campus.url}/directives", json={"id": new_id(), "action": "lockdown"})
    staff.post(f"{campus.url}/sightings", json=sighting(campus, kind="fire", **fire))

    assert asked == [[], ["armed_assailant"], [], []]
    assert conflicts_of(staff, campus)[0]["kind"] == "fire"


def test_once_everybody_is_told_to_leave_an_alarm_is_no_conflict(client: Client, campus: Campus) -> None:
    commander = client(Role.COMMANDER)
    commander.post(f"{campus.url}/sightings", json=sighting(campus))
    commander.post(f"{campus.url}/directives", json={"id": new_id(), "action": "evacuate"})

    commander.post(f"{campus.url}/sightings", json=sighting(campus, kind="fire"))

    assert conflicts_of(commander, campus) == []


def test_a_real_alarm_during_a_drill_is_not_hidden_in_the_drill(client: Client, campus: Campus) -> None:
    responder = client(Role.RESPONDER)
    responder.post(f"{campus.url}/sightings", json=sighting(campus, exercise=True))

    answer = responder.post(f"{campus.url}/incidents", json={"kind": "fire"})

    assert answer.status_code == 409
    assert conflicts_of(responder, campus) == []
