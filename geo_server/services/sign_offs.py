"""Standing for zones of the published map, and what is still to be walked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from geo_server.domain.errors import InvalidInput, NotFound
from geo_server.domain.places import Site, Zone
from geo_server.domain.sign_offs import Method, SignOff, Verification, verify
from geo_server.services.access import Principal
from geo_server.services.published import PublishedFloorplans
from geo_server.store.audit import record_audit
from geo_server.store.database import Database
from geo_server.store.sign_offs import add_sign_offs, list_latest_sign_offs

LOOK_AGAIN = timedelta(days=365)
"""After a year, when nobody has said: what most laws on school maps ask for."""
LONGEST = timedelta(days=3 * 365)
"""Nobody can stand for a building longer than this."""


@dataclass(frozen=True, slots=True)
class NewSignOff:
    """What somebody says of zones.

    Args:
        id: Made by the client.
        zone_ids: Zones of the published map.
        method: How they know.
        verify_by: The day by which somebody has to look again; None is in a year.
    """

    id: UUID
    zone_ids: Sequence[UUID]
    method: Method
    verify_by: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class VerifiedZone:
    """A zone of the published map, and what may be said of it today.

    Args:
        signed: The latest sign-off, or None.
    """

    zone: Zone
    verification: Verification
    signed: SignOff | None


def sign_zones(
    database: Database, floorplans: PublishedFloorplans, site: Site, said: NewSignOff, *, by: Principal
) -> None:
    """Record that somebody stands for zones as they are published now.

    Raises:
        NotFound: A zone is not on the published map.
        InvalidInput: No zone, or a day that has passed or is too far off.
        Conflict: The same was signed before.
    """
    now = datetime.now(UTC)
    verify_by = _check_day(said.verify_by, today_at(site, now))
    if not said.zone_ids:
        raise InvalidInput("No zone is named.", where="zone_ids", advice="Name the zones that you stand for.")
    with database.transaction(site.id) as c:
        zones = floorplans.load(c, site).floorplan.zone_by_id
        missing = [zone_id for zone_id in said.zone_ids if zone_id not in zones]
        if missing:
            raise NotFound(
                f"The published map has no zone {missing[0]}.", where="zone_ids", advice="See the list of zones."
            )
        made = [_sign_off(zones[zone_id], said, by.name, now, verify_by) for zone_id in dict.fromkeys(said.zone_ids)]
        add_sign_offs(c, site.id, made, site.frame, by=by.person_id)
        detail = {"zones": len(made), "method": said.method.value, "verify_by": verify_by.isoformat()}
        record_audit(
            c, site_id=site.id, person_id=by.person_id, action="zones_signed", subject=str(said.id), detail=detail
        )


def list_verified(database: Database, floorplans: PublishedFloorplans, site: Site) -> list[VerifiedZone]:
    """All zones of the published map with what may be said of them today, in the map's order."""
    with database.snapshot(site.id) as c:
        zones = floorplans.load(c, site).floorplan.zones
        signed = list_latest_sign_offs(c, site.id, site.frame)
    found: Mapping[UUID, Verification] = verify(zones, signed, today_at(site, datetime.now(UTC)))
    return [VerifiedZone(zone, found[zone.id], signed.get(zone.id)) for zone in zones]


def today_at(site: Site, now: datetime) -> date:
    """The day that it is where the site is."""
    return now.astimezone(ZoneInfo(site.timezone)).date()


def _check_day(wanted: date | None, today: date) -> date:
    if wanted is None:
        return today + LOOK_AGAIN
    if not today < wanted <= today + LONGEST:
        raise InvalidInput(
            f"The day {wanted} has passed, or is more than {LONGEST.days // 365} years off.",
            where="verify_by",
            advice="Give the day by which somebody will look again; without one it is in a year.",
        )
    return wanted


def _sign_off(zone: Zone, said: NewSignOff, name: str, now: datetime, verify_by: date) -> SignOff:
    return SignOff(said.id, zone.id, zone.name, zone.polygon, said.method, name, now, verify_by, said.note)
