"""What was published before contradictions were looked for stays in force and can be mended; what is brought in is refused."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from shapely import LineString
from shapely.geometry import box

from geo_server.domain.edits import ChangeZone, RemoveTransition
from geo_server.domain.errors import InvalidInput
from geo_server.domain.faults import find_faults
from geo_server.domain.places import (
    Building,
    Floorplan,
    Level,
    Opening,
    Site,
    Transition,
    TransitionCategory,
    Zone,
)
from geo_server.routing.compiled import compile_floorplan
from geo_server.services import revisions
from geo_server.services.drawings import DrawingFile, ReadBuilding
from geo_server.services.edits import copy_to_draft, edit_draft
from geo_server.services.exports import floorplan_export
from geo_server.services.joining import OtherLevels
from geo_server.services.revisions import keep_draft, publish_revision
from geo_server.store.database import Database
from geo_server.store.revisions import Revision
from tests.services.buildings import FRAME
from tests.services.school import published

HOUSE = Building(uuid4(), "House")
GROUND, UPPER = Level(uuid4(), HOUSE.id, 0, "Ground"), Level(uuid4(), HOUSE.id, 1, "Upper")
HALL, ROOM, ABOVE = (
    Zone(uuid4(), GROUND.id, box(0, 0, 20, 5), "Hall"),
    Zone(uuid4(), GROUND.id, box(0, 5, 20, 10), "Room"),
    Zone(uuid4(), UPPER.id, box(0, 0, 20, 5), "Above"),
)
EXIT = Opening(uuid4(), GROUND.id, LineString([(4, 0), (5, 0)]), (HALL.id, None), exit=True)
DOOR = Opening(uuid4(), GROUND.id, LineString([(4, 5), (5, 5)]), (HALL.id, ROOM.id), exit=True)
STAIRS = Transition(
    uuid4(), UPPER.id, LineString([(10, 2), (16, 2)]), (ABOVE.id, HALL.id), TransitionCategory.STAIRS, 8.0
)
"""Both contradict themselves: an exit into a room, and stairs that lead down from their foot."""
PLAN = Floorplan(FRAME, (GROUND, UPPER), (HALL, ROOM, ABOVE), (EXIT, DOOR), (STAIRS,), buildings=(HOUSE,))


def bring_in(database: Database, site: Site, floorplan: Floorplan) -> Revision:
    read = ReadBuilding(HOUSE, (DrawingFile("house.geojson", b"{}"),), floorplan, (), levels_told=True)
    with database.transaction(site.id) as c:
        return keep_draft(c, site, read, OtherLevels(keep=True), by=None)[0]


@pytest.fixture
def in_force(database: Database, site: Site, monkeypatch: pytest.MonkeyPatch) -> Revision:
    """Published as before anybody looked for it."""
    with monkeypatch.context() as before:
        before.setattr(revisions, "find_faults", lambda _: [])
        draft = bring_in(database, site, PLAN)
    publish_revision(database, site, draft.id, by=None, signed_by="Kim")
    return draft


def codes(floorplan: Floorplan) -> set[tuple[str, UUID]]:
    return {(fault.code, fault.subject) for fault in find_faults(floorplan)}


def test_what_is_brought_in_with_contradictions_is_refused_by_name(database: Database, site: Site) -> None:
    with pytest.raises(InvalidInput, match=str(DOOR.id)):
        bring_in(database, site, PLAN)


@pytest.mark.usefixtures("in_force")
def test_what_is_in_force_with_contradictions_is_planned_with(database: Database, site: Site) -> None:
    floorplan = published(database, site)
    assert codes(floorplan) == {("exit-inside", DOOR.id), ("upside-down", STAIRS.id)}
    flags = compile_floorplan(floorplan).ways.flags
    assert [name for name in (DOOR.id, STAIRS.id) if not any(str(name) in flag for flag in flags)] == []
    assert floorplan_export(database, site)["features"]


def test_what_is_in_force_with_contradictions_is_copied_mended_and_published_again(
    database: Database, site: Site, in_force: Revision
) -> None:
    draft = copy_to_draft(database, site, in_force.id, by=None)
    edit_draft(database, site, draft.id, ChangeZone(uuid4(), ROOM.id, name="Studio"), by=None)
    edit_draft(database, site, draft.id, RemoveTransition(uuid4(), STAIRS.id), by=None)
    publish_revision(database, site, draft.id, by=None, signed_by="Kim")
    floorplan = published(database, site)
    assert floorplan.zone_by_id[ROOM.id].name == "Studio"
    assert codes(floorplan) == {("exit-inside", DOOR.id)}


@pytest.mark.usefixtures("in_force")
def test_what_is_in_force_with_contradictions_is_brought_in_again_without(database: Database, site: Site) -> None:
    mended = replace(
        PLAN,
        openings=(EXIT, replace(DOOR, exit=False)),
        transitions=(replace(STAIRS, level_id=GROUND.id, zones=(HALL.id, ABOVE.id)),),
    )
    draft = bring_in(database, site, mended)
    publish_revision(database, site, draft.id, by=None, signed_by="Kim")
    assert codes(published(database, site)) == set()
