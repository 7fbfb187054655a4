"""A published building of two storeys for tests of the page, with a zone whose name tries to be a script."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from shapely import LineString, Point, box

from geo_server.domain.places import (
    Building,
    Floorplan,
    Level,
    Opening,
    Site,
    Transition,
    TransitionCategory,
    Zone,
    ZoneCategory,
)
from geo_server.store.database import Database
from tests.campus import FRAME, publish_building, publish_site

SCRIPT_NAME = '<img src=x onerror="document.title=1"><script>document.title=1</script>'
LENGTH_M = 60
ANNEX_M = 1500
"""How far east of the storeys the annex stands. At 3 m/s that is more than eight minutes."""
ROOM_M = 15


@dataclass(frozen=True)
class Storeys:
    """A corridor of 60 m on each of two levels, with four rooms at it, stairs at its west end and exits at both ends.

    Args:
        rooms: Zones by name.
    """

    site: Site
    rooms: dict[str, Zone]


def publish_storeys(database: Database) -> Storeys:
    """Add the site and publish its building."""
    site = Site(uuid4(), "elm", "Elm School", FRAME, "Europe/Berlin")
    building = Building(uuid4(), "Main")
    levels = (Level(uuid4(), building.id, 0, "Ground"), Level(uuid4(), building.id, 1, "Upper"))
    zones: list[Zone] = []
    openings: list[Opening] = []
    stairs: list[UUID] = []
    for level in levels:
        corridor = Zone(uuid4(), level.id, box(0, 0, LENGTH_M, 3), f"Corridor {level.name}", ZoneCategory.CORRIDOR)
        flight = Zone(uuid4(), level.id, box(-4, 0, 0, 3), f"Stairs {level.name}", ZoneCategory.STAIRS)
        stairs.append(flight.id)
        zones += [corridor, flight]
        openings.append(Opening(uuid4(), level.id, LineString([(0, 1), (0, 2)]), (flight.id, corridor.id)))
        for i in range(4):
            name = SCRIPT_NAME if (level.ordinal, i) == (1, 3) else f"{level.ordinal + 1}0{i + 1}"
            room = Zone(uuid4(), level.id, box(ROOM_M * i, 3, ROOM_M * (i + 1), 11), name, ZoneCategory.ROOM)
            zones.append(room)
            door = LineString([(ROOM_M * i + 7, 3), (ROOM_M * i + 8, 3)])
            openings.append(Opening(uuid4(), level.id, door, (room.id, corridor.id)))
    ground = zones[0]
    west = LineString([(-4, 1), (-4, 2)])
    east = LineString([(LENGTH_M, 1), (LENGTH_M, 2)])
    openings.append(Opening(uuid4(), levels[0].id, west, (stairs[0], None), exit=True, number="1"))
    openings.append(Opening(uuid4(), levels[0].id, east, (ground.id, None), exit=True, number="2"))
    way = Transition(uuid4(), levels[0].id, Point(-2, 1.5), (stairs[0], stairs[1]), TransitionCategory.STAIRS, 8.0)
    floorplan = Floorplan(
        frame=FRAME,
        levels=levels,
        zones=tuple(zones),
        openings=tuple(openings),
        transitions=(way,),
        buildings=(building,),
        site=site,
    )
    publish_site(database, site, floorplan)
    return Storeys(site, {zone.name: zone for zone in zones})


def publish_annex(database: Database, site: Site) -> None:
    """Publish a building of one room, A1, with an exit of its own, so far from the storeys that it is safe for minutes."""
    building = Building(uuid4(), "Annex")
    level = Level(uuid4(), building.id, 0, "Ground")
    room = Zone(uuid4(), level.id, box(ANNEX_M, 0, ANNEX_M + ROOM_M, 8), "A1", ZoneCategory.ROOM)
    out = LineString([(ANNEX_M + 7, 0), (ANNEX_M + 8, 0)])
    floorplan = Floorplan(
        frame=FRAME,
        levels=(level,),
        zones=(room,),
        openings=(Opening(uuid4(), level.id, out, (room.id, None), exit=True, number="3"),),
        buildings=(building,),
        site=site,
    )
    publish_building(database, site, floorplan)
