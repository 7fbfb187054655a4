"""Imports outlive the servers that read them: real processes, really killed, on one database."""

import signal
from uuid import UUID

import pytest
from sqlalchemy import text

from geo_server.domain.places import Site
from geo_server.domain.progress import Stage
from geo_server.domain.states import ImportState
from geo_server.services.imports import find_site_import, receive
from geo_server.store.database import Database
from geo_server.store.imports import Import
from geo_server.store.revisions import list_revisions
from tests.cli.conftest import Command, Start
from tests.services.buildings import add_north, large_drawing, shed
from tests.store.conftest import until

IMPATIENT = """
from geo_server.store import jobs
jobs.HEARTBEAT_S, jobs.STALE_S, jobs.LOOK = 1.0, 6.0, "* * * * * */2"
"""
"""A server is missed sooner than it usually is, so that the test need not wait as long."""


@pytest.fixture
def site(database: Database) -> Site:
    return add_north(database)


def serve(start: Start, database: Database) -> Command:
    return start("serve", "--port", "0", first=IMPATIENT, GEO_SERVER_DATABASE_URL=database.url)


def look(database: Database, site: Site, import_id: UUID) -> Import:
    return find_site_import(database, site, import_id)[0]


def test_an_import_whose_server_is_killed_is_finished_by_another_and_makes_one_draft(
    start: Start, database: Database, site: Site
) -> None:
    received = receive(database, site, "Shed", [shed(leads_out=True)], by=None)
    with database.transaction() as c:
        # Nobody can keep a draft now: the first server comes as far as that, and there it stays.
        c.execute(text("LOCK TABLE floorplan_revisions IN EXCLUSIVE MODE"))
        first = serve(start, database)
        until(lambda: look(database, site, received.id).step.stage is Stage.STORING, 120)
        first.end(signal.SIGKILL)
        second = serve(start, database)
        second.until("geo-server is running at")
    until(lambda: look(database, site, received.id).state is ImportState.FINISHED, 120)
    finished = look(database, site, received.id)
    assert finished.attempts >= 2
    with database.snapshot() as c:
        assert [revision.id for revision in list_revisions(c, site.id)] == [finished.revision_id]
    assert second.end(signal.SIGTERM) == 0


def test_an_import_waits_for_a_server_and_one_that_is_stopped_in_order_hands_it_on(
    start: Start, database: Database, site: Site
) -> None:
    received = receive(database, site, "Hall", [large_drawing()], by=None)
    assert look(database, site, received.id).state is ImportState.WAITING
    first = serve(start, database)
    until(lambda: look(database, site, received.id).step.stage is Stage.OPENING, 120)
    assert first.end(signal.SIGTERM) == 0
    handed_on = look(database, site, received.id)
    assert (handed_on.state, handed_on.attempts) == (ImportState.WAITING, 0)
    serve(start, database)
    until(lambda: look(database, site, received.id).state is ImportState.RUNNING, 120)
