"""Which order holds in a zone."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from geo_server.domain.directives import told_in
from geo_server.domain.incidents import Directive, Incident, IncidentState
from geo_server.services.protocols import load_shipped_pack

PACK = load_shipped_pack()
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
INCIDENT = Incident(uuid4(), uuid4(), "armed_assailant", IncidentState.OPEN, False, NOON)
HERE, THERE = uuid4(), uuid4()


def _directive(action: str, zone_id: UUID | None, minute: int) -> Directive:
    return Directive(uuid4(), INCIDENT.id, action, zone_id, NOON + timedelta(minutes=minute), "Kim")


@pytest.mark.parametrize(
    ("given", "action"),
    [
        ([], "lockdown"),
        ([_directive("evacuate", THERE, 1)], "lockdown"),
        ([_directive("evacuate", HERE, 1)], "evacuate"),
        ([_directive("evacuate", None, 1)], "evacuate"),
        ([_directive("evacuate", None, 1), _directive("hold", HERE, 2)], "hold"),
        ([_directive("lockdown", None, 2), _directive("evacuate", HERE, 1)], "lockdown"),
    ],
)
def test_the_last_order_for_the_zone_or_the_site_holds_and_else_the_protocol(
    given: list[Directive], action: str
) -> None:
    assert told_in(HERE, INCIDENT, given, PACK).action.key == action


def test_an_order_that_the_pack_no_longer_knows_permits_nothing() -> None:
    told = told_in(HERE, INCIDENT, [_directive("run_for_it", HERE, 1)], PACK)

    assert (told.action.title, told.action.may_leave) == ("Run for it", False)


def test_who_ordered_it_is_said() -> None:
    assert "Kim" in told_in(HERE, INCIDENT, [_directive("hold", None, 1)], PACK).why
    assert "Armed assailant" in told_in(HERE, INCIDENT, [], PACK).why
