"""Which database an installation uses is plain from what is said when it is down."""

from pathlib import Path

import pytest

from geo_server.domain.errors import DatabaseUnavailable
from geo_server.store.opening import open_database
from tests.store.conftest import kill_server


def test_an_embedded_database_that_is_down_is_named_by_its_folder(stopped_cluster: Path) -> None:
    with open_database(None, stopped_cluster) as database:
        assert database.check()
        kill_server(stopped_cluster)
        with pytest.raises(DatabaseUnavailable) as refusal:
            database.check()
    assert str(refusal.value).startswith(f"{stopped_cluster}: The embedded database cannot be reached: ")
    assert "GEO_SERVER_DATABASE_URL" not in str(refusal.value)


def test_a_database_elsewhere_that_is_down_is_named_by_its_setting(tmp_path: Path) -> None:
    nowhere = f"postgresql://nobody@/nothing?host={tmp_path}"
    with open_database(nowhere, tmp_path) as database, pytest.raises(DatabaseUnavailable) as refusal:
        database.check()
    assert refusal.value.where == "GEO_SERVER_DATABASE_URL"
