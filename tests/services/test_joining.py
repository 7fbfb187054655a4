"""One level brought in for a building that has others: the others stay, and what stayed keeps its id."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import orjson
import pytest

from geo_server.domain.errors import Conflict, InvalidInput, NotFound
from geo_server.domain.frame import ControlPoint, DrawingFrame
from geo_server.domain.places import Floorplan, Site, Zone
from geo_server.export.geojson import floorplan_document
from geo_server.ingest.document.reader import read_document
from geo_server.services.drawings import DrawingFile
from geo_server.services.joining import OtherLevels
from geo_server.services.revisions import place_revision, publish_revision
from geo_server.store.database import Database
from geo_server.store.floorplans import load_floorplan
from geo_server.store.revisions import Revision, load_document, load_revision
from tests.services.bringing import import_drawing
from tests.services.buildings import FRAME, shed, storeys
from tests.services.school import FLOORPLANS, drawing, place


def bring_in(database: Database, site: Site, *files: DrawingFile, **said: object) -> Revision:
    other_levels = OtherLevels(**said)  # type: ignore[arg-type]
    return import_drawing(database, site, "School", files, by=None, other_levels=other_levels)


def plan_of(database: Database, revision: Revision) -> Floorplan:
    with database.snapshot() as c:
        return read_document(load_document(c, revision.id))


def on_level(floorplan: Floorplan, ordinal: int) -> dict[UUID, Zone]:
    return {zone.id: zone for zone in floorplan.zones if floorplan.ordinal(zone.level_id) == ordinal}


def ways_of(floorplan: Floorplan) -> list[tuple[tuple[int, str], tuple[int, str]]]:
    """Ordinal and name of the lower and the upper zone of each transition."""
    named = {zone.id: (floorplan.ordinal(zone.level_id), zone.name) for zone in floorplan.zones}
    return sorted((named[way.zones[0]], named[way.zones[1]]) for way in floorplan.transitions)


def codes(revision: Revision) -> list[tuple[str, int | None]]:
    return [(finding.code, finding.ordinal) for finding in revision.findings]


def test_levels_brought_in_one_by_one_make_the_building_that_they_make_together(database: Database, site: Site) -> None:
    together = plan_of(database, import_drawing(database, site, "Twin", [drawing(n) for n in range(3)], by=None))
    for ordinal in (0, 2, 1):
        latest = bring_in(database, site, drawing(ordinal))
    one_by_one = plan_of(database, latest)
    assert [level.ordinal for level in one_by_one.levels] == [0, 1, 2]
    for ordinal in range(3):
        names = sorted(zone.name for zone in on_level(together, ordinal).values())
        assert sorted(zone.name for zone in on_level(one_by_one, ordinal).values()) == names
    ways = ways_of(one_by_one)
    assert ways == ways_of(together)
    assert {(lower[0], upper[0]) for lower, upper in ways} == {(0, 1), (1, 2)}


def test_a_newer_drawing_of_one_level_leaves_the_others_and_keeps_the_ids_of_what_stayed(
    database: Database, site: Site
) -> None:
    before = plan_of(database, bring_in(database, site, *[drawing(n) for n in range(3)]))
    draft = bring_in(database, site, drawing(1))
    after = plan_of(database, draft)
    assert {zone.id for zone in after.zones} == {zone.id for zone in before.zones}
    assert {opening.id for opening in after.openings} == {opening.id for opening in before.openings}
    assert {way.id for way in after.transitions} == {way.id for way in before.transitions}
    assert [level.name for level in after.levels] == ["Floor 0", "Floor 1", "Floor 2"]
    assert [entry for entry in codes(draft) if entry[0] == "level-kept"] == [("level-kept", 0), ("level-kept", 2)]
    assert (draft.number, draft.source_name) == (2, "school_level_1.dxf")


def test_a_level_joined_to_placed_ones_stands_where_they_stand(database: Database, site: Site) -> None:
    placed = place(database, site, bring_in(database, site, drawing(0), drawing(1)))
    publish_revision(database, site, placed.id, by=None, signed_by="The test")
    with database.snapshot() as c:
        before = load_floorplan(c, site)
    draft = bring_in(database, site, drawing(1))
    assert draft.placed
    assert draft.placement == placed.placement
    publish_revision(database, site, draft.id, by=None, signed_by="The test")
    with database.snapshot() as c:
        after = load_floorplan(c, site)
    for zone in before.zones:
        assert after.zone_by_id[zone.id].polygon.symmetric_difference(zone.polygon).area < 0.1


def test_what_was_noticed_on_a_kept_level_is_still_to_be_seen(database: Database, site: Site) -> None:
    pavilion = (FLOORPLANS / "barcelona_pavilion.dxf").read_bytes()
    first = bring_in(database, site, DrawingFile("pavilion.dxf", pavilion, 0))
    noticed = [entry for entry in codes(first) if entry[1] == 0]
    assert noticed
    second = codes(bring_in(database, site, drawing(1)))
    assert [entry for entry in second if entry[1] == 0 and entry[0] != "level-kept"] == noticed


def test_a_drawing_that_says_no_level_is_not_taken_for_one_that_is_there(database: Database, site: Site) -> None:
    bring_in(database, site, drawing(0), drawing(1))
    nameless = DrawingFile("plan.dxf", drawing(1).data)
    with pytest.raises(InvalidInput) as refusal:
        bring_in(database, site, nameless)
    assert refusal.value.where == "ordinal"
    assert "0 (Floor 0), 1 (Floor 1)" in (refusal.value.advice or "")


def test_a_drawing_of_the_whole_building_drops_what_it_does_not_show(database: Database, site: Site) -> None:
    bring_in(database, site, drawing(0), drawing(1))
    draft = bring_in(database, site, drawing(0), keep=False)
    assert [level.ordinal for level in plan_of(database, draft).levels] == [0]
    assert "level-kept" not in dict(codes(draft))


def test_levels_can_be_kept_from_an_earlier_revision_than_the_latest(database: Database, site: Site) -> None:
    good = bring_in(database, site, drawing(0), drawing(1))
    mistaken = bring_in(database, site, drawing(0, shows=2), keep=False)
    draft = bring_in(database, site, drawing(1), onto=good.id)
    ground = set(on_level(plan_of(database, draft), 0))
    assert ground == set(on_level(plan_of(database, good), 0))
    assert ground != set(on_level(plan_of(database, mistaken), 0))


def test_levels_are_not_kept_from_another_building(database: Database, site: Site) -> None:
    other = import_drawing(database, site, "Shed", [shed(leads_out=True)], by=None)
    with pytest.raises(NotFound, match="has no revision"):
        bring_in(database, site, drawing(0), onto=other.id)
    with pytest.raises(NotFound):
        bring_in(database, site, drawing(0), onto=uuid4())


def test_one_file_brought_in_as_two_levels_gives_each_ids_of_its_own(database: Database, site: Site) -> None:
    data = storeys(DrawingFrame(), {0: "Hall"}).data
    bring_in(database, site, DrawingFile("hall.geojson", data))
    twice = plan_of(database, bring_in(database, site, DrawingFile("hall.geojson", data, ordinal=1)))
    assert sorted(level.ordinal for level in twice.levels) == [0, 1]
    assert len({zone.id for zone in twice.zones}) == 2


def test_a_level_that_lies_elsewhere_is_noticed(database: Database, site: Site) -> None:
    bring_in(database, site, storeys(DrawingFrame(), {0: "Hall"}))
    draft = bring_in(database, site, storeys(DrawingFrame(), {1: "Attic"}, east=500.0))
    assert ("levels-not-aligned", 1) in codes(draft)
    near = bring_in(database, site, storeys(DrawingFrame(), {1: "Attic"}, east=1.0))
    assert "levels-not-aligned" not in dict(codes(near))


def test_a_level_in_lon_lat_is_joined_to_placed_ones_and_waits_for_those_that_are_not(
    database: Database, site: Site
) -> None:
    first = bring_in(database, site, storeys(DrawingFrame(), {0: "Hall"}))
    attic = storeys(FRAME, {1: "Attic"})
    with pytest.raises(Conflict, match="no place on the ground yet"):
        bring_in(database, site, attic)
    corners = [(0.0, 0.0), (20.0, 0.0), (20.0, 10.0)]
    lonlat = FRAME.coordinates_to_lonlat(corners)
    points = [ControlPoint(x, y, float(lon), float(lat)) for (x, y), (lon, lat) in zip(corners, lonlat, strict=True)]
    place_revision(database, site, first.id, points, by=None)
    draft = bring_in(database, site, attic)
    assert draft.placed
    hall, room = sorted(plan_of(database, draft).zones, key=lambda zone: zone.name, reverse=True)
    assert hall.polygon.symmetric_difference(room.polygon).area < 0.5, "both fill the same 20 m by 10 m"


def test_a_drawing_is_not_joined_to_levels_in_lon_lat(database: Database, site: Site) -> None:
    bring_in(database, site, storeys(FRAME, {0: "Hall"}))
    with pytest.raises(InvalidInput, match="in longitude and latitude"):
        bring_in(database, site, storeys(DrawingFrame(), {1: "Attic"}))


def test_an_ordinal_for_a_file_with_several_levels_is_refused(database: Database, site: Site) -> None:
    both = storeys(FRAME, {0: "Hall", 1: "Attic"})
    with pytest.raises(InvalidInput, match="shows several levels"):
        bring_in(database, site, DrawingFile(both.name, both.data, ordinal=1))


def test_two_levels_brought_in_at_once_are_both_kept(database: Database, site: Site) -> None:
    bring_in(database, site, storeys(DrawingFrame(), {0: "Hall"}))
    files = [storeys(DrawingFrame(), {ordinal: name}) for ordinal, name in ((1, "Attic"), (-1, "Cellar"))]
    with ThreadPoolExecutor(2) as pool:
        drafts = list(pool.map(lambda file: bring_in(database, site, file), files))
    latest = max(drafts, key=lambda draft: draft.number)
    assert {zone.name for zone in plan_of(database, latest).zones} == {"Hall", "Attic", "Cellar"}


def test_a_document_that_was_exported_comes_back_by_levels_with_its_own_ids(database: Database, site: Site) -> None:
    first = bring_in(database, site, storeys(FRAME, {0: "Hall", 1: "Attic"}))
    before = plan_of(database, first)
    data = orjson.dumps(floorplan_document(before))
    after = plan_of(database, bring_in(database, site, DrawingFile("export.geojson", data)))
    assert {zone.id for zone in after.zones} == {zone.id for zone in before.zones}
    with database.snapshot() as c:
        assert load_revision(c, site.id, first.id).number == 1
