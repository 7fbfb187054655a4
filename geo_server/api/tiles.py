"""Tiles over HTTP: a raw ASGI app, because the framework's dispatch costs more than a tile that is kept.

    GET /tiles/{site}/{ordinal}/{z}/{x}/{y}.mvt?rev=N
    GET /tiles/{site}/tiles.json?ordinal=N

What the framework would do is done here: who is asking, the entity tag (looked at before the database), compression.
An address that names the present revision may be kept for a day; any other is asked for again each time. Tiles are
private: they are kept by the browser of a person who may see them, never by a cache in between.
"""

import hashlib
import time
from collections.abc import Callable
from urllib.parse import parse_qs
from weakref import WeakKeyDictionary

import anyio.to_thread
import orjson
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.types import Receive, Scope, Send

from geo_server.api.answers import REVALIDATE, has_tag
from geo_server.api.deps import authorize_scope, state_of_scope
from geo_server.api.encodings import accepts_gzip
from geo_server.domain.errors import InvalidInput, NotFound
from geo_server.domain.places import Site
from geo_server.domain.roles import Permission
from geo_server.services.tiles import CACHE_BYTES, Tile, Tiles, load_published
from geo_server.store.database import Database
from geo_server.tiles.grid import TileAddress, read_address
from geo_server.tiles.layers import LAYERS
from geo_server.tiles.tilejson import tilejson

MEDIA_TYPE = b"application/vnd.mapbox-vector-tile"

FOR_EVER = "private, max-age=86400, immutable"
"""For an address whose content cannot change: it names the revision."""

ACCESS_LIFE_S = 5.0
"""How long a person who was let in is let in again without a look into the database. A revoked session sees tiles (the
published map, nothing of an incident) for so long."""

_ACCESS_KEPT = 4096

_LAYERS_VERSION = hashlib.sha256(repr(LAYERS).encode()).hexdigest()[:8]
"""Tiles made by another version of the program have other tags."""

Header = tuple[bytes, bytes]


class TileApp:
    """The app of everything under ``/tiles/``.

    Args:
        capacity_bytes: Memory for tiles.
        clock: Seconds, monotonic.
    """

    def __init__(self, *, capacity_bytes: int = CACHE_BYTES, clock: Callable[[], float] = time.monotonic) -> None:
        self._capacity = capacity_bytes
        self._clock = clock
        self._kept: WeakKeyDictionary[Database, _Kept] = WeakKeyDictionary()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - a GET has no body
        """Answer one request.

        Raises:
            GeoServerError: Not signed in, not allowed, no such site or level, off the grid; answered like anywhere else.
        """
        if scope["method"] != "GET":  # HEAD comes as GET, see api.head
            raise HTTPException(405, headers={"Allow": "GET, HEAD"})
        slug, *rest = scope["path"].split("/tiles/", 1)[-1].split("/")
        site = await self._site(scope, slug)
        if rest == ["tiles.json"]:
            status, headers, body = await _tilejson(scope, site)
        elif len(rest) == 4:
            status, headers, body = await self._tile(scope, site, read_address(*rest))
        else:
            raise NotFound(
                f"There is nothing at {scope['path']:.120}.",
                advice="Tiles are at /tiles/{site}/{ordinal}/{z}/{x}/{y}.mvt.",
            )
        headers.append((b"content-length", b"%d" % len(body)))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _tile(self, scope: Scope, site: Site, address: TileAddress) -> tuple[int, list[Header], bytes]:
        tiles = self._of(scope).tiles
        headers = Headers(scope=scope)
        named = _whole(scope, "rev")
        known = tiles.find_known(site.id, named)
        if known is None:
            known = await anyio.to_thread.run_sync(tiles.load_known, site.id)
        rev = known.rev
        known.choose(address.ordinal)
        if has_tag(headers.get("if-none-match", ""), _tag(rev)):
            return 304, _caching(rev, named), b""
        tile = tiles.find(site.id, rev, address)
        shown = (rev, tile) if tile else await anyio.to_thread.run_sync(tiles.load, site.id, rev, address)
        return 200, *_encoded(shown[1], headers.get("accept-encoding", ""), _caching(shown[0], named))

    async def _site(self, scope: Scope, slug: str) -> Site:
        headers = Headers(scope=scope)
        key = (headers.get("authorization", ""), headers.get("cookie", ""), slug)
        let_in = self._of(scope).let_in
        known = let_in.get(key)
        if known is not None and self._clock() < known[1]:
            return known[0]
        access = await authorize_scope(scope, slug, Permission.SEE_MAP)
        if len(let_in) >= _ACCESS_KEPT:
            let_in.clear()
        let_in[key] = (access.site, self._clock() + ACCESS_LIFE_S)
        return access.site

    def _of(self, scope: Scope) -> "_Kept":
        database = state_of_scope(scope)["database"]
        if database not in self._kept:
            self._kept[database] = _Kept(Tiles(database, capacity_bytes=self._capacity, clock=self._clock))
        return self._kept[database]


class _Kept:
    """What is kept of one database.

    Args:
        tiles: Its tiles.
    """

    def __init__(self, tiles: Tiles) -> None:
        self.tiles = tiles
        self.let_in: dict[tuple[str, str, str], tuple[Site, float]] = {}


tiles_app = TileApp()
"""The app that the server mounts. It keeps nothing until the first request."""


async def _tilejson(scope: Scope, site: Site) -> tuple[int, list[Header], bytes]:
    state = state_of_scope(scope)
    published = await anyio.to_thread.run_sync(load_published, state["database"], site)
    ordinal = _whole(scope, "ordinal")
    document = tilejson(
        site_slug=site.slug,
        site_name=site.name,
        base_url=base_url(HTTPConnection(scope), state["settings"].public_url),
        ordinal=published.levels.choose(ordinal),
        rev=published.levels.rev,
        bounds=published.bounds,
    )
    headers = [(b"content-type", b"application/json"), (b"cache-control", REVALIDATE.encode())]
    return 200, headers, orjson.dumps(document)


def base_url(connection: HTTPConnection, public_url: str | None) -> str:
    """Scheme, host and port that clients reach this server by, without a slash at the end."""
    if public_url:
        return public_url
    return f"{connection.url.scheme}://{connection.url.netloc}"


def _tag(rev: int) -> str:
    return f"{_LAYERS_VERSION}.{rev}"


def _caching(rev: int, named: int | None) -> list[Header]:
    return [
        (b"etag", f'W/"{_tag(rev)}"'.encode()),
        (b"cache-control", (FOR_EVER if named == rev else REVALIDATE).encode()),
        (b"vary", b"Accept-Encoding, Authorization, Cookie"),
    ]


def _encoded(tile: Tile, accepted: str, headers: list[Header]) -> tuple[list[Header], bytes]:
    headers = [(b"content-type", MEDIA_TYPE), *headers]
    if tile.gzipped and accepts_gzip(accepted):
        return [*headers, (b"content-encoding", b"gzip")], tile.data
    return headers, tile.plain()


def _whole(scope: Scope, name: str) -> int | None:
    """A whole number of the query, or None when it is not given."""
    text = parse_qs(scope["query_string"].decode("latin-1")).get(name, [None])[0]
    if text is None:
        return None
    digits = text.removeprefix("-") if name == "ordinal" else text
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 18):
        raise InvalidInput(f"{name} is {text!r:.40}, not a whole number.", where=name, advice="Give digits only.")
    return int(text)
