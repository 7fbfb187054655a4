"""A person stands for a zone: that it is on the ground as the floorplan shows it, until a day on which to look again.

Laws that ask for critical-incident maps ask that they are verified on site and looked at again every year; a map that
nobody has walked is a guess.

Terminology:
    sign-off: what one person says of one zone on one day. The latest counts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from shapely import Polygon

from geo_server.domain.differences import LEAST_MOVED_M2
from geo_server.domain.places import Zone

SEAM_M = 0.02
"""An outline that moved by less all round is the same one, drawn again."""


class Method(StrEnum):
    """How somebody knows that a zone is as it is shown."""

    WALKED = "walked"
    DRAWING = "drawing"


class Verification(StrEnum):
    """What may be said of a zone today."""

    UNSIGNED = "unsigned"
    CHANGED = "changed"
    EXPIRED = "expired"
    SIGNED = "signed"


@dataclass(frozen=True, slots=True)
class SignOff:
    """What somebody stands for.

    Args:
        id: Made by the client.
        zone_id: The zone.
        name: What it was called then.
        polygon: What it looked like then, in the site's metres.
        method: How they know.
        signed_by: Their name.
        verify_by: The day by which somebody has to look again.
    """

    id: UUID
    zone_id: UUID
    name: str
    polygon: Polygon
    method: Method
    signed_by: str
    signed_at: datetime
    verify_by: date
    note: str = ""


def verify(zones: Iterable[Zone], sign_offs: Mapping[UUID, SignOff], today: date) -> dict[UUID, Verification]:
    """What may be said of each zone.

    Args:
        zones: As they are shown, in the metres that the sign-offs are in.
        sign_offs: The latest for each zone, by zone id.
        today: Where the site is.
    """
    return {zone.id: _verify(zone, sign_offs.get(zone.id), today) for zone in zones}


def _verify(zone: Zone, signed: SignOff | None, today: date) -> Verification:
    if signed is None:
        return Verification.UNSIGNED
    moved_m2 = zone.polygon.symmetric_difference(signed.polygon).area
    if zone.name != signed.name or moved_m2 > max(LEAST_MOVED_M2, SEAM_M * zone.polygon.length):
        return Verification.CHANGED
    return Verification.EXPIRED if today > signed.verify_by else Verification.SIGNED
