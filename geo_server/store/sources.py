"""Systems outside that report by themselves, and the keys that their deliveries are signed with."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, RowMapping, insert, select, update

from geo_server.domain.errors import Conflict, NotFound
from geo_server.domain.sources import DevicePlace, Source, SourceKind
from geo_server.store.conflicts import refusing, refusing_bad_values
from geo_server.store.tables import sources


def add_source(c: Connection, site_id: UUID, source: Source, key: bytes) -> None:
    """Let a system report.

    Raises:
        Conflict: The site has a source of that name.
        InvalidInput: A value cannot be.
    """
    taken = Conflict(
        f"The site has a source {source.name!r} already.", where="name", advice="Revoke it first, or choose another."
    )
    with refusing_bad_values("source", "Correct the value and try again."), refusing("uq_sources_name", taken):
        c.execute(
            insert(sources).values(
                site_id=site_id,
                id=source.id,
                name=source.name,
                kind=source.kind.value,
                reports=source.reports,
                confidence=source.confidence,
                opens_incidents=source.opens_incidents,
                devices={device: _json(place) for device, place in source.devices.items()},
                key=key,
            )
        )


def find_source(c: Connection, source_id: UUID) -> tuple[UUID, Source, bytes] | None:
    """Site, source and key by the source's id, unless it is revoked."""
    row = c.execute(select(sources).where(sources.c.id == source_id, sources.c.revoked_at.is_(None))).mappings().first()
    return None if row is None else (row["site_id"], _source(row), row["key"])


def list_sources(c: Connection, site_id: UUID) -> list[Source]:
    """The sources of a site that may report, by name."""
    statement = select(sources).where(sources.c.site_id == site_id, sources.c.revoked_at.is_(None))
    return [_source(row) for row in c.execute(statement.order_by(sources.c.name)).mappings()]


def revoke_source(c: Connection, site_id: UUID, name: str, at: datetime) -> UUID:
    """Take nothing from a source any more; returns its id.

    Raises:
        NotFound: The site has no source of that name.
    """
    key = (sources.c.site_id == site_id) & (sources.c.name == name) & sources.c.revoked_at.is_(None)
    source_id: UUID | None = c.scalar(update(sources).where(key).values(revoked_at=at).returning(sources.c.id))
    if source_id is None:
        raise NotFound(f"The site has no source {name!r}.", where="name", advice="See: geo-server source list SITE.")
    return source_id


def _source(row: RowMapping) -> Source:
    return Source(
        id=row["id"],
        name=row["name"],
        kind=SourceKind(row["kind"]),
        reports=row["reports"],
        confidence=row["confidence"],
        opens_incidents=row["opens_incidents"],
        devices={device: _place(said) for device, said in row["devices"].items()},
    )


def _json(place: DevicePlace) -> dict[str, object]:
    return {
        "zone_id": place.zone_id and str(place.zone_id),
        "at": place.at and list(place.at),
        "ordinal": place.ordinal,
        "building": place.building,
    }


def _place(said: dict[str, object]) -> DevicePlace:
    zone_id, at = said["zone_id"], said["at"]
    return DevicePlace(
        zone_id=UUID(str(zone_id)) if zone_id else None,
        at=(float(at[0]), float(at[1])) if isinstance(at, list) else None,
        ordinal=int(str(said["ordinal"])),
        building=str(said["building"]) if said["building"] else None,
    )
