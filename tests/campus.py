"""A small published campus for tests of services and faces, built with the store's own functions."""

from dataclasses import dataclass
from uuid import uuid4

from shapely import LineString, Point, box

from geo_server.domain.frame import SiteFrame
from geo_server.domain.places import (
    AssemblyPoint,
    Building,
    Floorplan,
    Level,
    Opening,
    Site,
    Zone,
    ZoneCategory,
)
from geo_server.domain.roles import Role
from geo_server.export.geojson import floorplan_document
from geo_server.services.access import create_api_token
from geo_server.store.database import Database
from geo_server.store.floorplans import place_draft
from geo_server.store.revisions import add_draft, publish
from geo_server.store.sites import add_assembly_point, add_building, add_site

FRAME = SiteFrame(13.7, 51.0)


@dataclass(frozen=True)
class Campus:
    """A site with one building of one level: a corridor of 30 m with an exit at each end and three rooms.

    Args:
        rooms: Zones west to east.
        exits: Openings west, east.
        tokens: An API token for each role.
    """

    site: Site
    level: Level
    rooms: tuple[Zone, ...]
    corridor: Zone
    exits: tuple[Opening, Opening]
    tokens: dict[Role, str]

    @property
    def url(self) -> str:
        """Where the API has this site."""
        return f"/api/sites/{self.site.slug}"

    def lonlat(self, x: float, y: float) -> list[float]:
        """A place of the site in lon, lat."""
        lon, lat = FRAME.coordinates_to_lonlat([(x, y)])[0]
        return [float(lon), float(lat)]


def build_campus(database: Database, *, lockable: bool | None = None) -> Campus:
    """Add and publish a campus with a name of its own, to a migrated database.

    Args:
        database: The database.
        lockable: Of its rooms.
    """
    slug = f"school-{uuid4().hex[:12]}"
    site = Site(uuid4(), slug, f"School {slug[-12:]}", FRAME)
    building = Building(uuid4(), "Main")
    level = Level(uuid4(), building.id, 0, "Ground")
    corridor = Zone(uuid4(), level.id, box(0, 0, 30, 3), "Corridor", ZoneCategory.CORRIDOR)
    rooms = tuple(
        Zone(uuid4(), level.id, box(10 * i, 3, 10 * i + 10, 11), f"10{i + 1}", ZoneCategory.ROOM, lockable=lockable)
        for i in range(3)
    )
    doors = tuple(
        Opening(uuid4(), level.id, LineString([(10 * i + 4.5, 3), (10 * i + 5.5, 3)]), (room.id, corridor.id))
        for i, room in enumerate(rooms)
    )
    west = Opening(uuid4(), level.id, LineString([(0, 1), (0, 2)]), (corridor.id, None), exit=True, number="1")
    east = Opening(uuid4(), level.id, LineString([(30, 1), (30, 2)]), (corridor.id, None), exit=True, number="2")
    floorplan = Floorplan(
        frame=FRAME,
        levels=(level,),
        zones=(corridor, *rooms),
        openings=(*doors, west, east),
        buildings=(building,),
        site=site,
    )
    publish_site(database, site, floorplan)
    tokens = {role: create_api_token(database, site.id, role, name=f"Pat {role}") for role in Role}
    return Campus(site, level, rooms, corridor, (west, east), tokens)


def publish_site(database: Database, site: Site, floorplan: Floorplan) -> None:
    """Add a site with an assembly point, and publish its one building."""
    with database.transaction() as c:
        add_site(c, site)
        add_assembly_point(c, site.id, AssemblyPoint(uuid4(), Point(-20, 1.5), "Field"), FRAME)
    publish_building(database, site, floorplan)


def publish_building(database: Database, site: Site, floorplan: Floorplan) -> None:
    """Add the one building of a floorplan to a site, and publish it."""
    (building,) = floorplan.buildings
    with database.transaction() as c:
        add_building(c, site.id, building)
        draft = add_draft(
            c,
            site_id=site.id,
            building_id=building.id,
            document=floorplan_document(floorplan),
            findings=(),
            source_name="drawn.dxf",
            source_sha256="0" * 64,
            created_by=None,
        )
        place_draft(c, draft.id, floorplan, None)
        publish(c, draft.id, by=None)


def new_id() -> str:
    """An id as a client makes it."""
    return str(uuid4())
