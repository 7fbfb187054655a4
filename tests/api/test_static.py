"""The page's files, how they are put together, and the script that keeps them on a device."""

import asyncio
import gzip
import hashlib
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from geo_server.api.static import WEB, built_of, shell_digests, static_files
from geo_server.domain.roles import Role
from hatch_build import CannotPrepareError, is_bundled, is_vendored, prepare
from tests.api.conftest import Client

ROOT = Path(__file__).parents[2]
CONTENT = "/static/built/main.js"
NAMED = re.compile(r'(?:href|src)="(/static[^"]+)"')


def test_the_service_worker_names_every_file_of_the_page_as_it_is_served(client: Client) -> None:
    anybody = client(None)
    answer = anybody.get("/service-worker.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert (answer.headers["cache-control"], answer.headers["service-worker-allowed"]) == ("no-cache", "/")
    files = json.loads(answer.text.splitlines()[1].removeprefix("const FILES = ").removesuffix(";"))
    built = {"/static/built/main.js", "/static/built/page.css"}
    library = {"/static/vendor/maplibre-gl.mjs", "/static/vendor/maplibre-gl-worker.mjs"}
    home = {f"/static/{name}" for name in ("favicon.svg", "home.svg", "home.png", "manifest.webmanifest")}
    assert set(files) == {"/"} | home | built | library
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


def test_the_page_is_put_together_from_every_module_and_style_sheet_there_is(address: str) -> None:  # noqa: ARG001 -- made ready
    files = {path.relative_to(WEB).as_posix() for kind in ("js", "css") for path in (WEB / "static" / kind).iterdir()}
    assert built_of(WEB) == files | {"index.html", "static/vendor/maplibre-gl.css"}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with all that the page is made of, ready."""
    prepare(ROOT)
    for name in ("package.json", "package-lock.json", ".npmrc", "hatch_build.py"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "build", tmp_path / "build")
    shutil.copytree(WEB, tmp_path / "geo_server/web")
    return tmp_path


@pytest.mark.parametrize("changed", ["index.html", "static/js/clock.js", "static/css/base.css"])
def test_a_page_whose_files_have_changed_is_shown_from_its_files_until_it_is_put_together_again(
    checkout: Path, changed: str
) -> None:
    web = checkout / "geo_server/web"
    assert not prepare(checkout), "it is ready"
    file = web / changed
    file.write_bytes(file.read_bytes() + b"\n")
    built_of.cache_clear()
    assert not is_bundled(checkout)
    assert not built_of(web)
    plain = shell_digests(web)
    assert {"/static/js/main.js", "/static/css/base.css", "/static/vendor/maplibre-gl.css"} <= set(plain)
    assert plain["/"] == hashlib.sha256((web / "index.html").read_bytes()).hexdigest()
    assert not [path for path in plain if "/built/" in path]

    assert prepare(checkout)
    built_of.cache_clear()
    assert is_bundled(checkout)
    assert CONTENT in shell_digests(web)
    assert "static/js/main.js" not in (web / "static/built/index.html").read_text()


def lengthen(file: Path) -> None:
    file.write_bytes(file.read_bytes() + b"\n")


@pytest.mark.parametrize("damage", [lengthen, Path.unlink])
@pytest.mark.parametrize("name", ["index.html", "main.js", "main.js.gz", "page.css", "MADE_OF.json"])
def test_a_page_that_is_not_as_it_was_put_together_is_shown_from_its_files_until_it_is_put_together_again(
    checkout: Path, name: str, damage: Callable[[Path], None]
) -> None:
    if (name, damage) == ("MADE_OF.json", lengthen):
        damage = halve
    assert is_bundled(checkout)
    check_plain_until_prepared(checkout, lambda: damage(checkout / "geo_server/web/static/built" / name))


def halve(file: Path) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])


def test_a_page_put_together_in_another_way_than_now_is_shown_from_its_files_until_it_is_put_together_again(
    checkout: Path,
) -> None:
    check_plain_until_prepared(checkout, lambda: lengthen(checkout / "hatch_build.py"))


def check_plain_until_prepared(checkout: Path, damage: Callable[[], None]) -> None:
    web = checkout / "geo_server/web"
    built_of.cache_clear()
    assert built_of(web)
    damage()
    built_of.cache_clear()
    assert not is_bundled(checkout)
    assert not built_of(web)
    assert "/static/js/main.js" in shell_digests(web)

    assert prepare(checkout)
    built_of.cache_clear()
    assert is_bundled(checkout)
    assert CONTENT in shell_digests(web)


def test_a_page_away_from_what_put_it_together_is_shown_as_it_is(checkout: Path) -> None:
    for name in ("package.json", "package-lock.json", "hatch_build.py"):
        (checkout / name).unlink()
    built_of.cache_clear()
    assert CONTENT in shell_digests(checkout / "geo_server/web")


@pytest.mark.parametrize(
    "stale",
    [gzip.compress(b"of another day"), b"no gzip", gzip.compress(b"cut")[:-4]],
    ids=["other", "none", "cut off"],
)
def test_a_compressed_file_that_is_not_that_of_the_file_beside_it_is_never_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stale: bytes
) -> None:
    file, squeezed = tmp_path / "static/page.js", tmp_path / "static/page.js.gz"
    file.parent.mkdir()
    file.write_bytes(b"cut")
    monkeypatch.setattr("geo_server.api.static.WEB", tmp_path)

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(static_files())
        async with httpx.AsyncClient(transport=transport, base_url="http://school.test") as client:
            return await client.get("/page.js", headers={"Accept-Encoding": "gzip"})

    for content, coding in ((stale, None), (gzip.compress(b"cut"), "gzip"), (stale, None)):
        squeezed.write_bytes(content)
        answer = asyncio.run(ask())
        assert (answer.content, answer.headers.get("content-encoding")) == (b"cut", coding)


@pytest.mark.parametrize(("system", "machine"), [("Darwin", "arm64"), ("Linux", "riscv64")])
def test_the_bundler_of_another_platform_is_not_taken_for_ours(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, system: str, machine: str
) -> None:
    assert is_vendored(checkout)
    monkeypatch.setattr("platform.system", lambda: system)
    monkeypatch.setattr("platform.machine", lambda: machine)
    assert not is_vendored(checkout)


@pytest.mark.parametrize(
    ("program", "said"),
    [
        (b"\x7fELF of nowhere", "esbuild cannot be started"),
        (b"#!/bin/sh\nexec sleep 60\n", "esbuild did not end within 1 s"),
    ],
    ids=["of another platform", "endless"],
)
def test_a_bundler_that_cannot_run_or_does_not_end_is_told_with_what_to_do(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, program: bytes, said: str
) -> None:
    (checkout / "build/esbuild").write_bytes(program)
    assert not is_vendored(checkout), "a damaged bundler is fetched anew"
    marker = checkout / "geo_server/web/static/vendor/LOCK"
    told = json.loads(marker.read_bytes())
    told["files"]["build/esbuild"] = hashlib.sha256(program).hexdigest()
    marker.write_text(json.dumps(told))
    lengthen(checkout / "geo_server/web/static/js/clock.js")
    monkeypatch.setattr("hatch_build.TIME_LIMIT_S", 1)
    with pytest.raises(CannotPrepareError, match=f"{said}.*Delete .*build/esbuild and try again"):
        prepare(checkout)


def test_what_cannot_be_put_together_is_told_with_its_place_and_the_page_stays_as_it_was(checkout: Path) -> None:
    web = checkout / "geo_server/web"
    before = (web / "static/built/main.js").read_bytes()
    (web / "static/js/clock.js").write_text("export const now = (;", encoding="utf-8")
    with pytest.raises(CannotPrepareError, match=r"static/js/clock\.js:1:\d+"):
        prepare(checkout)
    assert (web / "static/built/main.js").read_bytes() == before
    built_of.cache_clear()
    assert not built_of(web)


def test_files_of_the_page_come_compressed_to_whoever_takes_that(address: str) -> None:
    page = httpx.get(f"{address}/").text
    named = [path for path in NAMED.findall(page) if path.endswith((".js", ".mjs", ".css"))]
    assert len(named) == 3
    for path in named:
        tags = set()
        for accepted, coding in (("gzip, br", "gzip"), ("identity", None), ("gzip;q=0", None)):
            with httpx.stream("GET", f"{address}{path}", headers={"Accept-Encoding": accepted}) as answer:
                raw = b"".join(answer.iter_raw())
            assert answer.headers.get("content-encoding") == coding
            assert answer.headers["vary"] == "Accept-Encoding"
            assert (gzip.decompress(raw) if coding else raw) == (WEB / path[1:]).read_bytes()
            again = {"Accept-Encoding": accepted, "If-None-Match": answer.headers["etag"]}
            assert httpx.get(f"{address}{path}", headers=again).status_code == 304
            tags.add(answer.headers["etag"])
        assert len(tags) == 2, "a copy that was kept plain is never taken for a compressed one"
