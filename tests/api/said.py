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


def routes_of(client: httpx.Client, campus: Campus) -> dict[str, Said]:
    return {route["zone_id"]: route for route in client.get(f"{campus.url}/plan").json()["zones"]}
