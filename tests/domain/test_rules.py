"""Incident states, roles, protocol packs and refusals."""

import pickle
from importlib import resources

import pytest

from geo_server.domain.errors import Conflict, GeoServerError, InvalidInput, NotFound, UnreadableFile
from geo_server.domain.incidents import IncidentState, check_transition
from geo_server.domain.protocols import read_pack
from geo_server.domain.roles import PERMISSIONS, Permission, Role, permits
from geo_server.domain.routes import Destination

SHIPPED = resources.files("geo_server.domain").joinpath("protocols.toml").read_text()


def test_an_all_clear_can_be_taken_back_but_a_closed_incident_stays_closed() -> None:
    check_transition(IncidentState.OPEN, IncidentState.ALL_CLEAR)
    check_transition(IncidentState.ALL_CLEAR, IncidentState.OPEN)
    check_transition(IncidentState.ALL_CLEAR, IncidentState.CLOSED)
    for wanted in IncidentState:
        with pytest.raises(Conflict, match="closed"):
            check_transition(IncidentState.CLOSED, wanted)


def test_an_incident_is_not_closed_without_an_all_clear() -> None:
    with pytest.raises(Conflict, match="all_clear"):
        check_transition(IncidentState.OPEN, IncidentState.CLOSED)


def test_every_permission_is_somebodys_and_admin_has_all() -> None:
    assert PERMISSIONS[Role.ADMIN] == set(Permission)
    assert set(PERMISSIONS) == set(Role)
    for role in Role:
        assert permits(role, Permission.SEE_MAP) is (role is not Role.GATEWAY)


@pytest.mark.parametrize(
    ("role", "permission"),
    [
        (Role.VIEWER, Permission.SEE_INCIDENT),
        (Role.GUEST, Permission.SEE_NAMES),
        (Role.GUEST, Permission.SEE_REPORTS),
        (Role.GUEST, Permission.REPORT_SIGHTING),
        (Role.GUEST, Permission.EXPORT),
        (Role.STAFF, Permission.SEE_STATUSES),
        (Role.STAFF, Permission.SEE_PLAN),
        (Role.RESPONDER, Permission.SHARE_INCIDENT),
        (Role.STAFF, Permission.SEE_REPORTS),
        (Role.STAFF, Permission.GIVE_DIRECTIVES),
        (Role.RESPONDER, Permission.GIVE_DIRECTIVES),
        (Role.FACILITIES, Permission.MANAGE_INCIDENT),
        (Role.FACILITIES, Permission.MANAGE_ACCESS),
        (Role.COMMANDER, Permission.PUBLISH_FLOORPLANS),
    ],
)
def test_what_a_role_must_not_do(role: Role, permission: Permission) -> None:
    assert not permits(role, permission)


def test_the_shipped_pack_has_the_five_actions_and_only_evacuation_lets_people_leave() -> None:
    pack = read_pack(SHIPPED)
    assert set(pack.actions) == {"hold", "secure", "lockdown", "evacuate", "shelter"}
    assert [action.key for action in pack.actions.values() if action.may_leave] == ["evacuate"]
    assert pack.action_for("armed_assailant").key == "lockdown"
    assert pack.action_for("fire").key == "evacuate"
    assert {action.key: action.to for action in pack.actions.values() if action.to is not Destination.EXITS} == {
        "lockdown": Destination.LOCKABLE,
        "shelter": Destination.SHELTER,
    }


def test_a_kind_threatens_from_some_place_unless_the_pack_says_otherwise() -> None:
    pack = read_pack(SHIPPED)
    assert {key for key in pack.kinds if not pack.has_place(key)} == {"medical", "severe_weather", "earthquake"}
    assert pack.has_place("flood"), "what the pack does not know may be anywhere"


def test_a_pack_that_sends_people_nowhere_known_is_refused() -> None:
    with pytest.raises(InvalidInput, match="roof"):
        read_pack(SHIPPED.replace('to = "shelter"', 'to = "roof"'))


def test_an_unknown_kind_is_refused_with_the_list_of_known_ones() -> None:
    with pytest.raises(InvalidInput, match=r"'flood'.*Choose one of: armed_assailant"):
        read_pack(SHIPPED).action_for("flood")


def test_all_that_the_shipped_pack_says_is_there_in_spanish() -> None:
    pack = read_pack(SHIPPED)
    assert all(action.languages["es"].title and action.languages["es"].words for action in pack.actions.values())
    assert all(kind.languages["es"].title for kind in pack.kinds.values())


def test_a_language_that_says_half_is_refused() -> None:
    with pytest.raises(InvalidInput, match="words"):
        read_pack(SHIPPED.replace("languages.es.words", "languages.es.word"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name = ", "cannot be read"),
        ('name = "x"', "'actions'"),
        (SHIPPED.replace('action = "lockdown"', 'action = "hide"'), "'hide'"),
        (SHIPPED.replace("may_leave = true", ""), "may_leave"),
        (SHIPPED.replace("speed_mps = 3.0", 'speed_mps = "fast"'), "fast"),
        (SHIPPED.replace("speed_mps = 3.0", "speed_mps = nan"), "armed_assailant.speed_mps"),
        (SHIPPED.replace("has_place = false", 'has_place = "no"'), "medical.has_place"),
    ],
)
def test_a_broken_pack_is_refused_in_one_line_that_says_where(text: str, words: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        read_pack(text, "protocols.toml")
    assert words in str(refusal.value)
    assert str(refusal.value).startswith("protocols.toml")
    assert "\n" not in str(refusal.value)


def test_a_refusal_says_where_what_and_what_to_do() -> None:
    refusal = InvalidInput("Level 9 is not there.", where="threat.ordinal", advice="Levels are 0 to 2.")
    assert str(refusal) == "threat.ordinal: Level 9 is not there. Levels are 0 to 2."
    assert str(NotFound("No such zone.")) == "No such zone."


def test_a_refusal_survives_the_way_back_from_a_worker_process() -> None:
    back = pickle.loads(pickle.dumps(UnreadableFile("Not a DXF.", where="a.dxf", advice="Save it as DXF.")))
    assert type(back) is UnreadableFile
    assert (back.what, back.where, back.advice) == ("Not a DXF.", "a.dxf", "Save it as DXF.")


def test_every_refusal_has_a_page_of_its_own() -> None:
    def leaves(kind: type[GeoServerError]) -> list[type[GeoServerError]]:
        return [kind, *(leaf for child in kind.__subclasses__() for leaf in leaves(child))]

    slugs = [kind.slug for kind in leaves(GeoServerError)]
    assert len(slugs) == len(set(slugs))
