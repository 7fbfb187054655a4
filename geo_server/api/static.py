"""The page's files: code, style, icons and the page itself. They hold no data, so everybody may read them."""

import os
from pathlib import Path

from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

import geo_server

WEB = Path(geo_server.__file__).parent / "web"

_CHECK_EACH_TIME = "no-cache"
_SCRIPT = "text/javascript; charset=utf-8"


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
