"""The whole journey of a real school, from its drawing to the routes out of it."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from geo_server.domain.frame import ControlPoint
from geo_server.domain.incidents import Threat
from geo_server.domain.places import Site, ZoneCategory
from geo_server.domain.routes import RouteStatus
from geo_server.routing.compiled import compile_floorplan
from geo_server.routing.plan import plan
from geo_server.routing.request import PlanRequest
from geo_server.services.drawings import DrawingFile
from geo_server.services.revisions import place_revision, publish_revision
from geo_server.store.database import Database
from tests.services.bringing import import_drawing
from tests.services.buildings import FRAME
from tests.services.school import published

ESCALDES = "school_escaldes_5floors.dxf"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def test_the_real_school_goes_from_drawing_to_routes(database: Database, site: Site, shared_floorplans: Path) -> None:
    """Levels split, zones found, placed, published, a threat in the main corridor, routes out."""
    draft = import_drawing(
        database, site, "School", [DrawingFile(ESCALDES, (shared_floorplans / ESCALDES).read_bytes())], by=None
    )
    corners = [(0.0, 0.0), (60.0, 0.0), (60.0, 30.0)]
    lonlat = FRAME.coordinates_to_lonlat(corners)
    points = [ControlPoint(x, y, float(lon), float(lat)) for (x, y), (lon, lat) in zip(corners, lonlat, strict=True)]
    placed = place_revision(database, site, draft.id, points, by=None)
    assert placed.placed
    publish_revision(database, site, draft.id, by=None, signed_by="The test")
    floorplan = published(database, site)
    assert len(floorplan.levels) == 5
    assert 100 <= len(floorplan.zones) <= 160
    corridors = [zone for zone in floorplan.zones if zone.category is ZoneCategory.CORRIDOR]
    main = max(corridors, key=lambda zone: zone.polygon.area)
    spot = main.polygon.representative_point()
    threat = Threat(uuid4(), "armed_assailant", main.level_id, spot, 2.0, 3.0, NOON)
    answer = plan(compile_floorplan(floorplan), PlanRequest(threats=(threat,), now=NOON))
    statuses = {route.status for route in answer.routes}
    assert len(answer.routes) > 50
    assert statuses & {RouteStatus.SAFE_SHORTEST, RouteStatus.SAFE_DETOUR}
