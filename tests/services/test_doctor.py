import os
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text

from geo_server.domain.errors import Unavailable
from geo_server.domain.events import EventKind
from geo_server.domain.frame import SiteFrame
from geo_server.domain.places import Site
from geo_server.services import doctor
from geo_server.services.doctor import Check, Installation, examine
from geo_server.store import machine
from geo_server.store.audit import record_audit
from geo_server.store.cluster import binaries
from geo_server.store.database import Database
from geo_server.store.embedded import open_cluster
from geo_server.store.events import record_event
from geo_server.store.migrate import downgrade
from geo_server.store.sites import add_site


@pytest.fixture
def healthy(tmp_path: Path, database: Database) -> Installation:
    """An installation that nothing is wrong with."""
    (tmp_path / "maplibre-gl.mjs").touch()
    return Installation(tmp_path, database.url, "127.0.0.1", 0, tmp_path)


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


def wrong(here: Installation) -> dict[str, Check]:
    """What the doctor finds wrong, by name."""
    return {check.name: check for check in examine(here) if not check.ok}


def test_a_healthy_installation_has_nothing_wrong(healthy: Installation) -> None:
    assert wrong(healthy) == {}


def test_an_embedded_database_that_was_never_made_is_not_made_by_looking(healthy: Installation, data_dir: Path) -> None:
    here = replace(healthy, database_url=None, data_dir=data_dir)
    assert wrong(here) == {}
    assert not (here.data_dir / "postgres").exists()


def test_an_embedded_database_is_opened_and_left_as_it_was(healthy: Installation, data_dir: Path) -> None:
    with open_cluster(data_dir):
        pass
    found = wrong(replace(healthy, database_url=None, data_dir=data_dir))
    assert set(found) == {"schema"}
    assert not (data_dir / "postgres" / "postmaster.pid").exists()


def test_a_port_in_use_is_found(healthy: Installation, taken_port: int) -> None:
    found = wrong(replace(healthy, port=taken_port))
    assert f"Port {taken_port} of 127.0.0.1 is in use" in found["port"].message
    assert "--port" in (found["port"].advice or "")


def test_a_port_that_geo_server_itself_uses_is_well(healthy: Installation, taken_port: int, data_dir: Path) -> None:
    with open_cluster(data_dir, own=True):
        assert "port" not in wrong(replace(healthy, port=taken_port, data_dir=data_dir))


def test_a_folder_where_no_file_can_be_made_is_found(healthy: Installation) -> None:
    found = wrong(replace(healthy, data_dir=Path("/proc/self/data")))
    assert "/proc/self" in found["data folder"].message
    assert "GEO_SERVER_DATA_DIR" in (found["data folder"].advice or "")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's server drops to another user")
def test_a_folder_that_the_servers_user_cannot_enter_is_found_before_anything_is_made(
    healthy: Installation, data_dir: Path
) -> None:
    data_dir.chmod(0o700)
    found = wrong(replace(healthy, database_url=None, data_dir=data_dir / "data"))
    assert f"may not enter {data_dir}" in found["database"].message


def test_a_full_disk_is_found(healthy: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_LEAST_FREE_BYTES", machine.free_bytes(healthy.data_dir) + 10**12)
    assert "the database stops when the disk is full" in wrong(healthy)["disk space"].message


def test_a_clock_that_has_lost_its_battery_is_found() -> None:
    with pytest.raises(Unavailable, match="1970-01-01"):
        doctor._clock(datetime(1970, 1, 1, tzinfo=UTC))


def test_a_clock_that_was_set_back_since_the_newest_event_is_found(healthy: Installation, database: Database) -> None:
    site = Site(uuid4(), "school", "School", SiteFrame(13.7, 51.0))
    tomorrow = "UPDATE events SET at = at + interval '1 day'"
    with database.transaction() as connection:
        add_site(connection, site)
        record_event(connection, site.id, EventKind.PLAN_MADE, {})
        connection.execute(text(tomorrow))
    assert "was set back" in (wrong(healthy)["database clock"].advice or "")


def test_migrations_that_are_behind_are_found(healthy: Installation, database: Database) -> None:
    downgrade(database, "-1")
    assert "lacks 1 migration" in wrong(healthy)["schema"].message
    assert wrong(healthy)["schema"].advice == "Run: geo-server migrate"


def test_a_database_that_is_down_is_found_and_ends_the_checks_that_need_it(healthy: Installation) -> None:
    here = replace(healthy, database_url=f"postgresql://nobody@/nothing?host={healthy.data_dir}")
    assert "cannot be reached" in wrong(here)["database"].message
    assert "schema" not in {check.name for check in examine(here)}


def test_a_url_that_is_not_postgresql_is_found(healthy: Installation) -> None:
    assert "GEO_SERVER_DATABASE_URL" in wrong(replace(healthy, database_url="mysql://a/b"))["database"].message


def test_missing_postgis_programs_are_found(
    healthy: Installation, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(binaries, "_DEBIAN_HOME", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    found = wrong(replace(healthy, database_url=None))
    assert "apt-get install" in (found["PostGIS programs"].advice or "")


def test_a_missing_map_library_is_found(healthy: Installation) -> None:
    (healthy.vendor / "maplibre-gl.mjs").unlink()
    assert "browsers see no map" in wrong(healthy)["map library"].message


def test_a_broken_protocol_pack_is_found(healthy: Installation) -> None:
    (healthy.data_dir / "protocols.toml").write_text("name = ")
    assert str(healthy.data_dir / "protocols.toml") in wrong(healthy)["protocol pack"].message


def test_an_audit_log_that_somebody_has_written_in_is_found(healthy: Installation, database: Database) -> None:
    site = Site(uuid4(), f"s-{uuid4().hex[:8]}", "School", SiteFrame(13.7, 51.0))
    with database.transaction() as c:
        add_site(c, site)
        for action in ("opened", "closed"):
            record_audit(c, site_id=site.id, person_id=None, action=action, subject="door", detail={})
    assert "audit log" not in wrong(healthy)
    with database.transaction() as c:
        c.execute(text("ALTER TABLE audit DISABLE TRIGGER USER"))
        c.execute(text("UPDATE audit SET subject = 'window' WHERE site_id = :site AND seq = 2"), {"site": site.id})
        c.execute(text("ALTER TABLE audit ENABLE TRIGGER USER"))
    found = wrong(healthy)["audit log"]
    assert site.slug in found.message
    assert "Entry 2" in found.message


def test_a_misspelt_setting_is_found(healthy: Installation) -> None:
    found = wrong(replace(healthy, unknown_settings=("GEO_SERVER_PROT is not a setting.",)))
    assert found["settings"].message == "GEO_SERVER_PROT is not a setting."
    assert found["settings"].advice
