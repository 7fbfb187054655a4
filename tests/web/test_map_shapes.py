"""What the map draws of ways, in a browser."""

import pytest

from geo_server.domain.roles import Role
from tests.web.conftest import Visit

pytestmark = pytest.mark.browser


def test_a_way_is_drawn_on_to_its_assembly_point(visit: Visit) -> None:
    page = visit(Role.RESPONDER).ready()
    leg = {"ordinal": 0, "coordinates": [[0, 0], [1, 0]]}
    outside = {"ordinal": 0, "coordinates": [[1, 0], [2, 5]]}
    route = {"zone_id": "z", "status": "safe_shortest", "legs": [leg], "onward": {"legs": [outside]}}
    without = {"zone_id": "y", "status": "no_guaranteed_route", "legs": [leg], "onward": None}
    drawn = page.evaluate(
        "async (routes) => (await import('/static/js/map_shapes.js')).routeLines(routes)", [route, without]
    )
    assert [(one["properties"]["zone_id"], one["geometry"]["coordinates"]) for one in drawn["features"]] == [
        ("z", [[1, 0], [0, 0]]),
        ("z", [[2, 5], [1, 0]]),
        ("y", [[1, 0], [0, 0]]),
    ]
