"""Corrections outlive the drawing that they were made on, as far as they still make sense, and are named where not."""

import time
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from sqlalchemy import text

from geo_server.domain.edits import AddOpening, ChangeZone, RemoveOpening
from geo_server.domain.frame import Placement
from geo_server.domain.places import Floorplan, Site, Zone
from geo_server.services.drawings import DrawingFile
from geo_server.services.edits import copy_to_draft, edit_draft, load_edited
from geo_server.services.joining import OtherLevels
from geo_server.services.revisions import publish_revision, put_on_ground
from geo_server.store.database import Database
from geo_server.store.floorplans import load_floorplan
from geo_server.store.revisions import Revision, lock_draft
from tests.services.bringing import import_drawing
from tests.services.buildings import FRAME
from tests.services.school import drawing, place


def bring_in(database: Database, site: Site, *files: DrawingFile) -> Revision:
    return import_drawing(database, site, "School", files, by=None, other_levels=OtherLevels(keep=True))


def edited(database: Database, revision: Revision) -> Floorplan:
    with database.snapshot() as c:
        return load_edited(c, revision.id)


def largest(floorplan: Floorplan) -> Zone:
    return max(floorplan.zones, key=lambda zone: zone.polygon.area)


def test_a_drawing_brought_in_again_keeps_what_people_corrected(database: Database, site: Site) -> None:
    first = bring_in(database, site, drawing(0))
    read = edited(database, first)
    zone, door = largest(read), read.openings[0]
    edit_draft(database, site, first.id, ChangeZone(uuid4(), zone.id, name="Agora"), by=None)
    edit_draft(database, site, first.id, RemoveOpening(uuid4(), door.id), by=None)

    second = bring_in(database, site, drawing(0))

    again = edited(database, second)
    assert again.zone_by_id[zone.id].name == "Agora"
    assert door.id not in again.opening_by_id
    assert len(again.openings) == len(read.openings) - 1
    assert not [finding for finding in second.findings if finding.code == "correction-lost"]


def test_a_correction_of_what_the_newer_drawing_no_longer_shows_is_named(database: Database, site: Site) -> None:
    first = bring_in(database, site, drawing(0))
    read = edited(database, first)
    upstairs = bring_in(database, site, drawing(0, shows=2))
    gone = sorted(set(read.zone_by_id) - set(edited(database, upstairs).zone_by_id), key=str)
    assert gone, "the two levels of the school differ"
    back = copy_to_draft(database, site, first.id, by=None)
    edit = ChangeZone(uuid4(), gone[0], alias="Reading corner")
    edit_draft(database, site, back.id, edit, by=None)

    newer = bring_in(database, site, drawing(0, shows=2))

    (finding,) = [finding for finding in newer.findings if finding.code == "correction-lost"]
    assert str(edit.id) in finding.message


def test_what_is_published_has_the_corrections_in_place(database: Database, site: Site) -> None:
    draft = bring_in(database, site, drawing(0))
    place(database, site, draft)
    floorplan = edited(database, draft)
    level, zone = floorplan.levels[0], largest(floorplan)
    with database.snapshot() as c:
        assert load_floorplan(c, site).zones == ()
    edit_draft(database, site, draft.id, ChangeZone(uuid4(), zone.id, name="Agora"), by=None)
    publish_revision(database, site, draft.id, by=None, signed_by="Kim")

    with database.snapshot() as c:
        published = load_floorplan(c, site)
    assert published.zone_by_id[zone.id].name == "Agora"
    assert published.zone_by_id[zone.id].polygon.area == pytest.approx(zone.polygon.area, abs=0.01)
    assert level.id in {one.level_id for one in published.zones}


def test_a_door_is_drawn_on_a_placed_draft_where_people_see_it(database: Database, site: Site) -> None:
    """The map is turned and shifted against the drawing: the door must land in the same wall."""
    draft = bring_in(database, site, drawing(0))
    before = edited(database, draft)
    door = next(o for o in before.openings if None not in o.zones)
    placed = place(database, site, draft)
    assert placed.placement is not None
    seen = FRAME.coordinates_to_lonlat(placed.placement.place_coordinates(list(door.line.coords)))
    edit_draft(database, site, draft.id, RemoveOpening(uuid4(), door.id), by=None)
    line = tuple((float(lon), float(lat)) for lon, lat in seen)
    edit_draft(database, site, draft.id, AddOpening(uuid4(), door.level_id, line), by=None)

    (drawn,) = set(edited(database, draft).openings) - set(before.openings)
    assert set(drawn.zones) == set(door.zones)
    assert drawn.line.hausdorff_distance(door.line) < 0.001


def test_a_draft_that_is_placed_and_corrected_at_once_is_published_with_both(database: Database, site: Site) -> None:
    """The rows that come into force must have the correction, whichever of the two came first."""
    draft = bring_in(database, site, drawing(0))
    zone = largest(edited(database, draft))
    rename = ChangeZone(uuid4(), zone.id, name="Agora")
    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as c:
            lock_draft(c, draft.id)
            correcting = pool.submit(edit_draft, database, site, draft.id, rename, by=None)
            wait_for_a_waiter(database)
            floorplan = load_edited(c, draft.id)
            put_on_ground(c, site, draft.id, floorplan, Placement(10.0, 20.0, 0.0), by=None)
        correcting.result()
    publish_revision(database, site, draft.id, by=None, signed_by="Kim")
    with database.snapshot() as c:
        assert load_floorplan(c, site).zone_by_id[zone.id].name == "Agora"


def wait_for_a_waiter(database: Database) -> None:
    """Until another transaction waits for a lock."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    end = time.monotonic() + 20
    while True:
        with database.snapshot() as c:
            if c.scalar(waiting):
                return
        assert time.monotonic() < end, "nobody waits"
