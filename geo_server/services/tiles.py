"""Tiles of a site: made once for each floorplan_rev, kept in memory, compressed once.

Terminology:
    rev: a site's ``floorplan_rev``, which goes up at each publishing. Everything kept is kept under it, so that nothing
        has to be thrown away when it changes: what is no longer asked for is pushed out.
    known: the rev and the levels that this process read last. They may be behind by ``KNOWN_LIFE_S``, unless somebody
        names a later rev.

A lookup in memory takes microseconds and never blocks; everything that reads the database says so.
"""

import gzip
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from uuid import UUID

from geo_server.domain.errors import NotFound
from geo_server.domain.places import Site
from geo_server.store import tiles as rows
from geo_server.store.database import Connection, Database
from geo_server.store.sites import floorplan_rev
from geo_server.tiles.grid import TileAddress
from geo_server.tiles.tilejson import Bounds

CACHE_BYTES = 64 * 2**20
"""Memory that a process gives to tiles. A school of five levels takes 5 MiB when every tile of it has been seen."""

KNOWN_LIFE_S = 1.0

_GROUND = (0,)
"""The levels of a site without any: somebody who looks at an empty map looks at the ground."""

_ENTRY_BYTES = 300
"""What an entry costs beside its data, as measured with tracemalloc."""

_WORTH_COMPRESSING = 200
"""Bytes below which gzip's header eats what it saves."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile as it is kept.

    Args:
        data: Mapbox Vector Tile, gzip-compressed or not.
        gzipped: Whether it is.
    """

    data: bytes
    gzipped: bool

    def plain(self) -> bytes:
        """Not compressed."""
        return gzip.decompress(self.data) if self.gzipped else self.data


@dataclass(frozen=True, slots=True)
class PublishedLevels:
    """Which levels are published of a site at one rev.

    Args:
        ordinals: Lowest first.
    """

    rev: int
    ordinals: tuple[int, ...]

    @property
    def first_ordinal(self) -> int:
        """The level to show first: the main entrance, else the lowest above it, else the highest."""
        upper = [ordinal for ordinal in self.ordinals if ordinal >= 0]
        return upper[0] if upper else max(self.ordinals, default=0)

    def choose(self, ordinal: int | None) -> int:
        """The level that was asked for, or the one to show first.

        Raises:
            NotFound: No building has a level there.
        """
        if ordinal is None:
            return self.first_ordinal
        if ordinal not in (self.ordinals or _GROUND):
            known = ", ".join(map(str, self.ordinals)) or "none"
            raise NotFound(f"No building has a level {ordinal}.", where="ordinal", advice=f"Levels: {known}.")
        return ordinal


@dataclass(frozen=True, slots=True)
class PublishedMap:
    """What is published of a site at one rev.

    Args:
        bounds: Of all zones in degrees, or None when nothing is published.
    """

    levels: PublishedLevels
    bounds: Bounds | None


_Key = tuple[UUID, int, TileAddress]


class TileCache:
    """Tiles by site, rev and address, the least recently used pushed out. Shared by threads.

    Args:
        capacity_bytes: Upper bound of what it holds.
    """

    def __init__(self, capacity_bytes: int) -> None:
        self._capacity = capacity_bytes
        self._tiles: OrderedDict[_Key, Tile] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    @property
    def size_bytes(self) -> int:
        """What it holds."""
        return self._bytes

    def find(self, key: _Key) -> Tile | None:
        """A tile, or None."""
        with self._lock:
            tile = self._tiles.get(key)
            if tile is not None:
                self._tiles.move_to_end(key)
            return tile

    def keep(self, key: _Key, tile: Tile) -> None:
        """Keep a tile, and push others out for it. One that is larger than the whole cache is not kept."""
        size = _ENTRY_BYTES + len(tile.data)
        if size > self._capacity:
            return
        with self._lock:
            present = self._tiles.pop(key, None)
            self._bytes += size - (_ENTRY_BYTES + len(present.data) if present else 0)
            self._tiles[key] = tile
            while self._bytes > self._capacity:
                _, pushed_out = self._tiles.popitem(last=False)
                self._bytes -= _ENTRY_BYTES + len(pushed_out.data)


class Tiles:
    """The tiles of all sites in one process.

    Args:
        database: Where they are made.
        capacity_bytes: Memory for them.
        clock: Seconds, monotonic.
    """

    def __init__(
        self, database: Database, *, capacity_bytes: int = CACHE_BYTES, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._database = database
        self._cache = TileCache(capacity_bytes)
        self._clock = clock
        self._known: dict[UUID, tuple[PublishedLevels, float]] = {}
        self._loading: dict[_Key, Future[tuple[int, Tile]]] = {}
        self._lock = threading.Lock()

    def find_known(self, site_id: UUID, named: int | None = None) -> PublishedLevels | None:
        """What is known of a site, or None when it must be read: never read, too old, or behind the rev that is named."""
        known, read_at = self._known.get(site_id, (None, 0.0))
        if known is None or self._clock() - read_at > KNOWN_LIFE_S or (named is not None and named > known.rev):
            return None
        return known

    def load_known(self, site_id: UUID) -> PublishedLevels:
        """The rev and the levels of a site, now. Reads the database.

        Raises:
            NotFound: There is no such site.
        """
        began = self._clock()
        with self._database.snapshot(site_id) as c:
            return self._remember(site_id, _load_levels(c, site_id), began)

    def find(self, site_id: UUID, rev: int, address: TileAddress) -> Tile | None:
        """A tile that is kept, or None."""
        return self._cache.find((site_id, rev, address))

    def load(self, site_id: UUID, rev: int, address: TileAddress) -> tuple[int, Tile]:
        """A tile, made when it is not kept. Reads the database; of several threads that want one tile, one does.

        Args:
            site_id: Of the site.
            rev: The known rev.
            address: On the grid.

        Returns:
            The rev that the tile shows (a later one, when something was published meanwhile), and the tile.

        Raises:
            Unavailable: The database is down.
        """
        key = (site_id, rev, address)
        with self._lock:
            loading = self._loading.get(key)
            mine = loading is None
            if loading is None:
                loading = self._loading[key] = Future()
        if not mine:
            return loading.result()
        try:
            shown, tile = self._make(site_id, address)
        except BaseException as fault:
            loading.set_exception(fault)
            raise
        else:
            loading.set_result((shown, tile))
            self._cache.keep((site_id, shown, address), tile)
            return shown, tile
        finally:
            with self._lock:
                del self._loading[key]

    def _make(self, site_id: UUID, address: TileAddress) -> tuple[int, Tile]:
        began = self._clock()
        with self._database.snapshot(site_id) as c:
            data = rows.load_tile(c, site_id=site_id, ordinal=address.ordinal, z=address.z, x=address.x, y=address.y)
            rev = floorplan_rev(c, site_id)
            known, _ = self._known.get(site_id, (None, 0.0))
            levels = known if known is not None and known.rev == rev else _load_levels(c, site_id)
        self._remember(site_id, levels, began)
        if len(data) < _WORTH_COMPRESSING:
            return rev, Tile(data, gzipped=False)
        return rev, Tile(gzip.compress(data, compresslevel=1, mtime=0), gzipped=True)

    def _remember(self, site_id: UUID, read: PublishedLevels, read_at: float) -> PublishedLevels:
        with self._lock:
            known, known_at = self._known.get(site_id, (read, read_at))
            self._known[site_id] = (max(read, known, key=lambda levels: levels.rev), max(read_at, known_at))
        return read


def load_published(database: Database, site: Site) -> PublishedMap:
    """What is published of a site, for TileJSON and styles. Reads the database."""
    with database.snapshot(site.id) as c:
        return PublishedMap(_load_levels(c, site.id), rows.load_bounds(c, site.id))


def _load_levels(c: Connection, site_id: UUID) -> PublishedLevels:
    return PublishedLevels(floorplan_rev(c, site_id), tuple(rows.list_ordinals(c, site_id)))
