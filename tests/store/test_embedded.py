"""The life of a private cluster: made, joined, left, and who may do what to it."""

import os
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import make_url

import geo_server
from geo_server.domain.errors import Conflict, InvalidInput, Unavailable
from geo_server.store.cluster import binaries
from geo_server.store.embedded import check_place, find_owner, find_server_binaries, has_cluster, open_cluster
from tests.store.conftest import Hold, ask, lives, run, server_pid


def test_a_new_folder_gets_a_durable_database_with_postgis_and_says_what_it_does(data_dir: Path) -> None:
    said: list[str] = []
    assert not has_cluster(data_dir)
    with open_cluster(data_dir, said.append) as url:
        assert ask(url, "SELECT ST_AsText(ST_Point(1, 2))") == "POINT(1 2)"
        settings = {
            name: ask(url, f"SHOW {name}")
            for name in ("fsync", "data_checksums", "listen_addresses", "server_encoding", "jit", "synchronous_commit")
        }
        assert ask(url, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") == "False"
    assert has_cluster(data_dir)
    assert settings == {
        "fsync": "on",
        "data_checksums": "on",
        "listen_addresses": "",
        "server_encoding": "UTF8",
        "jit": "off",
        "synchronous_commit": "on",
    }
    assert any("Making a database" in line for line in said)


def test_the_folder_and_the_socket_are_closed_to_others_and_the_server_is_not_root(stopped_cluster: Path) -> None:
    with open_cluster(stopped_cluster):
        for name in ("postgres", "run"):
            assert stat.S_IMODE((stopped_cluster / name).stat().st_mode) == 0o700
        assert Path(f"/proc/{server_pid(stopped_cluster)}").stat().st_uid != 0


def test_leaving_stops_the_server_and_a_second_start_is_fast_and_has_the_data(stopped_cluster: Path) -> None:
    with open_cluster(stopped_cluster) as url:
        run(url, "CREATE TABLE kept AS SELECT 7 AS n")
        pid = server_pid(stopped_cluster)
    assert not lives(pid)
    assert not (stopped_cluster / "run" / ".s.PGSQL.5432").exists()
    began = time.monotonic()
    with open_cluster(stopped_cluster) as url:
        assert time.monotonic() - began < 5.0
        assert ask(url, "SELECT n FROM kept") == "7"


def test_a_terminals_ctrl_c_does_not_reach_the_server(stopped_cluster: Path) -> None:
    with open_cluster(stopped_cluster):
        pid = server_pid(stopped_cluster)
        assert os.getsid(pid) == pid != os.getsid(0)


def test_a_second_owner_is_refused_and_told_who_is_there(stopped_cluster: Path, hold: Hold) -> None:
    assert find_owner(stopped_cluster) is None
    first = hold(stopped_cluster, own=True)
    first.url()
    with pytest.raises(Conflict) as refusal, open_cluster(stopped_cluster, own=True):
        pass
    assert f"process {first.process.pid} " in str(refusal.value)
    assert str(stopped_cluster) in str(refusal.value)
    assert f"process {first.process.pid} " in (find_owner(stopped_cluster) or "")
    first.leave()
    assert find_owner(stopped_cluster) is None
    with open_cluster(stopped_cluster, own=True):
        pass


def test_a_command_joins_the_owners_server_and_leaves_it_running(stopped_cluster: Path, hold: Hold) -> None:
    owner = hold(stopped_cluster, own=True)
    owner.url()
    pid = server_pid(stopped_cluster)
    with open_cluster(stopped_cluster) as url:
        assert ask(url, "SELECT 1") == "1"
        assert server_pid(stopped_cluster) == pid
    assert lives(pid)
    owner.leave()
    assert not lives(pid)


def test_the_server_stays_for_a_command_that_outlives_the_owner(stopped_cluster: Path, hold: Hold) -> None:
    owner = hold(stopped_cluster, own=True)
    owner.url()
    with open_cluster(stopped_cluster) as url:
        pid = server_pid(stopped_cluster)
        owner.leave()
        assert ask(url, "SELECT 1") == "1"
        assert server_pid(stopped_cluster) == pid
    assert not lives(pid)


def test_processes_that_come_at_once_to_an_empty_folder_share_one_server(data_dir: Path, hold: Hold) -> None:
    holders = [hold(data_dir) for _ in range(3)]
    with ThreadPoolExecutor() as pool:
        urls = list(pool.map(lambda holder: holder.url(), holders))
    assert len(set(urls)) == 1
    assert len({ask(url, "SELECT pg_postmaster_start_time()") for url in urls}) == 1
    pid = server_pid(data_dir)
    for holder in holders:
        assert lives(pid)
        holder.leave()
    assert not lives(pid)


def test_a_folder_inside_the_program_is_refused() -> None:
    inside = Path(geo_server.__file__).parent / "store" / "data"
    with pytest.raises(InvalidInput, match="own folder"), open_cluster(inside):
        pass
    assert not inside.exists()


def test_something_else_in_the_databases_place_is_refused_and_left_alone(data_dir: Path) -> None:
    (data_dir / "postgres").mkdir()
    (data_dir / "postgres" / "notes.txt").write_text("mine")
    with pytest.raises(Unavailable, match="not a PostgreSQL database"), open_cluster(data_dir):
        pass
    assert (data_dir / "postgres" / "notes.txt").read_text() == "mine"


def test_a_folder_that_cannot_be_made_is_refused_by_name() -> None:
    with pytest.raises(Unavailable, match=r"/dev/null/data.*cannot be used"), open_cluster(Path("/dev/null/data")):
        pass


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's server drops to another user")
def test_a_folder_that_the_servers_user_cannot_reach_is_refused_by_the_folder_in_the_way(data_dir: Path) -> None:
    private = data_dir / "private"
    private.mkdir(mode=0o700)
    with pytest.raises(Unavailable, match=f"may not enter {private}\\."):
        check_place(private / "data")
    with pytest.raises(Unavailable, match=f"may not enter {private}\\."), open_cluster(private / "data"):
        pass
    assert not has_cluster(private / "data")


def test_a_path_too_long_for_a_socket_gets_a_private_one_in_tmp(stopped_cluster: Path) -> None:
    deep = stopped_cluster / ("deep" * 25)
    deep.mkdir()
    (stopped_cluster / "postgres").rename(deep / "postgres")
    with open_cluster(deep) as url:
        sockets = Path(str(make_url(url).query["host"]))
        assert ask(url, "SELECT 1") == "1"
        assert sockets.parent == Path("/tmp")
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    (deep / "postgres").rename(stopped_cluster / "postgres")
    sockets.rmdir()


def test_a_start_that_fails_quotes_the_log(stopped_cluster: Path) -> None:
    conf = stopped_cluster / "postgres" / "postgresql.conf"
    sound = conf.read_text()
    conf.write_text(sound + "no_such_setting = 1\n")
    with pytest.raises(Unavailable, match=r"did not start: .*no_such_setting"), open_cluster(stopped_cluster):
        pass
    conf.write_text(sound)
    with open_cluster(stopped_cluster) as url:
        assert ask(url, "SELECT 1") == "1"


def test_a_folder_made_by_a_version_that_is_gone_names_its_package(stopped_cluster: Path) -> None:
    version = stopped_cluster / "postgres" / "PG_VERSION"
    real = version.read_text()
    version.write_text("9999\n")
    with pytest.raises(Unavailable, match="postgresql-9999-postgis-3"), open_cluster(stopped_cluster):
        pass
    version.write_text(real)


def test_the_programs_found_have_postgis() -> None:
    found = find_server_binaries()
    assert found.postgres.exists()
    assert found.initdb.exists()
    assert tuple(map(int, found.postgis.split(".")[:2])) >= (3, 0)


def test_a_machine_without_postgresql_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(binaries, "_DEBIAN_HOME", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unavailable) as refusal:
        find_server_binaries()
    quietly, install = str(refusal.value.advice).split(" && sudo apt-get install ")
    assert "create_main_cluster = false" in quietly, "else the package starts a server of its own"
    assert " postgresql postgresql-postgis. " in install


def test_a_machine_that_lacks_postgis_only_keeps_the_servers_that_it_has(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "15" / "bin").mkdir(parents=True)
    (tmp_path / "15" / "bin" / "postgres").touch()
    monkeypatch.setattr(binaries, "_DEBIAN_HOME", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        Unavailable, match=r"its PostGIS extension is not\. On Debian or Ubuntu run: sudo apt-get install "
    ):
        find_server_binaries()


def test_what_lies_where_the_database_goes_is_named_before_anything_is_made(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "letter.txt").write_text("not a database")
    file = tmp_path / "file"
    file.touch()
    for place, reason in ((tmp_path, "not a PostgreSQL database"), (file, "It is a file")):
        with pytest.raises(Unavailable, match=reason):
            check_place(place)
        with pytest.raises(Unavailable, match=reason), open_cluster(place):
            pass
    assert not (tmp_path / "locks").exists()
