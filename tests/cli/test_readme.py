"""What the README says that a newcomer will read on the screen is what the commands answer."""

import re
import shlex
import subprocess
import sys
from collections import Counter
from pathlib import Path

import orjson

_ROOT = Path(__file__).resolve().parents[2]
_README = (_ROOT / "README.md").read_text(encoding="utf-8")


def test_the_ways_out_of_the_example_are_as_many_as_the_readme_counts(tmp_path: Path) -> None:
    document = tmp_path / "plan.geojson"
    _call(_command("inspect data/floorplans/school_level_0.dxf --to"), "plan.geojson", document)
    answer = orjson.loads(_call(_command("plan plan.geojson"), "plan.geojson", document))
    found = Counter(zone["status"] for zone in answer["zones"])
    told = re.search(r"each of (\d+) zones: (\d+) ways that are safe, (\d+) that are safe by a detour, (\d+)", _README)
    assert told is not None
    ways = [found[status] for status in ("safe_shortest", "safe_detour", "no_guaranteed_route")]
    assert [int(count) for count in told.groups()] == [len(answer["zones"]), *ways]


def _command(begin: str) -> list[str]:
    (line,) = (line for line in _README.splitlines() if line.startswith(f".venv/bin/geo-server {begin}"))
    return shlex.split(line, comments=True)[1:]


def _call(words: list[str], name: str, document: Path) -> bytes:
    words = [str(document) if word == name else word for word in words]
    done = subprocess.run(
        [str(Path(sys.executable).with_name("geo-server")), *words], cwd=_ROOT, capture_output=True, check=True
    )
    return done.stdout
