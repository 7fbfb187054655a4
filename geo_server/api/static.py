"""The page's files: code, style, icons and the page itself. They hold no data, so everybody may read them."""

import functools
import gzip
import hashlib
import os
import zlib
from pathlib import Path

import orjson
from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

import geo_server
from geo_server.api.encodings import accepts_gzip

WEB = Path(geo_server.__file__).parent / "web"

_CHECK_EACH_TIME = "no-cache"
_SCRIPT = "text/javascript; charset=utf-8"
_TYPES = {
    ".js": _SCRIPT,
    ".mjs": _SCRIPT,
    ".css": "text/css; charset=utf-8",
    ".webmanifest": "application/manifest+json",
}
_OF_THE_PAGE = frozenset({".css", ".js", ".mjs", ".png", ".svg", ".webmanifest", ".woff2"})
"""What a browser loads to show the page; licences and notes of the installation are beside them."""


_SMALL_PAGES = "pages"
"""Folder of what small pages alone use: they come from the server, and so must their style and script."""

_BUILT = "built"
"""Folder of the page put together from its modules and style sheets (``hatch_build.py``). It is served where they are as they were."""


class _PageFiles(StaticFiles):
    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """A file with an entity tag, asked for again each time; compressed where it is kept so; scripts by one name on every machine."""
        asked, sent = Path(full_path), Path(f"{full_path}.gz")
        squeezed = accepts_gzip(Headers(scope=scope).get("accept-encoding", "")) and _is_compressed(sent, asked)
        if squeezed:
            full_path, stat_result = sent, sent.stat()
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["Cache-Control"] = _CHECK_EACH_TIME
        response.headers["Vary"] = "Accept-Encoding"
        if asked.suffix in _TYPES:
            response.headers["Content-Type"] = _TYPES[asked.suffix]
        if squeezed:
            response.headers["Content-Encoding"] = "gzip"
        return response


def _is_compressed(sent: Path, asked: Path) -> bool:
    """Whether a file is there and is the compressed form of another as that is now."""
    try:
        return _unpacks_to(sent, asked, _written(sent), _written(asked))
    except (OSError, EOFError, zlib.error):
        return False


def _written(path: Path) -> tuple[int, ...]:
    """What changes when a file is written anew."""
    stat = path.stat()
    return stat.st_ino, stat.st_size, stat.st_mtime_ns


@functools.lru_cache(maxsize=64)
def _unpacks_to(sent: Path, asked: Path, *_as_of: tuple[int, ...]) -> bool:
    return gzip.decompress(sent.read_bytes()) == asked.read_bytes()


def static_files() -> StaticFiles:
    """The app that serves ``/static``."""
    return _PageFiles(directory=WEB / "static")


def page_shell() -> FileResponse:
    """The page, the same for everybody; it asks the API for what the person may see."""
    return FileResponse(_document(WEB), media_type="text/html", headers={"Cache-Control": _CHECK_EACH_TIME})


def service_worker() -> Response:
    """The script that keeps the page on a device, with the name of the build and the digest of each of its files."""
    headers = {"Cache-Control": _CHECK_EACH_TIME, "Service-Worker-Allowed": "/"}
    return Response(_worker_script(WEB), headers=headers, media_type=_SCRIPT)


@functools.cache
def _worker_script(web: Path) -> bytes:
    """Read once: what a process serves changes when it is started anew."""
    script = (web / "service-worker.js").read_bytes()
    files = orjson.dumps(shell_digests(web), option=orjson.OPT_SORT_KEYS)
    build = hashlib.sha256(files + script).hexdigest()[:16]
    return b'const BUILD = "%s";\nconst FILES = %s;\n%s' % (build.encode(), files, script)


@functools.cache
def built_of(web: Path) -> frozenset[str]:
    """The files that the page is put together from, by path; none where it is not, or where one of them, or of the files made
    of them, is not as it was then. What made them is looked at too, in a checkout; a wheel does not carry it.

    Looked at once: what a process serves changes when it is started anew.

    Args:
        web: Folder of the page.
    """
    built, root = web / "static" / _BUILT, web.parents[1]
    try:
        files: dict[str, str] = orjson.loads((built / "MADE_OF.json").read_bytes())["files"]
        named = {root / path: digest for path, digest in files.items()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return frozenset()
    looked_at = {path: digest for path, digest in named.items() if path.is_relative_to(web) or path.is_file()}
    same = all(path.is_file() and _digest(path) == digest for path, digest in looked_at.items())
    of = {path for path in looked_at if path.is_relative_to(web) and not path.is_relative_to(built)}
    return frozenset(path.relative_to(web).as_posix() for path in of if same)


def _document(web: Path) -> Path:
    return web / "static" / _BUILT / "index.html" if built_of(web) else web / "index.html"


def shell_digests(web: Path) -> dict[str, str]:
    """Everything that the page needs to open, with its SHA-256 in hex.

    Args:
        web: Folder of the page.

    Returns:
        By the path that it is served at; the page itself is at ``/``.
    """
    built = built_of(web)
    elsewhere = {_SMALL_PAGES} if built else {_SMALL_PAGES, _BUILT}
    found = {
        path.relative_to(web).as_posix(): path
        for path in (web / "static").rglob("*")
        if path.suffix in _OF_THE_PAGE and path.parent.name not in elsewhere
    }
    files = {"/": _document(web)} | {f"/{name}": path for name, path in found.items() if name not in built}
    return {served: _digest(path) for served, path in files.items()}


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
