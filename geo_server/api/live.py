"""The live feed as server-sent events: a raw ASGI app, because a stream a client is held for hours by the thousand.

Wire format: https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import asyncio
import time
from urllib.parse import parse_qs
from uuid import UUID

import orjson
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from geo_server.api.answers import moment
from geo_server.api.deps import authorize_scope, state_of_scope
from geo_server.api.handing_over import hand_over
from geo_server.domain.errors import InvalidInput
from geo_server.domain.events import Event
from geo_server.domain.roles import Permission, Role
from geo_server.services.live import Hub, visible_payload
from geo_server.services.subscriber import Subscriber

OPENING = b"retry: 2000\n\n"
HEARTBEAT = b": beat\n\n"

LONGEST_S = 900.0
"""A stream ends after this long and the client resumes, so that a session that was revoked does not listen for ever."""

LONGEST_GUEST_S = 30.0
"""The same of a guest, whose link ends with its incident: what comes after that is not theirs to hear."""

_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


def encode_event(event: Event, role: Role) -> bytes:
    """An event as it goes over the wire."""
    data = {**visible_payload(event, role), "seq": event.seq, "kind": event.kind, "at": moment(event.at)}
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (event.seq, event.kind.encode(), orjson.dumps(data))


def encode_reset(seq: int) -> bytes:
    """What a client gets that has missed too much: fetch the picture again, and go on from this number."""
    return b'id: %d\nevent: reset\ndata: {"seq":%d}\n\n' % (seq, seq)


async def events(scope: Scope, _: Receive, __: Send) -> None:
    """GET /api/sites/{site}/events: the stream of one client, until it leaves, is dropped, or the server goes down.

    Raises:
        GeoServerError: Before the stream begins; answered like anywhere else.
    """
    access = await authorize_scope(scope, scope["path_params"]["site"], Permission.SEE_INCIDENT)
    after = last_event_id(Headers(scope=scope), scope["query_string"])
    stream = _Stream(state_of_scope(scope)["hub"], access.site.id, access.role)
    await stream.hub.join(access.site.id, stream.subscriber, after)
    hand_over(scope, stream.give)


def last_event_id(headers: Headers, query: bytes) -> int | None:
    """The number that a client has seen last: the ``Last-Event-ID`` header, or ``?after=`` on the first connection.

    Raises:
        InvalidInput: It is no number.
    """
    said = headers.get("last-event-id") or parse_qs(query.decode("latin-1")).get("after", [""])[0]
    if not said:
        return None
    if not (said.isascii() and said.isdigit() and len(said) <= 18):
        raise InvalidInput(
            f"The event number {said[:40]!r} is no whole number.",
            where="Last-Event-ID",
            advice="Send the id of the last event that you have seen, or nothing.",
        )
    return int(said)


class _Stream:
    """A subscriber's answer. Its task does nothing but wait for the client to leave; another one sends, while there is
    something to send: of a thousand streams that wait, each holds as little as can be.
    """

    __slots__ = ("_send", "_sending", "_task", "hub", "site_id", "subscriber")

    def __init__(self, hub: Hub, site_id: UUID, role: Role) -> None:
        task = asyncio.current_task()
        assert task is not None
        longest_s = LONGEST_GUEST_S if role is Role.GUEST else LONGEST_S
        self.hub, self.site_id = hub, site_id
        self.subscriber = Subscriber(role, self._rouse, task.cancel, time.monotonic() + longest_s)
        self._send: Send | None = None
        self._sending: asyncio.Task[None] | None = None

    async def give(self, receive: Receive, send: Send) -> None:
        """Send what the subscriber is handed until there is no more, or the client leaves."""
        try:
            await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
            await send({"type": "http.response.body", "body": OPENING, "more_body": True})
            self._send = send
            self._rouse()
            while (await receive())["type"] != "http.disconnect":
                pass
        except asyncio.CancelledError:
            if not self.subscriber.dropped:
                raise
        finally:
            self.hub.leave(self.site_id, self.subscriber)
            if self._sending is not None:
                self._sending.cancel()

    def _rouse(self) -> None:
        if self._send is not None and self._sending is None:
            self._sending = asyncio.create_task(self._pump(self._send))

    async def _pump(self, send: Send) -> None:
        while data := self.subscriber.take():
            await send({"type": "http.response.body", "body": data, "more_body": True})
        if self.subscriber.has_ended:
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        else:
            self._sending = None
