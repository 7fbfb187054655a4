"""A round over HTTP, as steps that tests share."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from tests.api.said import check_said
from tests.campus import Campus, new_id

Json = dict[str, Any]


def ago(seconds: float) -> str:
    return (datetime.now(UTC) - timedelta(seconds=seconds)).isoformat()


def plan_round(client: httpx.Client, campus: Campus) -> dict[str, str]:
    """Make checkpoints of the exits and rooms and begin a round; the checkpoints' ids by name, the round's as ``round``."""
    client.post(f"{campus.url}/checkpoints/from-map", json={"zones": ["room"]}).raise_for_status()
    walk = {"id": new_id(), "client_at": ago(0)}
    client.post(f"{campus.url}/rounds", json=walk).raise_for_status()
    return {one["properties"]["name"]: one["id"] for one in features(client, campus)} | {"round": walk["id"]}


def features(client: httpx.Client, campus: Campus) -> list[Json]:
    found: list[Json] = client.get(f"{campus.url}/checkpoints").json()["features"]
    return found


def state_of(client: httpx.Client, campus: Campus, name: str) -> Json:
    return next(one["properties"] for one in features(client, campus) if one["properties"]["name"] == name)


def find(client: httpx.Client, campus: Campus, made: dict[str, str], name: str, **said: object) -> httpx.Response:
    url = f"{campus.url}/rounds/{made['round']}/checks"
    return client.post(url, json=check_said(made[name], **said))


def faults(client: httpx.Client, campus: Campus, query: str = "") -> list[Json]:
    found: list[Json] = client.get(f"{campus.url}/faults{query}").json()["faults"]
    return found
