import hashlib
from datetime import UTC, datetime

import pytest
from sqlalchemy.exc import IntegrityError

from geo_server.domain.errors import NotFound
from geo_server.domain.incidents import Incident
from geo_server.domain.places import Site
from geo_server.store.database import Connection, Database
from geo_server.store.plans import PLANS_KEPT, StoredPlan, add_plan, find_latest_plan, load_plan_document, pack
from tests.store.samples import found, in_incident

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DOCUMENT = '{"routes": [], "words": "Größe, 50 %"}\n'.encode()


def a_plan(c: Connection, site: Site, incident: Incident, seq: int) -> StoredPlan:
    return add_plan(
        c,
        site_id=site.id,
        incident_id=incident.id,
        seq=seq,
        floorplan_rev=1,
        parameters_hash=f"hash {seq}",
        made_for_at=NOON,
        document=pack(DOCUMENT),
    )


def test_a_plan_is_kept_byte_for_byte_and_the_one_that_knows_most_is_found(database: Database) -> None:
    site, incident, _ = in_incident(database)
    with database.transaction() as c:
        assert find_latest_plan(c, incident.id) is None
        kept = [a_plan(c, site, incident, seq) for seq in (3, 11, 7)]
        latest = find_latest_plan(c, incident.id)
        assert latest == kept[1]
        assert load_plan_document(c, latest.id) == DOCUMENT
    assert (latest.seq, latest.floorplan_rev, latest.made_for_at) == (11, 1, NOON)
    assert latest.parameters_hash == "hash 11"
    assert hashlib.sha256(pack(DOCUMENT)).hexdigest().startswith(latest.etag)


def test_plans_that_many_others_have_replaced_are_forgotten_and_those_of_other_incidents_are_not(
    database: Database,
) -> None:
    site, incident, _ = in_incident(database, "north")
    other_site, other, _ = in_incident(database, "south")
    with database.transaction() as c:
        first = a_plan(c, other_site, other, 1)
        kept = [a_plan(c, site, incident, seq) for seq in range(1, PLANS_KEPT + 3)]
        for gone in kept[:2]:
            with pytest.raises(NotFound):
                load_plan_document(c, gone.id)
        assert load_plan_document(c, kept[2].id) == DOCUMENT
        assert find_latest_plan(c, incident.id) == kept[-1]
        assert find_latest_plan(c, other.id) == first


def test_one_plan_is_kept_for_each_state_of_an_incident(database: Database) -> None:
    site, incident, _ = in_incident(database)
    with database.transaction() as c:
        a_plan(c, site, incident, 3)
    with pytest.raises(IntegrityError, match="uq_plans_incident_id_seq"), database.transaction() as c:
        a_plan(c, site, incident, 3)


def test_a_plan_belongs_to_the_site_of_its_incident(database: Database) -> None:
    _, incident, _ = in_incident(database, "north")
    south, _ = found(database, "south")
    with pytest.raises(IntegrityError, match="fk_plans_site_id_incident_id_incidents"), database.transaction() as c:
        a_plan(c, south, incident, 3)
