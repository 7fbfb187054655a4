"""Threats, and the sightings that make them.

A sighting is never changed: it holds until it is retracted, and is kept after that. A threat stands where the sightings
that hold put it (:func:`geo_server.domain.tracks.track`); one with none left is withdrawn, and kept too.
"""

from datetime import datetime
from uuid import UUID

from geoalchemy2 import WKBElement
from shapely import Polygon
from sqlalchemy import Connection, RowMapping, insert, select, update

from geo_server.domain.errors import Conflict, NotFound
from geo_server.domain.frame import SiteFrame
from geo_server.domain.incidents import Retraction, Sighting, Threat
from geo_server.store.conflicts import insert_once, refusing
from geo_server.store.geometry import decode, encode
from geo_server.store.tables import incidents, sightings, threats


def add_threat(c: Connection, incident_id: UUID, threat: Threat, frame: SiteFrame) -> None:
    """Begin a track.

    Raises:
        NotFound: There is no such incident, or its site has no such level.
        Conflict: The id is taken.
    """
    site_id = select(incidents.c.site_id).where(incidents.c.id == incident_id).scalar_subquery()
    with (
        refusing("site_id", NotFound(f"There is no incident {incident_id}.")),
        refusing("pk_threats", Conflict(f"The threat id {threat.id} is taken.", where="threat_id")),
        refusing("fk_threats_site_id_level_id_levels", _no_level(threat.level_id)),
    ):
        c.execute(
            insert(threats).values(
                id=threat.id,
                site_id=site_id,
                incident_id=incident_id,
                kind=threat.kind,
                level_id=threat.level_id,
                geom=encode(threat.point, frame),
                radius_m=threat.radius_m,
                polygon_geom=_encode_area(threat.polygon, frame),
                speed_mps=threat.speed_mps,
                seen_at=threat.seen_at,
            )
        )


def update_threat(c: Connection, threat: Threat, frame: SiteFrame) -> None:
    """Put a threat where its sightings say that it is; one that was withdrawn is there again.

    Raises:
        NotFound: There is no such threat, or its site has no such level.
    """
    statement = (
        update(threats)
        .where(threats.c.id == threat.id)
        .values(
            kind=threat.kind,
            level_id=threat.level_id,
            geom=encode(threat.point, frame),
            radius_m=threat.radius_m,
            polygon_geom=_encode_area(threat.polygon, frame),
            speed_mps=threat.speed_mps,
            seen_at=threat.seen_at,
            withdrawn_at=None,
        )
    )
    with refusing("fk_threats_site_id_level_id_levels", _no_level(threat.level_id)):
        if c.execute(statement.returning(threats.c.id)).one_or_none() is None:
            raise NotFound(f"There is no threat {threat.id}.")


def withdraw_threat(c: Connection, threat_id: UUID, at: datetime) -> None:
    """Keep that none of a threat's sightings holds any more."""
    c.execute(update(threats).where(threats.c.id == threat_id).values(withdrawn_at=at))


def find_threat(c: Connection, incident_id: UUID, threat_id: UUID, frame: SiteFrame) -> Threat | None:
    """A threat of an incident, in site metres, also one that was withdrawn; or None."""
    statement = select(threats).where(threats.c.incident_id == incident_id, threats.c.id == threat_id)
    row = c.execute(statement).mappings().one_or_none()
    return None if row is None else _threat(row, frame)


def list_threats(c: Connection, incident_id: UUID, frame: SiteFrame) -> list[Threat]:
    """The threats of an incident that were not withdrawn, in site metres, the one seen last first."""
    statement = select(threats).where(threats.c.incident_id == incident_id, threats.c.withdrawn_at.is_(None))
    rows = c.execute(statement.order_by(threats.c.seen_at.desc(), threats.c.id)).mappings()
    return [_threat(row, frame) for row in rows]


def add_sighting(c: Connection, sighting: Sighting, frame: SiteFrame) -> bool:
    """Add an observation of a threat of the same incident.

    Args:
        c: A connection inside a transaction.
        sighting: What was seen. When it arrived is for the database to say.
        frame: Frame of the site.

    Returns:
        False when the same was there already, in whichever incident.

    Raises:
        Conflict: The id is taken by another sighting.
        NotFound: There is no such incident, or its site has no such level or threat.
    """
    site_id: UUID | None = c.scalar(select(incidents.c.site_id).where(incidents.c.id == sighting.incident_id))
    if site_id is None:
        raise NotFound(f"There is no incident {sighting.incident_id}.")
    stood = sighting.reporter_point
    said = {
        "site_id": site_id,
        "id": sighting.id,
        "kind": sighting.kind,
        "level_id": sighting.level_id,
        "geom": encode(sighting.point, frame),
        "radius_m": sighting.radius_m,
        "polygon_geom": _encode_area(sighting.polygon, frame),
        "seen_at": sighting.seen_at,
        "confidence": sighting.confidence,
        "source": sighting.source,
        "reporter_geom": None if stood is None else encode(stood, frame),
        "reported_by": sighting.reported_by,
    }
    noted = {"incident_id": sighting.incident_id, "threat_id": sighting.threat_id}
    no_threat = NotFound(f"The site has no threat {sighting.threat_id}.", where="threat_id")
    with (
        refusing("fk_sightings_site_id_level_id_levels", _no_level(sighting.level_id)),
        refusing("fk_sightings_site_id_threat_id_threats", no_threat),
    ):
        return insert_once(c, sightings, said, noted, "sighting")


def find_sighting(c: Connection, site_id: UUID, sighting_id: UUID, frame: SiteFrame) -> Sighting | None:
    """A sighting of a site, in site metres, or None."""
    statement = select(sightings).where(sightings.c.site_id == site_id, sightings.c.id == sighting_id)
    row = c.execute(statement).mappings().one_or_none()
    return None if row is None else _sighting(row, frame)


def find_threat_seen_by(c: Connection, incident_id: UUID, source: str, kind: str) -> UUID | None:
    """The track that a system's last sighting of a kind belongs to, within an incident, while it is of that kind; or None.

    People may have found out since what it really is: then the system's next sighting is a track of its own.
    """
    statement = (
        select(sightings.c.threat_id)
        .join_from(sightings, threats, threats.c.id == sightings.c.threat_id)
        .where(sightings.c.incident_id == incident_id, sightings.c.source == source, sightings.c.kind == kind)
        .where(threats.c.kind == kind)
    )
    threat_id: UUID | None = c.scalar(statement.order_by(sightings.c.received_at.desc()).limit(1))
    return threat_id


def list_sightings(
    c: Connection, incident_id: UUID, frame: SiteFrame, *, threat_id: UUID | None = None
) -> list[Sighting]:
    """The sightings of an incident, in site metres, earliest first, with those that were retracted.

    Args:
        c: A connection inside a transaction.
        incident_id: The incident.
        frame: Frame of the site.
        threat_id: Only those of this threat; None is all.
    """
    statement = select(sightings).where(sightings.c.incident_id == incident_id)
    if threat_id is not None:
        statement = statement.where(sightings.c.threat_id == threat_id)
    rows = c.execute(statement.order_by(sightings.c.seen_at, sightings.c.received_at)).mappings()
    return [_sighting(row, frame) for row in rows]


def retract_sighting(c: Connection, site_id: UUID, sighting_id: UUID, retraction: Retraction) -> bool:
    """Mark a sighting as taken back; returns False when it was already, and then keeps who said so first."""
    which = (sightings.c.site_id == site_id) & (sightings.c.id == sighting_id) & sightings.c.retracted_at.is_(None)
    said = {"retracted_at": retraction.at, "retracted_by": retraction.by, "retracted_reason": retraction.reason}
    return c.execute(update(sightings).where(which).values(said)).rowcount == 1


def _threat(row: RowMapping, frame: SiteFrame) -> Threat:
    return Threat(
        id=row["id"],
        kind=row["kind"],
        level_id=row["level_id"],
        point=decode(row["geom"], frame),
        radius_m=row["radius_m"],
        speed_mps=row["speed_mps"],
        seen_at=row["seen_at"],
        polygon=_decode_area(row["polygon_geom"], frame),
    )


def _encode_area(polygon: Polygon | None, frame: SiteFrame) -> WKBElement | None:
    return None if polygon is None else encode(polygon, frame)


def _decode_area(value: WKBElement | None, frame: SiteFrame) -> Polygon | None:
    return None if value is None else decode(value, frame)


def _sighting(row: RowMapping, frame: SiteFrame) -> Sighting:
    stood, at = row["reporter_geom"], row["retracted_at"]
    return Sighting(
        id=row["id"],
        incident_id=row["incident_id"],
        threat_id=row["threat_id"],
        kind=row["kind"],
        level_id=row["level_id"],
        point=decode(row["geom"], frame),
        radius_m=row["radius_m"],
        seen_at=row["seen_at"],
        confidence=row["confidence"],
        source=row["source"],
        reporter_point=None if stood is None else decode(stood, frame),
        received_at=row["received_at"],
        reported_by=row["reported_by"],
        polygon=_decode_area(row["polygon_geom"], frame),
        retraction=at and Retraction(at, row["retracted_by"], row["retracted_reason"]),
    )


def _no_level(level_id: UUID) -> NotFound:
    return NotFound(f"The site has no level {level_id}.", where="ordinal")
