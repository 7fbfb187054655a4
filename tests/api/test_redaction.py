"""What guests get of a plan: nothing that says which doors and rooms do not lock."""

import json
from typing import Any

import pytest

from geo_server.api.redaction import assumptions_without_people, plan_without_people
from geo_server.domain.routes import Destination
from geo_server.export.plan import plan_document
from tests.routing.planning import make
from tests.routing.plans import uid
from tests.routing.test_refuges import hall_with_rooms


@pytest.mark.parametrize("subject", ["middle", "middle door"])
@pytest.mark.parametrize("fault", ["lock_broken", "propped"])
def test_a_guest_cannot_tell_which_room_does_not_lock(fault: str, subject: str) -> None:
    floorplan = hall_with_rooms()

    def document(to: Destination, **faults: object) -> dict[str, Any]:
        return plan_document(make(floorplan, to=to, **faults), floorplan)

    found = {fault: frozenset({uid(subject)})}
    full = document(Destination.EXITS, **found)
    for said in (str(uid(subject)), *(["Zone middle "] if fault == "lock_broken" else [])):
        assert said in json.dumps(full["assumptions"]), "those who may see names are told"
    as_usual, now = (plan_without_people(plan) for plan in (document(Destination.EXITS), full))
    assert now.pop("parameters_hash") != as_usual.pop("parameters_hash")
    assert json.dumps(now) == json.dumps(as_usual)

    for to in Destination:
        told = json.dumps(assumptions_without_people(document(to, **found)["assumptions"]))
        for hidden in (str(uid("middle")), str(uid("middle door")), "middle"):
            assert hidden not in told, (to, hidden)
