"""``geo-server up``, ``serve`` and ``migrate`` as processes on a real cluster."""

import json
import re
import signal
import socket
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from geo_server.store.database import Database
from geo_server.store.embedded import has_cluster, open_cluster
from geo_server.store.migrate import pending, upgrade
from tests.cli.conftest import Command, Start
from tests.store.conftest import kill_server, server_pid, until


def address_of(command: Command) -> str:
    return command.until(r"geo-server is running at (http://\S+)")[1]


def is_ready(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/readyz", timeout=10) as answer:
            return bool(answer.status == 200)
    except urllib.error.HTTPError as fault:
        with fault:
            return False


def test_up_makes_the_database_serves_and_says_where(start: Start, data_dir: Path) -> None:
    server = start("up", "--empty", "--port", "0")
    assert is_ready(address_of(server))
    assert "Making a database" in server.said
    with open_cluster(data_dir) as url:
        database = Database(url)
        assert pending(database) == []
        database.close()


@pytest.mark.usefixtures("stopped_cluster")
@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_and_sigterm_end_the_server_and_its_database_with_exit_code_0(
    start: Start, data_dir: Path, signal_number: int
) -> None:
    server = start("up", "--empty", "--port", "0")
    address_of(server)
    assert server.end(signal_number) == 0, server.said
    assert "Traceback" not in server.said
    assert not (data_dir / "postgres" / "postmaster.pid").exists()


def test_sigterm_while_the_database_is_made_ends_with_exit_code_0(start: Start, data_dir: Path) -> None:
    server = start("up", "--empty", "--port", "0")
    server.until("Making a database")
    assert server.end(signal.SIGTERM) == 0, server.said
    assert not (data_dir / "postgres" / "postmaster.pid").exists()


@pytest.mark.usefixtures("stopped_cluster")
def test_a_killed_server_process_is_followed_by_the_next_on_the_same_port(start: Start, data_dir: Path) -> None:
    first = start("up", "--empty", "--port", "0")
    address = address_of(first)
    first.end(signal.SIGKILL)
    second = start("up", "--empty", "--port", address.rpartition(":")[2])
    assert address_of(second) == address
    assert is_ready(address)
    assert second.end(signal.SIGTERM) == 0
    assert not (data_dir / "postgres" / "postmaster.pid").exists()


@pytest.mark.usefixtures("stopped_cluster")
def test_a_killed_database_comes_back_under_the_running_server(start: Start, data_dir: Path) -> None:
    address = address_of(start("up", "--empty", "--port", "0"))
    first = kill_server(data_dir)
    until(lambda: is_ready(address))
    assert server_pid(data_dir) != first


@pytest.mark.usefixtures("stopped_cluster")
def test_a_second_up_on_the_same_folder_is_refused_in_one_line_and_the_first_serves_on(start: Start) -> None:
    first = start("up", "--empty", "--port", "0")
    address = address_of(first)
    second = start("up", "--empty", "--port", "0")
    assert second.end() == 2
    assert re.fullmatch(rf"geo-server: error: .*already serves.*process {first.process.pid} .*\n", second.said)
    assert is_ready(address)


@pytest.mark.usefixtures("stopped_cluster")
def test_a_second_up_on_the_same_port_is_told_that_the_server_runs_and_where(start: Start) -> None:
    first = start("up", "--empty", "--port", "0")
    address = address_of(first)
    second = start("up", "--empty", "--port", address.rpartition(":")[2])
    assert second.end() == 2
    assert re.fullmatch(rf"geo-server: error: geo-server runs already, at {address}\. .*\n", second.said)


@pytest.mark.parametrize("command", ["up", "serve"])
def test_a_port_in_use_is_refused_in_one_line_before_anything_is_made(
    start: Start, data_dir: Path, command: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        refused = start(command, "--port", str(port))
        assert refused.end() == 2
    assert re.fullmatch(rf"geo-server: error: GEO_SERVER_PORT: Port {port} .* in use .*\n", refused.said)
    assert not has_cluster(data_dir)


def test_a_host_that_is_not_of_this_machine_is_refused_in_one_line(start: Start) -> None:
    refused = start("up", "--host", "192.0.2.1", "--port", "0")
    assert refused.end() == 2
    assert re.fullmatch(r"geo-server: error: GEO_SERVER_HOST: .*192\.0\.2\.1.*\n", refused.said)


def test_a_broken_setting_is_refused_in_one_line_by_its_name(start: Start) -> None:
    refused = start("up", GEO_SERVER_PORT="many")
    assert refused.end() == 2
    assert re.fullmatch(r"geo-server: error: GEO_SERVER_PORT: .*'many'.*\n", refused.said)


def test_up_on_a_database_elsewhere_uses_that_and_makes_none(
    start: Start, data_dir: Path, empty_database: Database
) -> None:
    server = start("up", "--empty", "--port", "0", GEO_SERVER_DATABASE_URL=empty_database.url)
    assert is_ready(address_of(server))
    assert pending(empty_database) == []
    assert not has_cluster(data_dir)


def test_serve_refuses_a_database_that_is_behind_and_changes_nothing(start: Start, empty_database: Database) -> None:
    behind = pending(empty_database)
    refused = start("serve", "--port", "0", GEO_SERVER_DATABASE_URL=empty_database.url)
    assert refused.end() == 2
    assert "Run: geo-server migrate" in refused.said
    assert pending(empty_database) == behind


def test_migrate_brings_the_database_up_to_date_and_serve_then_serves(start: Start, empty_database: Database) -> None:
    there = {"GEO_SERVER_DATABASE_URL": empty_database.url}
    migrating = start("migrate", **there)
    assert migrating.end() == 0
    assert "migrations applied" in migrating.said
    again = start("migrate", **there)
    assert again.end() == 0
    assert "Nothing to do" in again.said
    server = start("serve", "--port", "0", **there)
    assert is_ready(address_of(server))


def test_several_servers_share_one_database(start: Start, database: Database) -> None:
    servers = [start("serve", "--port", "0", GEO_SERVER_DATABASE_URL=database.url) for _ in range(2)]
    assert all(is_ready(address_of(server)) for server in servers)


def test_doctor_speaks_json_and_ends_with_2_when_something_is_wrong(start: Start, data_dir: Path) -> None:
    with open_cluster(data_dir) as url:
        database = Database(url)
        upgrade(database)
        database.close()
    (data_dir / "protocols.toml").write_text("broken")
    looking = start("doctor", "--json", GEO_SERVER_PORT="0")
    assert looking.end() == 2
    found = json.loads(looking.said)
    assert found["ok"] is False
    assert [check["name"] for check in found["checks"] if not check["ok"]] == ["protocol pack"]
    (data_dir / "protocols.toml").unlink()
    well = start("doctor", GEO_SERVER_PORT="0")
    assert well.end() == 0, well.said


def test_a_misspelt_setting_is_named_at_start(start: Start) -> None:
    server = start("serve", GEO_SERVER_PROT="9000", GEO_SERVER_DATABASE_URL="mysql://a/b")
    assert server.end() == 2
    first, *_ = server.said.splitlines()
    assert first == "geo-server: warning: GEO_SERVER_PROT is not a setting; did you mean GEO_SERVER_PORT?"
