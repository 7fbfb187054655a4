"""The page's files, and the script that keeps them on a device."""

import hashlib
import json
import re

from geo_server.domain.roles import Role
from tests.api.conftest import Client


def test_the_service_worker_names_every_file_of_the_page_as_it_is_served(client: Client) -> None:
    anybody = client(None)
    answer = anybody.get("/service-worker.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert (answer.headers["cache-control"], answer.headers["service-worker-allowed"]) == ("no-cache", "/")
    files = json.loads(answer.text.splitlines()[1].removeprefix("const FILES = ").removesuffix(";"))
    assert {"/", "/static/js/main.js", "/static/css/base.css", "/static/vendor/maplibre-gl.mjs"} <= set(files)
    assert [path for path in files if not re.match(r"/$|/static/(css|js|vendor)/|/static/favicon.svg$", path)] == []
    for path, digest in files.items():
        assert hashlib.sha256(anybody.get(path).content).hexdigest() == digest, path


def test_every_file_that_the_page_names_is_among_those_that_are_kept(client: Client) -> None:
    anybody = client(None)
    shell = anybody.get("/").text
    script = anybody.get("/service-worker.js").text
    named = re.findall(r'(?:href|src)="(/[^"]+)"', shell)
    assert named
    assert [path for path in named if f'"{path}"' not in script] == []


def test_what_lets_the_page_open_without_a_server_opens_nothing_else(client: Client) -> None:
    assert "Content-Security-Policy" in client(None).get("/service-worker.js").headers
    assert client(None).get("/api/me").status_code == 401
    assert client(Role.STAFF).get("/api/me").headers["cache-control"] == "no-store"
