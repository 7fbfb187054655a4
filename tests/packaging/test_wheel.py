"""The wheel carries all that the server needs: it runs away from the checkout, without Node."""

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
    assert "geo_server/domain/protocols.toml" in names
    assert "geo_server/migrations/env.py" in names
    assert any(re.match(r"geo_server/migrations/versions/\w+\.py$", name) for name in names)
    assert "geo_server/data/floorplans/sample_campus.toml" in names
    assert not [name for name in names if name.startswith(("tests/", "benchmarks/"))]


@pytest.fixture
def server(installed: Path, tmp_path: Path) -> Iterator[str]:
    """``geo-server up`` from the wheel, in an empty folder; yields what it prints up to the last sign-in link."""
    code = "import sys; sys.path.insert(0, sys.argv.pop(1)); from geo_server.cli import main; main()"
    environment = {**os.environ, "GEO_SERVER_DATA_DIR": str(tmp_path / "data"), "PATH": "/usr/bin:/bin"}
    environment.pop("GEO_SERVER_DATABASE_URL", None)
    tmp_path.chmod(0o755)
    for parent in tmp_path.parents:
        if parent.stat().st_uid == os.geteuid() and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o011)
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", code, str(installed), "up", "--port", "0"],
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
    with urllib.request.urlopen(f"{address[0]}/static/vendor/maplibre-gl.mjs") as answer:
        assert answer.read() == (installed / "geo_server/web/static/vendor/maplibre-gl.mjs").read_bytes()
    with urllib.request.urlopen(f"{address[0]}/readyz") as answer:
        assert answer.status == 200
    assert len(re.findall(r"/sign-in\?token=\S+", server)) == 6
