import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import inspect, text, update

from geo_server.domain.errors import Conflict, Unavailable
from geo_server.domain.events import EventKind
from geo_server.domain.frame import Placement
from geo_server.domain.incidents import IncidentState
from geo_server.domain.states import RevisionState
from geo_server.store.database import Database
from geo_server.store.events import record_event
from geo_server.store.floorplans import drop_places, place_draft
from geo_server.store.incidents import load_incident, set_incident_state
from geo_server.store.migrate import downgrade, pending, upgrade
from geo_server.store.plans import add_plan, find_latest_plan, find_latest_reach, load_plan_document, load_reach, pack
from geo_server.store.revisions import discard, load_revision, publish
from geo_server.store.tables import events
from geo_server.store.threats import add_sighting, list_sightings
from tests.conftest import MakeDatabase
from tests.store.samples import NOON, a_floorplan, a_sighting, draft, found, in_incident, published


def table_names(database: Database) -> set[str]:
    with database.snapshot() as connection:
        return set(inspect(connection).get_table_names()) - {"spatial_ref_sys", "alembic_version"}


def test_an_empty_database_lacks_every_migration_and_a_migrated_one_none(empty_database: Database) -> None:
    behind = pending(empty_database)
    assert len(behind) > 1
    assert behind == sorted(behind)
    upgrade(empty_database)
    assert pending(empty_database) == []
    assert "sites" in table_names(empty_database)


def test_a_database_one_step_behind_lacks_the_last_migration(database: Database) -> None:
    downgrade(database, "-1")
    behind = pending(database)
    assert len(behind) == 1
    upgrade(database)
    assert pending(database) == []


def test_two_that_migrate_at_once_both_succeed(empty_database: Database) -> None:
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda _: upgrade(empty_database), range(2)))
    assert pending(empty_database) == []


def test_a_migration_that_fails_in_the_middle_leaves_nothing(empty_database: Database) -> None:
    with empty_database.transaction() as connection:
        connection.execute(text("CREATE TABLE zones (in_the_way int)"))
    with pytest.raises(Exception, match="already exists"):
        upgrade(empty_database)
    assert table_names(empty_database) == {"zones"}


def test_a_database_of_a_newer_program_is_refused(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'from_the_future'"))
    for attempt in (pending, upgrade):
        with pytest.raises(Conflict, match="newer geo-server"):
            attempt(database)


def test_a_database_without_postgis_is_refused_before_anything_is_made(make_database: MakeDatabase) -> None:
    database = Database(make_database("template0"))
    with pytest.raises(Unavailable, match="has no PostGIS"):
        upgrade(database)
    assert table_names(database) == set()
    database.close()


def test_what_was_recorded_before_an_upgrade_is_told_as_if_it_had_always_been_kept(database: Database) -> None:
    site, incident, threat = in_incident(database)
    sighting, cleared_at = a_sighting(incident, threat), NOON + timedelta(minutes=7)
    document = b'{"made_for_at": "2026-03-02T12:00:05.250Z", "zones": []}'
    with database.transaction() as c:
        add_sighting(c, sighting, site.frame)
        stored = add_plan(
            c,
            site_id=site.id,
            incident_id=incident.id,
            seq=3,
            floorplan_rev=1,
            parameters_hash="hash",
            made_for_at=datetime(2026, 3, 2, 12, 0, 5, 250_000, tzinfo=UTC),
            document=pack(document),
        )
        set_incident_state(c, incident.id, IncidentState.ALL_CLEAR, cleared_at)
        said = {"incident_id": str(incident.id), "state": "all_clear"}
        record_event(c, site.id, EventKind.INCIDENT_CHANGED, said)
        c.execute(update(events).values(at=cleared_at))

    downgrade(database, "0004")
    upgrade(database)

    with database.snapshot() as c:
        found = find_latest_plan(c, incident.id)
        assert found is not None
        assert replace(found, etag=stored.etag, reach_etag=None) == stored
        assert json.loads(load_plan_document(c, stored.id)) == json.loads(document)
        assert load_incident(c, site.id, incident.id).cleared_at == cleared_at
        [kept] = list_sightings(c, incident.id, site.frame)
    assert (kept.id, kept.kind, kept.retraction) == (sighting.id, threat.kind, None)


def test_the_reach_of_a_plan_from_before_an_upgrade_is_kept_beside_it(database: Database) -> None:
    site, incident, _ = in_incident(database)
    with database.transaction() as c:
        stored = add_plan(
            c,
            site_id=site.id,
            incident_id=incident.id,
            seq=3,
            floorplan_rev=1,
            parameters_hash="hash",
            made_for_at=NOON,
            document=pack('{"words": "Größe", "zones": [1]}'.encode()),
            reach=pack(b'[{"at_s": 15.0}]'),
        )
        record_event(c, site.id, EventKind.REACH_MADE, {})

    downgrade(database, "0019")
    with database.snapshot() as c:
        before = c.scalar(text("SELECT convert_from(document, 'UTF8') FROM plans"))
    upgrade(database)

    assert json.loads(before) == {"words": "Größe", "zones": [1], "reach": [{"at_s": 15.0}]}
    with database.snapshot() as c:
        assert json.loads(load_plan_document(c, stored.id)) == {"words": "Größe", "zones": [1]}
        assert json.loads(load_reach(c, stored.id) or b"") == [{"at_s": 15.0}]
        kept = find_latest_reach(c, incident.id)
        assert kept is not None
        assert kept.etag == stored.etag


def test_a_discarded_draft_is_a_draft_without_places_before_an_upgrade_and_cannot_be_published_empty(
    database: Database,
) -> None:
    site, building = found(database)
    placement = Placement(12.5, 3.25, -7.125, residuals_m=(0.02, 0.03), scale_check=1.0, verified=True)
    with database.transaction() as c:
        in_force = published(c, site, building, a_floorplan())
        kept, unwanted = draft(c, site, building), draft(c, site, building)
        for revision, key in ((kept, "kept"), (unwanted, "unwanted")):
            place_draft(c, revision.id, a_floorplan(key), placement)
        in_force, kept = (load_revision(c, site.id, revision.id) for revision in (in_force, kept))
        discard(c, unwanted.id)
        drop_places(c, unwanted.id)

    downgrade(database, "0020")
    upgrade(database)

    with database.transaction() as c:
        again = load_revision(c, site.id, unwanted.id)
        assert (again.state, again.placed, again.placement) == (RevisionState.DRAFT, False, None)
        with pytest.raises(Conflict, match="not placed"):
            publish(c, unwanted.id, by=None)
        assert load_revision(c, site.id, in_force.id) == in_force
        assert load_revision(c, site.id, kept.id) == kept
