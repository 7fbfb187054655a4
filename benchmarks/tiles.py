"""Tiles through the whole server beside the same statement run by psycopg alone: what the server adds to the database.

One campus of 20 buildings with 5 levels of 200 rooms each, in a private PostGIS. All ways fetch the same tiles of one
level, one after the other, in rounds that take turns, so that whatever else the machine does hits all alike. The
app is called in this process: no sockets, no HTTP parser.
"""

import asyncio
import re
import shutil
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
from shapely import LineString, box
from sqlalchemy import make_url

from geo_server.api.tiles import TileApp
from geo_server.domain.frame import SiteFrame
from geo_server.domain.places import Building, Floorplan, Level, Opening, Site, Wall, Zone, ZoneCategory
from geo_server.domain.roles import Role
from geo_server.services.access import create_api_token
from geo_server.settings import Settings
from geo_server.store.cluster.folder import SUPERUSER
from geo_server.store.database import Database
from geo_server.store.embedded import open_cluster
from geo_server.store.floorplans import place_draft
from geo_server.store.migrate import upgrade
from geo_server.store.revisions import add_draft, publish
from geo_server.store.sites import add_building, add_site
from geo_server.store.tiles import TILE_SQL
from geo_server.tiles.grid import TileAddress, tile_at

FRAME = SiteFrame(13.72, 51.03)
BUILDINGS, LEVELS, ROOMS = 20, 5, 200
ORDINAL = 2
ZOOMS = (17, 18, 19)
ROUNDS = 7

Fetch = Callable[[TileAddress], Awaitable[int]]


@dataclass(frozen=True)
class Row:
    """One way of getting a tile: milliseconds a tile in each round."""

    name: str
    rounds_ms: list[float]

    @property
    def median_ms(self) -> float:
        """Of the rounds."""
        return statistics.median(self.rounds_ms)


def run() -> str:
    """Measure, and write the section."""
    folder = Path(tempfile.mkdtemp(prefix="geo-bench-", dir="/tmp"))
    folder.chmod(0o755)
    try:
        with open_cluster(folder) as url:
            return asyncio.run(_measure(url))
    finally:
        shutil.rmtree(folder)


async def _measure(url: str) -> str:
    database = Database(url)
    site, token = await asyncio.to_thread(_fill, database)
    tiles = _addresses()
    without_policies = make_url(url).set(drivername="postgresql", username=SUPERUSER)
    raw = psycopg.connect(without_policies.render_as_string(), autocommit=True, prepare_threshold=0)
    raw.execute("ANALYZE")  # what PostgreSQL does by itself within a minute; without it tiles take 2.5 times as long
    plain, kept = TileApp(capacity_bytes=0), TileApp()
    ways: dict[str, Fetch] = {
        "psycopg, the statement alone": _by_psycopg(raw, site.id),
        "server, nothing kept": _by_app(plain, database, site, token),
        "server, kept": _by_app(kept, database, site, token),
        "server, client has it (304)": _by_app(kept, database, site, token, has_it=True),
    }
    sizes = [await ways["psycopg, the statement alone"](tile) for tile in tiles]
    for fetch in ways.values():
        await _round(fetch, tiles)
    rounds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, fetch in ways.items():
            rounds[name].append(await _round(fetch, tiles))
    raw.close()
    database.close()
    return _section([Row(name, times) for name, times in rounds.items()], tiles, sizes)


def _fill(database: Database) -> tuple[Site, str]:
    upgrade(database)
    site = Site(uuid4(), "bench", "Bench", FRAME)
    with database.transaction() as c:
        add_site(c, site)
        for number in range(BUILDINGS):
            building = Building(uuid4(), f"Building {number}")
            add_building(c, site.id, building)
            draft = add_draft(
                c,
                site_id=site.id,
                building_id=building.id,
                document={},
                findings=(),
                source_name="made.dxf",
                source_sha256="0" * 64,
                created_by=None,
            )
            place_draft(c, draft.id, _building(80.0 * (number % 5), 60.0 * (number // 5)), None)
            publish(c, draft.id, by=None)
    return site, create_api_token(database, site.id, Role.VIEWER, name="bench")


def _building(east: float, north: float) -> Floorplan:
    levels = tuple(Level(uuid4(), None, ordinal, f"Level {ordinal}") for ordinal in range(LEVELS))
    zones, openings, walls = [], [], []
    for level in levels:
        for room in range(ROOMS):
            x, y = east + 3.5 * (room % 20), north + 5.0 * (room // 20)
            zone = Zone(uuid4(), level.id, box(x, y, x + 3.5, y + 5), f"{level.ordinal}{room:03}", ZoneCategory.ROOM)
            zones.append(zone)
            openings.append(Opening(uuid4(), level.id, LineString([(x + 1, y), (x + 1.9, y)]), (zone.id, None)))
            walls.append(Wall(uuid4(), level.id, LineString([(x, y), (x, y + 5)]), 0.2))
    return Floorplan(FRAME, levels, tuple(zones), tuple(openings), walls=tuple(walls))


def _addresses() -> list[TileAddress]:
    corners = FRAME.coordinates_to_lonlat([(0, 0), (400, 240)])
    found = []
    for zoom in ZOOMS:
        first, last = (tile_at(float(lon), float(lat), zoom, ORDINAL) for lon, lat in corners)
        found += [
            TileAddress(ORDINAL, zoom, x, y) for x in range(first.x, last.x + 1) for y in range(last.y, first.y + 1)
        ]
    return found


def _by_psycopg(connection: psycopg.Connection[Any], site_id: UUID) -> Fetch:
    statement = re.sub(r"(?<!:):(\w+)", r"%(\1)s", TILE_SQL).encode()

    async def fetch(tile: TileAddress) -> int:
        parameters = {"site_id": site_id, "ordinal": tile.ordinal, "z": tile.z, "x": tile.x, "y": tile.y}
        row = connection.execute(statement, parameters, binary=True).fetchone()
        assert row is not None
        return len(row[0])

    return fetch


def _by_app(app: TileApp, database: Database, site: Site, token: str, *, has_it: bool = False) -> Fetch:
    state = {"database": database, "settings": Settings()}
    headers = [(b"authorization", f"Bearer {token}".encode()), (b"accept-encoding", b"gzip")]
    if has_it:
        headers.append((b"if-none-match", b"*"))

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    async def fetch(tile: TileAddress) -> int:
        sent: list[dict[str, Any]] = []

        async def send(message: MutableMapping[str, Any]) -> None:
            sent.append(dict(message))

        scope = {
            "type": "http",
            "method": "GET",
            "path": f"/tiles/{site.slug}/{tile.ordinal}/{tile.z}/{tile.x}/{tile.y}.mvt",
            "query_string": b"rev=20",
            "headers": headers,
            "state": state,
        }
        await app(scope, receive, send)
        assert sent[0]["status"] == (304 if has_it else 200)
        return len(sent[1]["body"])

    return fetch


async def _round(fetch: Fetch, tiles: list[TileAddress]) -> float:
    began = time.perf_counter()
    for tile in tiles:
        await fetch(tile)
    return (time.perf_counter() - began) * 1000 / len(tiles)


def _section(rows: list[Row], tiles: list[TileAddress], sizes: list[int]) -> str:
    base = rows[0].median_ms
    lines = [
        f"| {row.name} | {row.median_ms:.3f} | {min(row.rounds_ms):.3f} to {max(row.rounds_ms):.3f} | "
        f"{row.median_ms / base:.3f} |"
        for row in rows
    ]
    head = (
        f"## Tiles\n\n{len(tiles)} tiles of one level at zoom {ZOOMS[0]} to {ZOOMS[-1]}, "
        f"{BUILDINGS * LEVELS * ROOMS:,} rooms on the campus, median tile {statistics.median(sizes) / 1024:.1f} KiB, "
        f"{ROUNDS} rounds.\n\n| way | ms a tile | range | ratio |\n|---|---|---|---|\n"
    )
    return head + "\n".join(lines) + "\n"
