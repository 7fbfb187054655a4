"""What a kill -9 leaves behind, in every combination, and that the next start copes."""

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from geo_server.store.embedded import has_cluster, open_cluster
from tests.store.conftest import Hold, Holder, ask, kill_server, lives, run, server_pid, until


@pytest.fixture
def stranger() -> Iterator[int]:
    """A living process that has nothing to do with PostgreSQL."""
    process = subprocess.Popen(["sleep", "600"])
    yield process.pid
    process.kill()
    process.wait()


@pytest.fixture
def zombie() -> Iterator[int]:
    """A dead process that nobody has reaped."""
    process = subprocess.Popen(["true"])
    until(lambda: not lives(process.pid))
    yield process.pid
    process.wait()


def opens(folder: Path) -> bool:
    with open_cluster(folder) as url:
        return ask(url, "SELECT 1") == "1"


def answers(url: str) -> bool:
    try:
        return ask(url, "SELECT 1") == "1"
    except psycopg.OperationalError:
        return False


def test_a_killed_server_is_started_again_by_its_owner_with_all_that_was_acknowledged(
    stopped_cluster: Path, hold: Hold
) -> None:
    url = hold(stopped_cluster, own=True).url()
    run(url, "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
    first = kill_server(stopped_cluster)
    until(lambda: answers(url))
    assert server_pid(stopped_cluster) != first
    assert ask(url, "SELECT count(*) FROM kept") == "1000"


def test_the_server_of_a_killed_owner_is_adopted_and_stopped_by_the_next(stopped_cluster: Path, hold: Hold) -> None:
    owner = hold(stopped_cluster, own=True)
    owner.url()
    pid = server_pid(stopped_cluster)
    owner.send(signal.SIGKILL)
    assert lives(pid)
    with open_cluster(stopped_cluster, own=True) as url:
        assert server_pid(stopped_cluster) == pid
        assert ask(url, "SELECT 1") == "1"
    assert not lives(pid)


def test_an_adopted_server_that_is_killed_is_started_again_too(stopped_cluster: Path, hold: Hold) -> None:
    owner = hold(stopped_cluster, own=True)
    owner.url()
    owner.send(signal.SIGKILL)
    with open_cluster(stopped_cluster, own=True) as url:
        first = kill_server(stopped_cluster)
        until(lambda: answers(url))
        assert server_pid(stopped_cluster) != first


def test_after_both_are_killed_the_next_start_has_all_that_was_acknowledged(stopped_cluster: Path, hold: Hold) -> None:
    owner = hold(stopped_cluster, own=True)
    run(owner.url(), "CREATE TABLE kept AS SELECT 7 AS n")
    owner.send(signal.SIGKILL)
    kill_server(stopped_cluster)
    with open_cluster(stopped_cluster, own=True) as url:
        assert ask(url, "SELECT n FROM kept") == "7"


def test_a_busy_backend_of_a_killed_server_does_not_keep_the_next_from_starting(
    stopped_cluster: Path, hold: Hold
) -> None:
    owner = hold(stopped_cluster, own=True)
    url = owner.url()
    with contextlib.closing(psycopg.connect(url.replace("+psycopg", ""), autocommit=True)) as connection:
        connection.execute("SET statement_timeout = 0")
        connection.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 100000000000) AS n")
        busy = connection.info.backend_pid
        owner.send(signal.SIGKILL)
        kill_server(stopped_cluster)
        assert lives(busy)
        assert opens(stopped_cluster)
        assert not lives(busy)


@pytest.mark.parametrize("left_by", ["stranger", "zombie"])
def test_a_stale_pid_file_and_socket_that_name_another_process_are_seen_through(
    stopped_cluster: Path, left_by: str, request: pytest.FixtureRequest
) -> None:
    pid = request.getfixturevalue(left_by)
    (stopped_cluster / "run").mkdir(exist_ok=True)
    database = stopped_cluster / "postgres"
    lines = [str(pid), str(database), "1700000000", "5432", str(stopped_cluster / "run"), "", "  1  2", "ready   "]
    (database / "postmaster.pid").write_text("\n".join(lines) + "\n")
    (stopped_cluster / "run" / ".s.PGSQL.5432").touch()
    (stopped_cluster / "run" / ".s.PGSQL.5432.lock").write_text("\n".join(lines) + "\n")
    assert opens(stopped_cluster)


@pytest.mark.parametrize("text", ["", "garbage\n", "12"])
def test_a_pid_file_that_is_damaged_is_seen_through(stopped_cluster: Path, text: str) -> None:
    (stopped_cluster / "postgres" / "postmaster.pid").write_text(text)
    assert opens(stopped_cluster)


def test_a_kill_while_the_cluster_is_made_leaves_nothing_half_made(data_dir: Path) -> None:
    with Holder(data_dir, own=True) as maker:
        until(lambda: any(data_dir.glob("postgres.new.*/global")))
        maker.send(signal.SIGKILL)
    assert not has_cluster(data_dir)
    assert opens(data_dir)
    assert not list(data_dir.glob("postgres.new.*"))


def test_ctrl_c_while_the_cluster_is_made_leaves_nothing_half_made(data_dir: Path) -> None:
    with Holder(data_dir, own=True) as maker:
        until(lambda: any(data_dir.glob("postgres.new.*/global")))
        maker.send(signal.SIGINT)
    assert not list(data_dir.glob("postgres.new.*"))
    assert not has_cluster(data_dir) or opens(data_dir)


def test_a_kill_before_the_database_was_completed_is_made_good(stopped_cluster: Path) -> None:
    with open_cluster(stopped_cluster) as url:
        place = url.replace("+psycopg", "").replace("geo_server@/geo_server", "postgres@/postgres")
        with psycopg.connect(place, autocommit=True) as connection:
            connection.execute("DROP DATABASE geo_server")
            connection.execute("CREATE DATABASE geo_server OWNER geo_server")
    with open_cluster(stopped_cluster) as url:
        assert ask(url, "SELECT ST_AsText(ST_Point(1, 2))") == "POINT(1 2)"


@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_and_sigterm_stop_the_server_cleanly(stopped_cluster: Path, hold: Hold, signal_number: int) -> None:
    owner = hold(stopped_cluster, own=True)
    owner.url()
    pid = server_pid(stopped_cluster)
    owner.send(signal_number)
    assert not lives(pid)
    assert not (stopped_cluster / "postgres" / "postmaster.pid").exists()
    control = shutil.which("pg_controldata", path=os.pathsep.join(map(str, Path("/usr/lib/postgresql").glob("*/bin"))))
    assert control is not None
    state = subprocess.run([control, stopped_cluster / "postgres"], capture_output=True, text=True, check=True).stdout
    assert "shut down" in next(line for line in state.splitlines() if "cluster state" in line)
