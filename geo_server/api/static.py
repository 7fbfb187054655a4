"""The page's files: code, style, icons and the page itself. They hold no data, so everybody may read them."""

import functools
import hashlib
import os
from pathlib import Path

import orjson
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

import geo_server

WEB = Path(geo_server.__file__).parent / "web"

_CHECK_EACH_TIME = "no-cache"
_SCRIPT = "text/javascript; charset=utf-8"
_OF_THE_PAGE = frozenset({".css", ".js", ".mjs", ".svg", ".woff2"})
"""What a browser loads to show the page; licences and notes of the installation are beside them."""


_SMALL_PAGES = "pages"
"""Folder of what small pages alone use: they come from the server, and so must their style and script."""


class _PageFiles(StaticFiles):
    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """A file with an entity tag, asked for again each time; scripts by one name on every machine."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["Cache-Control"] = _CHECK_EACH_TIME
        if Path(full_path).suffix in {".js", ".mjs"}:
            response.headers["Content-Type"] = _SCRIPT
        return response


def static_files() -> StaticFiles:
    """The app that serves ``/static``."""
    return _PageFiles(directory=WEB / "static")


def page_shell() -> FileResponse:
    """The page, the same for everybody; it asks the API for what the person may see."""
    return FileResponse(WEB / "index.html", media_type="text/html", headers={"Cache-Control": _CHECK_EACH_TIME})


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


def shell_digests(web: Path) -> dict[str, str]:
    """Everything that the page needs to open, with its SHA-256 in hex.

    Args:
        web: Folder of the page.

    Returns:
        By the path that it is served at; the page itself is at ``/``.
    """
    files = {"/": web / "index.html"}
    files |= {
        f"/{path.relative_to(web).as_posix()}": path
        for path in (web / "static").rglob("*")
        if path.suffix in _OF_THE_PAGE and path.parent.name != _SMALL_PAGES
    }
    return {served: hashlib.sha256(path.read_bytes()).hexdigest() for served, path in files.items()}
