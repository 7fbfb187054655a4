"""What tests of services begin with."""

import pytest

from geo_server.domain.places import Site
from geo_server.store.database import Database
from tests.services.buildings import add_north


@pytest.fixture
def site(database: Database) -> Site:
    """A site without buildings."""
    return add_north(database)


@pytest.fixture(scope="session", autouse=True)
def _loaded(loaded_once: None) -> None:
    """Planners and readers begin at once."""
