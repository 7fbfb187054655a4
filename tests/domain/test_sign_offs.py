"""A sign-off holds for the zone that was signed, until its day has come or the zone is another one."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from shapely import box
from shapely.affinity import translate

from geo_server.domain.places import Zone, ZoneCategory
from geo_server.domain.sign_offs import Method, SignOff, Verification, verify

ZONE = Zone(uuid4(), uuid4(), box(0, 0, 8, 6), "114", ZoneCategory.ROOM)
SIGNED = SignOff(
    uuid4(), ZONE.id, "114", ZONE.polygon, Method.WALKED, "Kim", datetime(2026, 3, 2, tzinfo=UTC), date(2027, 3, 2)
)


@pytest.mark.parametrize(
    ("zone", "today", "expected"),
    [
        (ZONE, date(2027, 3, 2), Verification.SIGNED),
        (ZONE, date(2027, 3, 3), Verification.EXPIRED),
        (replace(ZONE, name="115"), date(2026, 3, 3), Verification.CHANGED),
        (replace(ZONE, polygon=box(0, 0, 8, 6.5)), date(2026, 3, 3), Verification.CHANGED),
        (replace(ZONE, polygon=box(0, 0, 8, 6.5)), date(2028, 3, 3), Verification.CHANGED),
        (replace(ZONE, polygon=translate(ZONE.polygon, 0.005, 0.005)), date(2026, 3, 3), Verification.SIGNED),
        (replace(ZONE, id=uuid4()), date(2026, 3, 3), Verification.UNSIGNED),
        (replace(ZONE, category=ZoneCategory.ASSEMBLY), date(2026, 3, 3), Verification.SIGNED),
    ],
)
def test_what_may_be_said_of_a_zone(zone: Zone, today: date, expected: Verification) -> None:
    assert verify([zone], {ZONE.id: SIGNED}, today) == {zone.id: expected}
