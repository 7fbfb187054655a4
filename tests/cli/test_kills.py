"""Nothing that was acknowledged is lost, and nothing is doubled, whatever is killed."""

import os
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from geo_server.domain.roles import Role
from geo_server.store.database import Database
from geo_server.store.embedded import open_cluster
from tests.cli.conftest import Start
from tests.cli.kills import Phones, check_nothing_is_lost, kill_again_and_again, listening, prepare, reporting

ROUNDS = int(os.environ.get("KILL_ROUNDS", "3"))
"""One of each kind: the server, the database, both."""


@pytest.mark.usefixtures("stopped_cluster")
def test_reports_and_live_events_survive_kills_of_the_server_and_of_the_database(start: Start, data_dir: Path) -> None:
    campus = prepare(data_dir)
    port = ["0"]

    def serve() -> Callable[[int], object]:
        server = start("up", "--empty", "--port", port[0])
        port[0] = server.until(r"geo-server is running at http://\S+:(\d+)")[1]
        return server.end

    end = serve()
    phones = Phones(f"http://127.0.0.1:{port[0]}", campus)
    opening = {"Authorization": f"Bearer {campus.tokens[Role.COMMANDER]}"}
    httpx.post(
        f"{phones.address}{campus.url}/incidents", json={"kind": "fire", "exercise": True}, headers=opening, timeout=30
    ).raise_for_status()
    with open_cluster(data_dir) as url, listening(phones):
        with reporting(phones):
            kill_again_and_again(data_dir, phones, ROUNDS, end, serve)
        database = Database(url)
        check_nothing_is_lost(database, phones)
        database.close()
