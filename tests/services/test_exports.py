"""Exports: what is published, as it is published, and nothing that the reader may not see."""

import dataclasses
import io
from datetime import UTC, datetime
from uuid import uuid4

import networkx as nx
import orjson
import pytest
import shapely

from geo_server.ingest.document.reader import parse_document, read_document
from geo_server.routing.compiled import compile_floorplan
from geo_server.services.exports import floorplan_export, graphml_export, map_export, node_link_export
from geo_server.store.database import Database
from geo_server.store.floorplans import load_floorplan
from geo_server.store.plans import add_plan, pack
from tests.store.samples import FRAME, a_floorplan, a_site, draft, found, in_incident, published

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def test_what_is_published_can_be_taken_away_and_read_again(database: Database) -> None:
    site, building = found(database)
    floorplan = a_floorplan()
    with database.transaction() as c:
        published(c, site, building, floorplan)
    back = read_document(parse_document(orjson.dumps(floorplan_export(database, site))))
    assert back.site == a_site()
    assert [b.name for b in back.buildings] == ["Main"]
    assert {zone.id for zone in back.zones} == {zone.id for zone in floorplan.zones}
    for zone in floorplan.zones:
        found_zone = back.zone_by_id[zone.id]
        assert found_zone.polygon.hausdorff_distance(zone.polygon) < 0.012
        same = dataclasses.replace(found_zone, polygon=zone.polygon, level_id=zone.level_id)
        assert same == zone
    assert back.frame == FRAME
    exits = [o for o in back.openings if o.exit]
    assert shapely.length([o.line for o in exits]) == pytest.approx([1.8], abs=0.02)


def test_the_graph_that_routes_are_found_on_can_be_taken_away_in_two_formats(database: Database) -> None:
    site, building = found(database)
    with database.transaction() as c:
        published(c, site, building, a_floorplan())
    with database.snapshot() as c:
        compiled = compile_floorplan(load_floorplan(c, site))
    expected = {*compiled.nodes, *(f"zone:{zone_id}" for zone_id in compiled.zones)}
    assert compiled.nodes
    assert set(nx.read_graphml(io.BytesIO(graphml_export(database, site))).nodes) == expected
    assert set(nx.node_link_graph(orjson.loads(node_link_export(database, site)), edges="edges").nodes) == expected


def test_a_draft_is_not_exported(database: Database) -> None:
    site, building = found(database)
    with database.transaction() as c:
        draft(c, site, building)
    kinds = {f["properties"]["feature_type"] for f in floorplan_export(database, site)["features"]}
    assert kinds == {"site"}


def test_a_site_without_a_map_still_gives_a_page(database: Database) -> None:
    site, _ = found(database)
    assert "North" in map_export(database, site, with_plan=True, made_at=NOON)


def test_a_drill_is_marked_and_its_ways_out_are_for_those_who_may_see_them(database: Database) -> None:
    site, incident, _ = in_incident(database)
    zone = a_floorplan("north").zones[0]
    document = {"zones": [{"zone_id": str(zone.id), "status": "unreachable", "instructions": ["Stay low"]}]}
    with database.transaction() as c:
        add_plan(
            c,
            site_id=site.id,
            incident_id=incident.id,
            seq=1,
            floorplan_rev=1,
            parameters_hash=uuid4().hex,
            made_for_at=NOON,
            document=pack(orjson.dumps(document)),
        )
    allowed, others = (map_export(database, site, with_plan=may, made_at=NOON) for may in (True, False))
    assert "This is a drill" in allowed
    assert "This is a drill" in others
    assert "Stay low" in allowed
    assert "Stay low" not in others
