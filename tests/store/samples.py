"""A small campus to write into a database: two storeys, three rooms a storey, everything that a floorplan can hold."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from shapely import LineString, Point, Polygon, box

from geo_server.domain.confidence import Evidence, Reason, weigh
from geo_server.domain.findings import Finding, Severity
from geo_server.domain.frame import Placement, SiteFrame
from geo_server.domain.incidents import (
    Closure,
    ClosureReason,
    Directive,
    Incident,
    IncidentState,
    Sighting,
    Status,
    StatusReport,
    Threat,
)
from geo_server.domain.places import (
    Asset,
    AssetCategory,
    Building,
    Floorplan,
    Level,
    Opening,
    OpeningCategory,
    Site,
    Transition,
    TransitionCategory,
    Wall,
    Zone,
    ZoneCategory,
)
from geo_server.store.database import Connection, Database
from geo_server.store.floorplans import place_draft
from geo_server.store.incidents import add_incident
from geo_server.store.revisions import Revision, add_draft, publish
from geo_server.store.sites import add_building, add_site
from geo_server.store.threats import add_threat

FRAME = SiteFrame(lon=1.5205, lat=42.5077)
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SHA256 = "ab" * 32


def an_id(name: str) -> UUID:
    """The same id for the same name."""
    return uuid5(NAMESPACE_URL, name)


def a_site(slug: str = "north") -> Site:
    return Site(an_id(slug), slug, slug.title(), FRAME, "Europe/Andorra")


def a_floorplan(key: str = "main", *, east: float = 0.0) -> Floorplan:
    """Two storeys of 3 rooms of 8 m by 6 m in a row, each with a door to the next; stairs and a lift in the last one."""
    ground, upper = (Level(an_id(f"{key} level {n}"), None, n, f"Level {n}") for n in (0, 1))
    rooms = {level: _rooms(key, level, east) for level in (ground, upper)}
    doors = [
        Opening(
            id=an_id(f"{key} door {level.ordinal} {n}"),
            level_id=level.id,
            line=LineString([(east + 8 * (n + 1), 2.5), (east + 8 * (n + 1), 3.4)]),
            zones=(rooms[level][n].id, rooms[level][n + 1].id),
        )
        for level in (ground, upper)
        for n in range(2)
    ]
    way_out = Opening(
        id=an_id(f"{key} exit"),
        level_id=ground.id,
        line=LineString([(east, 2.0), (east, 3.8)]),
        zones=(rooms[ground][0].id, None),
        category=OpeningCategory.EMERGENCY_EXIT,
        width_m=1.8,
        exit=True,
        number="7",
        lock_delay_s=30.0,
    )
    ends = (rooms[ground][2].id, rooms[upper][2].id)
    stairs = Transition(
        id=an_id(f"{key} stairs"),
        level_id=ground.id,
        geometry=LineString([(east + 18, 1), (east + 22, 1), (east + 22, 4)]),
        zones=ends,
        category=TransitionCategory.STAIRS,
        length_m=8.2,
        riser_m=0.17,
        tread_m=0.29,
    )
    lift = Transition(
        id=an_id(f"{key} lift"),
        level_id=ground.id,
        geometry=Point(east + 23, 5),
        zones=ends,
        category=TransitionCategory.ELEVATOR,
        length_m=4.0,
        step_free=True,
    )
    return Floorplan(
        frame=FRAME,
        levels=(ground, upper),
        zones=(*rooms[ground], *rooms[upper]),
        openings=(*doors, way_out),
        transitions=(stairs, lift),
        walls=(Wall(an_id(f"{key} wall"), ground.id, LineString([(east, 0), (east + 24, 0)]), 0.3, transparent=True),),
        assets=(Asset(an_id(f"{key} aed"), upper.id, Point(east + 4, 0.5), AssetCategory.AED, "AED by the stairs"),),
        outlines={ground.id: box(east, 0, east + 24, 6)},
    )


def _rooms(key: str, level: Level, east: float) -> list[Zone]:
    names = ("Library", "Corridor", "Stairs")
    categories = (ZoneCategory.ROOM, ZoneCategory.CORRIDOR, ZoneCategory.STAIRS)
    return [
        Zone(
            id=an_id(f"{key} zone {level.ordinal} {n}"),
            level_id=level.id,
            polygon=box(east + 8 * n, 0, east + 8 * n + 8, 6),
            name=names[n],
            category=categories[n],
            alias="Reading room" if n == 0 else None,
            lockable=True if n == 0 else None,
            capacity=30 if n == 0 else None,
            confidence=weigh([Evidence(Reason.EDGE_DRAWN, 0.97), Evidence(Reason.NAMED)]) if n == 0 else None,
        )
        for n in range(3)
    ]


def a_room_with_a_pillar(key: str = "hall") -> Floorplan:
    """One zone with a hole in it."""
    level = Level(an_id(f"{key} level"), None, 0, "Ground")
    hall = Polygon([(0, 0), (20, 0), (20, 10), (0, 10)], [[(9, 4), (9, 6), (11, 6), (11, 4)]])
    return Floorplan(FRAME, levels=(level,), zones=(Zone(an_id(key), level.id, hall, "Hall"),))


def a_finding() -> Finding:
    return Finding("gap-closed", Severity.FIXED, "A gap was closed.", x=1.5, y=2.25, ordinal=0, layer="A-WALL", count=2)


def found(database: Database, slug: str = "north", building: str = "Main") -> tuple[Site, Building]:
    """A site with one building, in the database."""
    site, house = a_site(slug), Building(an_id(f"{slug} {building}"), building)
    with database.transaction() as c:
        add_site(c, site)
        add_building(c, site.id, house)
    return site, house


def draft(c: Connection, site: Site, building: Building) -> Revision:
    return add_draft(
        c,
        site_id=site.id,
        building_id=building.id,
        document={"type": "FeatureCollection", "features": []},
        findings=[a_finding()],
        source_name="plan.dxf",
        source_sha256=SHA256,
        created_by=None,
    )


def published(c: Connection, site: Site, building: Building, floorplan: Floorplan) -> Revision:
    """A revision in force with the contents of a floorplan."""
    revision = draft(c, site, building)
    place_draft(c, revision.id, floorplan, Placement(0.0, 0.0, 0.0))
    publish(c, revision.id, by=None)
    return revision


def an_incident(site: Site, *, minutes: float = 0, exercise: bool = True) -> Incident:
    at = NOON + timedelta(minutes=minutes)
    return Incident(uuid4(), site.id, "armed_assailant", IncidentState.OPEN, exercise, at)


def a_threat(floorplan: Floorplan) -> Threat:
    return Threat(uuid4(), "armed_assailant", floorplan.levels[0].id, Point(4.0, 3.0), 5.0, 4.5, NOON)


def in_incident(database: Database, slug: str = "north") -> tuple[Site, Incident, Threat]:
    """A site with a published building, an open incident and a threat in its library."""
    site, building = found(database, slug)
    floorplan = a_floorplan(slug)
    incident, threat = an_incident(site), a_threat(floorplan)
    with database.transaction() as c:
        published(c, site, building, floorplan)
        add_incident(c, incident)
        add_threat(c, incident.id, threat, site.frame)
    return site, incident, threat


def a_sighting(incident: Incident, threat: Threat) -> Sighting:
    return Sighting(
        id=uuid4(),
        incident_id=incident.id,
        threat_id=threat.id,
        kind=threat.kind,
        level_id=threat.level_id,
        point=Point(5.0, 3.0),
        radius_m=4.0,
        seen_at=NOON,
        confidence=0.8,
        reporter_point=Point(20.0, 3.0),
    )


def a_report(incident: Incident, zone_id: UUID, status: Status = Status.OK) -> StatusReport:
    return StatusReport(
        id=uuid4(),
        incident_id=incident.id,
        zone_id=zone_id,
        status=status,
        client_at=NOON,
        received_at=NOON + timedelta(seconds=2),
        adults=1,
        students=24,
        note="Door locked.",
    )


def a_closure(subject_id: UUID) -> Closure:
    return Closure(uuid4(), subject_id, ClosureReason.BLOCKED, "custodian", NOON)


def a_directive(incident: Incident, action: str, zone_id: UUID | None = None, *, minutes: float = 0) -> Directive:
    at = NOON + timedelta(minutes=minutes)
    return Directive(uuid4(), incident.id, action, zone_id, at, "A. Commander", "seen on camera")


def later(report: StatusReport, seconds: float) -> StatusReport:
    """The same report as it arrives again."""
    return replace(report, received_at=report.received_at + timedelta(seconds=seconds))
