"""Floorplans that an earlier run made ready: the same again, never another's, and never in the way."""

import os
import pickle
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from geo_server.routing.request import PlanRequest
from geo_server.services import preparer
from geo_server.services.child import Child
from geo_server.services.planners import Desk, Planners
from geo_server.services.preparer import ready_key
from geo_server.store.ready_files import ENDING, FILES_KEPT, ReadyFiles
from tests.routing.plans import school
from tests.services.tasks import Ends, document, end_yourself, process_id

FLOORPLAN = school(3, levels=1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "ready"


@pytest.fixture
def prepared(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The children that were begun to make a floorplan ready."""
    begun: list[str] = []

    def begin(name: str, work: Callable[[Connection], None]) -> Child:
        begun.append(work.__name__)
        return Child(name, work)

    monkeypatch.setattr(preparer, "Child", begin)
    return begun


def test_the_next_run_plans_with_what_the_last_one_made_ready(folder: Path, prepared: list[str]) -> None:
    request = PlanRequest(now=datetime(2026, 3, 2, 9, 30, tzinfo=UTC))
    plans = []
    for _ in range(2):
        with Planners(ReadyFiles(folder)) as planners:
            ready = planners.prepare(FLOORPLAN)
            plans.append(planners.work(Desk.ASKED, ready, partial(document, request)))

    assert plans[0] == plans[1]
    assert prepared == ["prepare_one", "unpack_one"]


@pytest.mark.parametrize("harm", ["cut off", "changed", "empty", "written by others", "gone"])
def test_what_is_damaged_or_not_surely_ours_is_made_again(folder: Path, prepared: list[str], harm: str) -> None:
    Planners(ReadyFiles(folder)).prepare(FLOORPLAN)
    [path] = folder.iterdir()
    kept = path.read_bytes()
    match harm:
        case "cut off":
            path.write_bytes(kept[:-1])
        case "changed":
            path.write_bytes(kept[:50] + bytes([kept[50] ^ 1]) + kept[51:])
        case "empty":
            path.write_bytes(b"")
        case "written by others":
            path.chmod(0o666)
        case "gone":
            path.unlink()

    again = Planners(ReadyFiles(folder)).prepare(FLOORPLAN)

    assert prepared == ["prepare_one", "prepare_one"]
    assert again.packed == kept[32:]
    assert path.read_bytes() == kept


@pytest.mark.parametrize("packed", [b"no pickle", pickle.dumps(end_yourself)[:-1], pickle.dumps(Ends())])
def test_what_is_whole_but_cannot_be_unpacked_is_made_again(folder: Path, prepared: list[str], packed: bytes) -> None:
    files = ReadyFiles(folder)
    files.keep(ready_key(FLOORPLAN), packed)

    for _ in range(2):
        with Planners(files) as planners:
            assert planners.work(Desk.ASKED, planners.prepare(FLOORPLAN), process_id)

    assert prepared == ["unpack_one", "prepare_one", "unpack_one"]


def test_a_folder_that_others_may_write_is_not_read(folder: Path, prepared: list[str]) -> None:
    for _ in range(2):
        Planners(ReadyFiles(folder)).prepare(FLOORPLAN)
        folder.chmod(0o777)
    assert prepared == ["prepare_one", "prepare_one"]
    assert next(folder.iterdir()).stat().st_mode & 0o077 == 0


def test_a_floorplan_that_differs_in_anything_has_a_name_of_its_own() -> None:
    zone, level = FLOORPLAN.zones[0], FLOORPLAN.levels[0]
    others = [
        replace(FLOORPLAN, zones=(replace(zone, name="Another"), *FLOORPLAN.zones[1:])),
        replace(FLOORPLAN, zones=(replace(zone, polygon=zone.polygon.buffer(1e-9)), *FLOORPLAN.zones[1:])),
        replace(FLOORPLAN, levels=(replace(level, name="Another"), *FLOORPLAN.levels[1:])),
        replace(FLOORPLAN, openings=FLOORPLAN.openings[1:]),
        replace(FLOORPLAN, outlines={level.id: zone.polygon}),
        replace(FLOORPLAN, outlines={level.id: zone.polygon.buffer(1e-9)}),
    ]
    names = {ready_key(one) for one in (FLOORPLAN, *others)}
    assert len(names) == 1 + len(others)
    assert ready_key(school(3, levels=1)) in names


def test_what_another_program_made_is_not_found(folder: Path) -> None:
    ReadyFiles(folder).keep("floorplan", b"packed")
    assert ReadyFiles(folder).find("floorplan") == b"packed"
    assert ReadyFiles(folder, "of another version").find("floorplan") is None


def test_only_what_was_used_last_stays(folder: Path) -> None:
    files = ReadyFiles(folder)
    for number in range(FILES_KEPT):
        files.keep(str(number), b"packed")
        newest = max(folder.glob(f"*{ENDING}"), key=lambda path: path.stat().st_mtime)
        os.utime(newest, (number, number))
    (folder / "somebody else's").write_text("")
    assert files.find("0") == b"packed"
    files.keep("new", b"packed")

    assert files.find("1") is None
    assert len(list(folder.iterdir())) == FILES_KEPT + 1
    assert (files.find("0"), files.find("new")) == (b"packed", b"packed")


def test_a_folder_that_cannot_be_is_no_failure(
    tmp_path: Path, prepared: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "ready").write_text("a file in its place")
    with Planners(ReadyFiles(tmp_path / "ready")) as planners:
        assert planners.prepare(FLOORPLAN).packed
    assert prepared == ["prepare_one"]
    assert "not kept for the next start" in caplog.text
