from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from geo_server.domain.errors import Conflict, InvalidInput, NotFound
from geo_server.domain.frame import Placement
from geo_server.domain.states import RevisionState
from geo_server.store.access import add_person
from geo_server.store.database import Database
from geo_server.store.floorplans import place_draft
from geo_server.store.revisions import (
    add_draft,
    discard,
    list_revisions,
    load_document,
    load_revision,
    lock_latest_revision,
    publish,
)
from geo_server.store.sites import floorplan_rev
from geo_server.store.tables import floorplan_revisions
from tests.store.samples import SHA256, a_finding, a_floorplan, draft, found, published

PLACEMENT = Placement(12.5, 3.25, -7.125, residuals_m=(0.02, 0.03, 0.01), scale_check=1.001, verified=True)


def test_a_draft_keeps_what_was_read_and_what_was_noticed(database: Database) -> None:
    site, building = found(database)
    document = {"type": "FeatureCollection", "features": [{"id": "a", "name": "Größe", "x": 0.1, "none": None}]}
    with database.transaction() as c:
        ann = add_person(c, "Ann")
        kept = add_draft(
            c,
            site_id=site.id,
            building_id=building.id,
            document=document,
            findings=[a_finding()],
            source_name="plan.dxf",
            source_sha256=SHA256,
            created_by=ann,
        )
        assert load_document(c, kept.id) == document
        assert load_revision(c, site.id, kept.id) == kept
    assert (kept.number, kept.state, kept.placed, kept.created_by) == (1, RevisionState.DRAFT, False, ann)
    assert (kept.findings, kept.source_name, kept.source_sha256) == ((a_finding(),), "plan.dxf", SHA256)
    assert (kept.placement, kept.published_at, kept.published_by, kept.signed_by) == (None, None, None, None)


@pytest.mark.parametrize("junk", ["A\x00B", "\ud83d", float("nan")])
def test_a_document_that_cannot_be_kept_is_refused(database: Database, junk: object) -> None:
    site, building = found(database)
    with pytest.raises(InvalidInput, match="cannot be kept"), database.transaction() as c:
        add_draft(
            c,
            site_id=site.id,
            building_id=building.id,
            document={"name": junk},
            findings=[],
            source_name="plan.dxf",
            source_sha256=SHA256,
            created_by=None,
        )
    with database.snapshot() as c:
        assert list_revisions(c, site.id) == []


def test_publishing_supersedes_what_was_in_force_and_counts_up(database: Database) -> None:
    site, building = found(database)
    with database.transaction() as c:
        ann = add_person(c, "Ann")
        first = published(c, site, building, a_floorplan())
        second = draft(c, site, building)
        place_draft(c, second.id, a_floorplan(), PLACEMENT)
        assert publish(c, second.id, by=ann, signed_by="B. Head") == floorplan_rev(c, site.id) == 2
        latest, before = list_revisions(c, site.id)
    assert (before.id, before.state) == (first.id, RevisionState.SUPERSEDED)
    assert (latest.id, latest.number, latest.state, latest.placed) == (second.id, 2, RevisionState.PUBLISHED, True)
    assert (latest.placement, latest.published_by, latest.signed_by) == (PLACEMENT, ann, "B. Head")
    assert latest.published_at is not None


def test_the_latest_revision_is_the_one_with_the_highest_number_that_was_not_discarded(database: Database) -> None:
    site, building = found(database)
    with database.transaction() as c:
        assert lock_latest_revision(c, site.id, building.id) is None
        draft(c, site, building)
        in_force = published(c, site, building, a_floorplan())
        assert lock_latest_revision(c, site.id, building.id) == load_revision(c, site.id, in_force.id)
        later = draft(c, site, building)
        assert lock_latest_revision(c, site.id, building.id) == later
        discard(c, later.id)
        assert lock_latest_revision(c, site.id, building.id) == load_revision(c, site.id, in_force.id)
        assert draft(c, site, building).number == later.number + 1
        with pytest.raises(NotFound):
            lock_latest_revision(c, site.id, uuid4())


def test_only_a_placed_draft_is_published(database: Database) -> None:
    site, building = found(database)
    with database.transaction() as c:
        revision = draft(c, site, building)
        with pytest.raises(Conflict, match="not placed"):
            publish(c, revision.id, by=None)
        place_draft(c, revision.id, a_floorplan(), None)
        publish(c, revision.id, by=None)
        with pytest.raises(Conflict, match="published"):
            publish(c, revision.id, by=None)
        assert floorplan_rev(c, site.id) == 1


def test_a_revision_of_another_site_is_not_found(database: Database) -> None:
    north, building = found(database, "north")
    south, _ = found(database, "south")
    with database.transaction() as c:
        revision = draft(c, north, building)
        with pytest.raises(NotFound):
            load_revision(c, south.id, revision.id)
        with pytest.raises(NotFound):
            draft(c, south, building)
        for missing in (load_document, lambda c, key: publish(c, key, by=None)):
            with pytest.raises(NotFound):
                missing(c, uuid4())


def test_the_database_itself_refuses_a_second_published_revision_of_a_building(database: Database) -> None:
    site, building = found(database)
    with database.transaction() as c:
        published(c, site, building, a_floorplan())
        other = draft(c, site, building)
        place_draft(c, other.id, a_floorplan(), None)
    by_force = update(floorplan_revisions).values(state="published", published_at=func.now())
    with pytest.raises(IntegrityError, match="uq_floorplan_revisions_published"), database.transaction() as c:
        c.execute(by_force.where(floorplan_revisions.c.id == other.id))


def test_drafts_that_are_added_and_published_at_once_take_turns(database: Database) -> None:
    site, building = found(database)
    together = Barrier(4)

    def bring_in(n: int) -> UUID:
        with database.transaction() as c:
            together.wait(timeout=30)
            revision = draft(c, site, building)
            place_draft(c, revision.id, a_floorplan(f"plan {n}"), None)
        with database.transaction() as c:
            together.wait(timeout=30)
            publish(c, revision.id, by=None)
        return revision.id

    with ThreadPoolExecutor(4) as pool:
        ids = set(pool.map(bring_in, range(4)))
    with database.snapshot() as c:
        revisions = list_revisions(c, site.id)
        in_force = select(func.count()).where(floorplan_revisions.c.state == "published")
        assert c.scalar(in_force) == 1
        assert floorplan_rev(c, site.id) == 4
    assert {revision.id for revision in revisions} == ids
    assert sorted(revision.number for revision in revisions) == [1, 2, 3, 4]
