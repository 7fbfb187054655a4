"""What clients send, and how what they are told is read."""

from datetime import UTC, datetime
from typing import Any

import httpx

from tests.campus import Campus, new_id

Said = dict[str, Any]


def sighting(campus: Campus, **changed: object) -> Said:
    """A threat in the west end of the corridor, seen now."""
    said = {
        "id": new_id(),
        "kind": "armed_assailant",
        "at": campus.lonlat(2, 1.5),
        "ordinal": 0,
        "seen_at": datetime.now(UTC).isoformat(),
    }
    return {**said, **changed}


def status_report(campus: Campus, **changed: object) -> Said:
    said = {
        "id": new_id(),
        "zone_id": str(campus.rooms[0].id),
        "status": "ok",
        "client_at": datetime.now(UTC).isoformat(),
    }
    return {**said, **changed}


def check_said(checkpoint_id: str, /, **changed: object) -> Said:
    said = {"id": new_id(), "checkpoint_id": checkpoint_id, "client_at": datetime.now(UTC).isoformat()}
    return {**said, **changed}


def walked(client: httpx.Client, campus: Campus) -> dict[str, str]:
    """A round past the western exit, which is stuck: the ids of round, checkpoint and fault."""
    checkpoint = {"id": new_id(), "subject_id": str(campus.exits[0].id)}
    client.post(f"{campus.url}/checkpoints", json=checkpoint).raise_for_status()
    walk = {"id": new_id(), "client_at": datetime.now(UTC).isoformat()}
    client.post(f"{campus.url}/rounds", json=walk).raise_for_status()
    found = check_said(checkpoint["id"], fault="stuck")
    client.post(f"{campus.url}/rounds/{walk['id']}/checks", json=found).raise_for_status()
    return {"round_id": walk["id"], "checkpoint_id": checkpoint["id"], "fault_id": found["id"]}


def routes_of(client: httpx.Client, campus: Campus) -> dict[str, Said]:
    return {route["zone_id"]: route for route in client.get(f"{campus.url}/plan").json()["zones"]}
