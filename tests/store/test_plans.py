import pytest
from sqlalchemy.exc import IntegrityError

from geo_server.domain.incidents import Incident
from geo_server.domain.places import Site
from geo_server.store.database import Connection, Database
from geo_server.store.plans import StoredPlan, add_plan, find_latest_plan
from tests.store.samples import found, in_incident

DOCUMENT = '{"routes": [], "words": "Größe, 50 %"}\n'.encode()


def a_plan(c: Connection, site: Site, incident: Incident, seq: int) -> StoredPlan:
    return add_plan(
        c,
        site_id=site.id,
        incident_id=incident.id,
        seq=seq,
        floorplan_rev=1,
        parameters_hash=f"hash {seq}",
        document=DOCUMENT,
    )


def test_a_plan_is_kept_byte_for_byte_and_the_one_that_knows_most_is_found(database: Database) -> None:
    site, incident, _ = in_incident(database)
    with database.transaction() as c:
        assert find_latest_plan(c, incident.id) is None
        kept = [a_plan(c, site, incident, seq) for seq in (3, 11, 7)]
        latest = find_latest_plan(c, incident.id)
    assert latest == kept[1]
    assert (latest.seq, latest.document, latest.floorplan_rev) == (11, DOCUMENT, 1)
    assert latest.parameters_hash == "hash 11"


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
