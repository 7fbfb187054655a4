"""Headers that every answer carries, where a write may come from, and how much a request may send."""

from urllib.parse import urlsplit
from uuid import UUID

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from geo_server.domain.errors import NotAllowed, NotSignedIn

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; worker-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; font-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), payment=(), usb=()",
}
"""A sign-in link has its secret in the address, so no other site may see it as a referrer. ``no-referrer`` would go too far:
it makes browsers send ``Origin: null`` with a form, and the check of where a write comes from would fail without https."""

JSON_LIMIT_BYTES = 256 * 1024
"""Largest body of a request that is not an upload."""

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class NotSameOrigin(NotAllowed):
    """A write with a cookie that did not come from this server's own pages."""

    slug = "not-same-origin"
    title = "Not from this server's own pages"


class SomebodyElse(NotSignedIn):
    """Asked for one person, and another is signed in."""

    slug = "somebody-else"
    title = "Somebody else is signed in"


PERSON_HEADER = "Geo-Server-Person"
"""A client may say by it for whom it asks, by the person's id: on a shared device the cookie may be another's by then."""


def check_person(headers: Headers, person_id: UUID) -> None:
    """Raise unless a request is meant for the person who is signed in, or does not say whom it is meant for.

    Raises:
        SomebodyElse: It is meant for another person.
    """
    if headers.get(PERSON_HEADER, str(person_id)) != str(person_id):
        raise SomebodyElse(
            "Another person is signed in on this device than the one for whom this was asked.",
            where=PERSON_HEADER,
            advice="Load the page again. What was to be sent waits until its author signs in here.",
        )


def check_same_origin(connection: HTTPConnection, public_url: str | None) -> None:
    """Raise unless a request comes from a page of this server.

    A browser says so itself (``Sec-Fetch-Site``, or ``Origin`` on every write), and a page cannot change what it says.
    The ``Host`` header is compared with, never trusted for anything else.

    Args:
        connection: The request.
        public_url: Address that people type, when it is not the one that requests arrive at.

    Raises:
        NotSameOrigin: It comes from elsewhere, or does not say.
    """
    site = connection.headers.get("sec-fetch-site")
    origin = connection.headers.get("origin")
    if site == "same-origin" or (site is None and origin and _is_own(origin, connection, public_url)):
        return
    raise NotSameOrigin(
        f"This write came from {origin or site or 'nowhere that it names'}, not from this server's own pages.",
        where="Origin",
        advice="Use the page of this server, or send an API token as Authorization: Bearer.",
    )


def _is_own(origin: str, connection: HTTPConnection, public_url: str | None) -> bool:
    own = {f"{connection.url.scheme}://{connection.headers.get('host', '')}"}
    if public_url:
        parts = urlsplit(public_url)
        own.add(f"{parts.scheme}://{parts.netloc}")
    return origin in own


def is_https(connection: HTTPConnection, public_url: str | None) -> bool:
    """Whether people reach this server over https, so that cookies must stay on it."""
    return connection.url.scheme == "https" or bool(public_url and public_url.startswith("https:"))


class SecurityHeaders:
    """Adds :data:`HEADERS`, and ``Cache-Control: no-store`` where nothing else was said."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, with headers."""

        async def dress(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, dress if scope["type"] == "http" else send)


class BodyLimit:
    """Stops a request that sends too much, by what it declares and by what it does.

    Args:
        upload_bytes: Limit of addresses that end in ``/imports``; all others have :data:`JSON_LIMIT_BYTES`.
    """

    def __init__(self, app: ASGIApp, upload_bytes: int) -> None:
        self._app = app
        self._upload_bytes = upload_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, counting."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._upload_bytes if scope["path"].endswith("/imports") else JSON_LIMIT_BYTES
        declared = Headers(scope=scope).get("content-length", "")
        seen = int(declared) if declared.isascii() and declared.isdigit() and len(declared) < 20 else 0

        async def count() -> Message:
            nonlocal seen
            if seen > limit:
                raise _too_large(limit)
            message = await receive()
            seen += 0 if declared else len(message.get("body", b""))
            if seen > limit:
                raise _too_large(limit)
            return message

        await self._app(scope, count, send)


def _too_large(limit: int) -> HTTPException:
    """The framework's own class: it is the only one that passes through its reading of bodies unchanged."""
    return HTTPException(413, f"The request is larger than the limit of {limit} bytes.")
