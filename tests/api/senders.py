"""Sources of a campus, at their own end, for tests of what they deliver."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

from geo_server.domain.signatures import sign
from geo_server.domain.sources import USUALLY, DevicePlace, Source, SourceKind
from geo_server.services.protocols import load_shipped_pack
from geo_server.services.sources import add_source
from geo_server.store.database import Database
from tests.campus import Campus, new_id


@dataclass
class Sender:
    """A source of a campus, at its own end: it knows its address and its key."""

    http: httpx.Client
    source: Source
    key: bytes

    @property
    def url(self) -> str:
        return f"/api/sources/{self.source.id}/deliveries"

    def send(
        self,
        said: dict[str, Any] | bytes,
        *,
        delivery: str | None = None,
        at: float | None = None,
        signature: str | None = None,
    ) -> httpx.Response:
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        delivery_id, timestamp = delivery or new_id(), str(int(time.time() if at is None else at))
        headers = {
            "webhook-id": delivery_id,
            "webhook-timestamp": timestamp,
            "webhook-signature": sign(self.key, delivery_id, timestamp, body) if signature is None else signature,
        }
        return self.http.post(self.url, content=body, headers=headers)


AddSource = Callable[..., Sender]


def adder(http: httpx.Client, campus: Campus, database: Database) -> AddSource:
    """Adds a source with a button in room 101 and a microphone in the corridor."""

    def add(kind: SourceKind = SourceKind.PANIC_BUTTON, *, opens: bool = False) -> Sender:
        devices = {
            "PB-17": DevicePlace(zone_id=campus.rooms[0].id),
            "MIC-3": DevicePlace(at=(campus.lonlat(15, 1.5)[0], campus.lonlat(15, 1.5)[1])),
            "OLD": DevicePlace(zone_id=uuid4()),
        }
        usual = USUALLY[kind]
        source = Source(uuid4(), f"Main {kind}", kind, usual.kind, usual.confidence, opens, devices)
        return Sender(http, source, add_source(database, load_shipped_pack(), campus.site, source))

    return add


def picture(commander: httpx.Client, campus: Campus) -> dict[str, Any]:
    told: dict[str, Any] = commander.get(f"{campus.url}/picture").json()
    return told


def concerns(commander: httpx.Client, campus: Campus) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = commander.get(f"{campus.url}/concerns").json()["concerns"]
    return listed
