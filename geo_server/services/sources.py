"""Systems outside that report by themselves: let in, listed, revoked, and what becomes of their reports.

A report is a sighting where a real incident is open, or where the source may open one; else it is a concern, and officers
decide. So is one that is signed and cannot be placed or understood: whoever pressed a button that is missing from a list is
still in need. Its id follows from the source and the delivery, so that a delivery that comes again changes nothing.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid5

from shapely import Point

from geo_server.domain.concerns import Concern, ConcernKind
from geo_server.domain.errors import InvalidInput, NotSignedIn
from geo_server.domain.places import Floorplan, Site
from geo_server.domain.protocols import ProtocolPack
from geo_server.domain.signatures import TOLERANCE_S, Delivery
from geo_server.domain.sources import USUALLY, DevicePlace, Source
from geo_server.services.concerns import add_concern
from geo_server.services.levels import load_level, place_observed
from geo_server.services.published import PublishedFloorplans
from geo_server.services.sightings import NewSighting, NothingToJoin, Recorded, add_sighting
from geo_server.store import sources as rows
from geo_server.store.audit import record_audit
from geo_server.store.concerns import has_concern
from geo_server.store.database import Connection, Database
from geo_server.store.events import last_seq
from geo_server.store.incidents import find_open_incident
from geo_server.store.sites import load_site_by_id
from geo_server.store.threats import find_sighting, find_threat_seen_by

KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Alarm:
    """What a delivery says.

    Args:
        device: As the source calls it, or None with a place.
        place: Where, when the source says so itself; None is where the device is.
        seen_at: None is when it was sent.
        confidence: None is what the source is good for.
        radius_m: How far off the place may be; None is what its kind is good for.
        test: Everything is checked and nothing recorded.
    """

    device: str | None
    place: DevicePlace | None
    seen_at: datetime | None
    confidence: float | None
    radius_m: float | None
    note: str
    test: bool


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a delivery: at most one of the two; neither of a test.

    Args:
        new: False when it had been taken before, and of a test.
        recorded: The sighting.
        concern_id: The concern.
        refusal: Why it could be no sighting, where something is wrong with it.
    """

    new: bool
    recorded: Recorded | None = None
    concern_id: UUID | None = None
    refusal: InvalidInput | None = None


def add_source(database: Database, pack: ProtocolPack, site: Site, source: Source) -> bytes:
    """Let a system report; returns the key that its deliveries are to be signed with. It is shown to nobody again.

    Raises:
        InvalidInput: The pack has no such kind of incident.
        Conflict: The site has a source of that name.
    """
    pack.action_for(source.reports)
    key = secrets.token_bytes(KEY_BYTES)
    with database.transaction(site.id) as c:
        rows.add_source(c, site.id, source, key)
        detail = {"name": source.name, "kind": source.kind, "opens_incidents": source.opens_incidents}
        _audit(c, site, "source_added", source.id, detail)
    return key


def list_sources(database: Database, site: Site) -> list[Source]:
    """The sources of a site, by name."""
    with database.snapshot(site.id) as c:
        return rows.list_sources(c, site.id)


def revoke_source(database: Database, site: Site, name: str) -> None:
    """Take nothing from a source any more.

    Raises:
        NotFound: The site has no source of that name.
    """
    with database.transaction(site.id) as c:
        source_id = rows.revoke_source(c, site.id, name, datetime.now(UTC))
        _audit(c, site, "source_revoked", source_id, {"name": name})


def open_delivery(database: Database, source_id: UUID, delivery: Delivery) -> tuple[Site, Source]:
    """The source of a delivery and its site, when it signed it and did so now.

    Raises:
        NotSignedIn: No such source, a wrong signature (one answer for both), or a clock that is off.
    """
    with database.snapshot() as c:
        found = rows.find_source(c, source_id)
        site = load_site_by_id(c, found[0]) if found else None
    if found is None or site is None or not delivery.is_signed_by(found[2]):
        raise NotSignedIn(
            "No source has signed this delivery.",
            where="webhook-signature",
            advice="Sign webhook-id, webhook-timestamp and the body, joined by full stops, with the source's secret.",
        )
    age_s = delivery.age_s(datetime.now(UTC))
    if age_s is None or abs(age_s) > TOLERANCE_S:
        off = "is no number of seconds" if age_s is None else f"is {abs(age_s):.0f} s {'old' if age_s > 0 else 'ahead'}"
        raise NotSignedIn(
            f"The timestamp {off}; {TOLERANCE_S:.0f} s are allowed.",
            where="webhook-timestamp",
            advice="Set the sender's clock, and sign each try anew under the same webhook-id.",
        )
    return site, found[1]


def take_alarm(
    database: Database,
    floorplans: PublishedFloorplans,
    pack: ProtocolPack,
    site: Site,
    source: Source,
    *,
    delivery: Delivery,
    said: Alarm,
) -> Taken:
    """Record what a source reports; the same delivery again changes nothing.

    Raises:
        InvalidInput: A test names no such device, no place, or one that is not on the map.
        Conflict: As :func:`add_sighting`.
    """
    alarm_id, named = uuid5(source.id, delivery.id), source.named(said.device)
    with database.snapshot(site.id) as c:
        known = _find_taken(c, site, alarm_id)
        where = _find_whereabouts(site, floorplans.load(c, site).floorplan, source, said)
        incident = find_open_incident(c, site.id)
        real = incident is not None and not incident.exercise
        track = find_threat_seen_by(c, incident.id, named, source.reports) if incident and real else None
    if said.test:
        if isinstance(where, InvalidInput):
            raise where
        return Taken(new=False)
    if known is not None:
        return known
    if isinstance(where, InvalidInput):
        return take_misfit(database, pack, site, source, delivery=delivery, refusal=where, note=said.note)
    at, ordinal, building = where
    seen_at = said.seen_at or datetime.fromtimestamp(int(delivery.timestamp), UTC)
    sighting = NewSighting(
        id=alarm_id,
        kind=source.reports,
        at=at,
        ordinal=ordinal,
        seen_at=seen_at,
        building=building,
        radius_m=said.radius_m or USUALLY[source.kind].radius_m,
        exercise=False,
        threat_id=track,
        confidence=source.confidence if said.confidence is None else said.confidence,
        source=named,
    )
    try:
        recorded = add_sighting(database, floorplans, pack, site, sighting, by=None, may_open=source.opens_incidents)
    except NothingToJoin:
        words = _words(pack, source, said.note)
        point = place_observed(at, site.frame)
        return Taken(_tell_officers(database, site, alarm_id, named, words, point=point), concern_id=alarm_id)
    return Taken(recorded.new, recorded)


def take_misfit(
    database: Database,
    pack: ProtocolPack,
    site: Site,
    source: Source,
    *,
    delivery: Delivery,
    refusal: InvalidInput,
    note: str = "",
) -> Taken:
    """Tell officers of a delivery that is signed and can be no sighting, with what is wrong with it."""
    alarm_id = uuid5(source.id, delivery.id)
    with database.snapshot(site.id) as c:
        if known := _find_taken(c, site, alarm_id):
            return known
    words, place = _words(pack, source, note), f"not known: {refusal.what}"
    new = _tell_officers(database, site, alarm_id, source.name, words, place=place)
    return Taken(new, concern_id=alarm_id, refusal=refusal)


def _words(pack: ProtocolPack, source: Source, note: str) -> str:
    kind = pack.kinds.get(source.reports)
    title = kind.title if kind else source.reports
    return f"{title}: {note}" if note else title


def _tell_officers(
    database: Database,
    site: Site,
    alarm_id: UUID,
    named: str,
    words: str,
    *,
    place: str = "",
    point: Point | None = None,
) -> bool:
    """Record as a concern what is no sighting; returns False when it had been."""
    now = datetime.now(UTC)
    concern = Concern(
        alarm_id, ConcernKind.ALARM, words, place, point, by="", source=named, link_id=None, reported_at=now
    )
    with database.transaction(site.id) as c:
        return add_concern(c, site, concern)


def _place(source: Source, said: Alarm) -> DevicePlace:
    """Where it was: a device that is named must be known, whether or not the source says the place itself."""
    of_device = source.place_of(said.device) if said.device is not None else None
    place = said.place or of_device
    if place is None:
        raise InvalidInput(
            "The delivery does not say where.", where="device", advice="Name a device, or give at and ordinal."
        )
    return place


_Whereabouts = tuple[tuple[float, float], int, str | None]
"""Lon, lat, ordinal, and building."""


def _find_whereabouts(site: Site, floorplan: Floorplan, source: Source, said: Alarm) -> _Whereabouts | InvalidInput:
    """Where it was, or why that is not known."""
    try:
        return _whereabouts(site, floorplan, _place(source, said))
    except InvalidInput as refusal:
        return refusal


def _whereabouts(site: Site, floorplan: Floorplan, place: DevicePlace) -> _Whereabouts:
    if place.zone_id is None:
        assert place.at is not None, "a place without a zone is a spot"
        load_level(floorplan, place_observed(place.at, site.frame), place.ordinal, place.building)
        return place.at, place.ordinal, place.building
    zone = floorplan.zone_by_id.get(place.zone_id)
    if zone is None:
        raise InvalidInput(
            f"The published map has no zone {place.zone_id}.",
            where="device",
            advice="Add the source anew with its zones.",
        )
    level = floorplan.level_by_id[zone.level_id]
    lon, lat = site.frame.coordinates_to_lonlat(zone.polygon.representative_point().coords)[0]
    return (float(lon), float(lat)), level.ordinal, str(level.building_id) if level.building_id else None


def _find_taken(c: Connection, site: Site, alarm_id: UUID) -> Taken | None:
    sighting = find_sighting(c, site.id, alarm_id, site.frame)
    if sighting is not None:
        seq = last_seq(c, site.id)
        return Taken(False, Recorded(sighting.id, sighting.incident_id, sighting.threat_id, new=False, seq=seq))
    return Taken(new=False, concern_id=alarm_id) if has_concern(c, site.id, alarm_id) else None


def _audit(c: Connection, site: Site, action: str, source_id: UUID, detail: dict[str, object]) -> None:
    record_audit(c, site_id=site.id, person_id=None, action=action, subject=str(source_id), detail=detail)
