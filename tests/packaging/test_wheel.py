"""The wheel carries all that the server needs: it runs away from the checkout, without Node."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel unpacked where nothing of the checkout is; its dependencies come from the environment of the tests."""
    target = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    return target


def test_the_wheel_carries_the_page_the_migrations_and_the_sample_campus(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert "geo_server/web/static/vendor/maplibre-gl.mjs" in names
    assert "geo_server/web/static/vendor/maplibre-gl-worker.mjs" in names
    assert "geo_server/web/index.html" in names
    assert {
        f"geo_server/web/static/built/{name}" for name in ("index.html", "main.js", "main.js.gz", "page.css")
    } <= names
    assert "geo_server/domain/protocols.toml" in names
    assert "geo_server/migrations/env.py" in names
    assert any(re.match(r"geo_server/migrations/versions/\w+\.py$", name) for name in names)
    assert "geo_server/data/floorplans/sample_campus.toml" in names
    assert "geo_server/cli/schemas/report.schema.json" in names
    assert not [name for name in names if name.startswith(("tests/", "benchmarks/"))]


def command(installed: Path, *words: str | Path) -> list[str]:
    """``geo-server`` from the wheel, whatever folder it is started in."""
    code = "import sys; sys.path.insert(0, sys.argv.pop(1)); from geo_server.cli import main; main()"
    return [sys.executable, "-P", "-c", code, str(installed), *map(str, words)]


def test_a_drawing_is_read_and_planned_with_from_the_wheel_alone(installed: Path, tmp_path: Path) -> None:
    drawing = installed / "geo_server/data/floorplans/school_level_0.dxf"
    said = _ask(command(installed, "inspect", drawing, "--to", "plan.geojson"), tmp_path)
    assert said.startswith("school_level_0.dxf: a DXF drawing of 1 level\n")
    threat = '{"at": [20, 20], "kind": "intruder"}'
    planned = _ask(command(installed, "plan", "plan.geojson", "--threat", threat), tmp_path)
    assert len(json.loads(planned)["zones"]) > 25


def _ask(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True, timeout=120)
    return done.stdout


@pytest.fixture
def server(installed: Path, tmp_path: Path) -> Iterator[str]:
    """``geo-server up`` from the wheel, in an empty folder; yields what it prints up to the last sign-in link."""
    environment = {**os.environ, "GEO_SERVER_DATA_DIR": str(tmp_path / "data"), "PATH": "/usr/bin:/bin"}
    environment.pop("GEO_SERVER_DATABASE_URL", None)
    tmp_path.chmod(0o755)
    for parent in tmp_path.parents:
        if parent.stat().st_uid == os.geteuid() and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o011)
    process = subprocess.Popen(
        command(installed, "up", "--port", "0"),
        cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    said = ""
    try:
        assert process.stdout is not None
        for line in process.stdout:
            said += line
            if re.search(r"admin\s+http", line):
                break
        yield said
    finally:
        process.send_signal(signal.SIGTERM)
        rest, _ = process.communicate(timeout=60)
        assert process.returncode == 0, said + rest


def test_geo_server_up_works_from_the_wheel_alone(server: str, installed: Path) -> None:
    address = re.search(r"http://[\d.]+:\d+", server)
    assert address, server
    with urllib.request.urlopen(f"{address[0]}/readyz") as answer:
        assert answer.status == 200
    links = re.findall(r"http\S+/sign-in\?token=\S+", server)
    assert len(links) == 6
    fetched = {path: _fetch(f"{address[0]}{path}") for path in _named_by(_fetch(f"{address[0]}/").decode())}
    assert set(fetched) == {f"/static/{name}" for name in ("built/main.js", "built/page.css", "vendor/maplibre-gl.mjs")}
    for path, content in fetched.items():
        assert content == (installed / "geo_server/web" / path.removeprefix("/")).read_bytes()
    library = "/static/vendor/maplibre-gl.mjs"
    assert _fetch(f"{address[0]}{library}") == (installed / f"geo_server/web{library}").read_bytes()
    assert b"<form" in _fetch(links[0])


def _fetch(address: str) -> bytes:
    with urllib.request.urlopen(address) as answer:
        content: bytes = answer.read()
        return content


def _named_by(page: str) -> set[str]:
    """Scripts and style sheets of the page."""
    return set(re.findall(r'(?:src|href)="(/static/[^"?]+\.(?:js|css|mjs))', page))
