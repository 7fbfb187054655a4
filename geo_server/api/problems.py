"""The only pairing of refusals with HTTP statuses, and the one shape of every bad answer: RFC 9457 problem details.

A program gets ``application/problem+json``; a browser that asked for a page gets the same words as a small page.
"""

import html
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from http import HTTPStatus

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from geo_server.api.pages import page
from geo_server.domain.errors import (
    Conflict,
    DatabaseUnavailable,
    GeoServerError,
    InvalidInput,
    NotAllowed,
    NotFound,
    NotSignedIn,
    TooLarge,
    TooOften,
    Unavailable,
)

log = logging.getLogger(__name__)

STATUSES: dict[type[GeoServerError], HTTPStatus] = {
    InvalidInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    NotFound: HTTPStatus.NOT_FOUND,
    NotSignedIn: HTTPStatus.UNAUTHORIZED,
    NotAllowed: HTTPStatus.FORBIDDEN,
    Conflict: HTTPStatus.CONFLICT,
    TooOften: HTTPStatus.TOO_MANY_REQUESTS,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""By base class: a leaf finds its status along its bases. The base of all has none: to refuse without a kind is a bug."""


class OtherKind(Enum):
    """Kinds of problems that no refusal stands behind: what the framework turns away, and bugs.

    Attributes:
        slug: As of a refusal.
        title: As of a refusal.
        status: What it is answered with.
    """

    METHOD_NOT_ALLOWED = ("method-not-allowed", "Method not allowed", HTTPStatus.METHOD_NOT_ALLOWED)
    BAD_REQUEST = ("bad-request", "The request cannot be understood", HTTPStatus.BAD_REQUEST)
    BUG = ("bug", "A fault in this server", HTTPStatus.INTERNAL_SERVER_ERROR)

    def __init__(self, slug: str, title: str, status: HTTPStatus) -> None:
        self.slug = slug
        self.title = title
        self.status = status


Kind = type[GeoServerError] | OtherKind
"""``/problems/{slug}`` explains each."""

_NO_DATABASE = "The server cannot use its database."
_ASK_OPERATOR = "Try again in a moment. Whoever runs the server finds the reason in its log and by `geo-server doctor`."

_HEADERS: dict[HTTPStatus, dict[str, str]] = {
    HTTPStatus.UNAUTHORIZED: {"WWW-Authenticate": "Bearer"},
    HTTPStatus.TOO_MANY_REQUESTS: {"Retry-After": "60"},
    HTTPStatus.SERVICE_UNAVAILABLE: {"Retry-After": "5"},
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One bad answer.

    Args:
        detail: What is wrong, this time.
        where: Place in the input.
        advice: What to do.
        reference: Names the entry in the server's log, for bugs.
    """

    kind: Kind
    detail: str
    where: str | None = None
    advice: str | None = None
    reference: str | None = None


def status_of(kind: Kind) -> HTTPStatus:
    """The status that a kind is answered with."""
    if isinstance(kind, OtherKind):
        return kind.status
    return next(STATUSES[base] for base in kind.__mro__ if base in STATUSES)


def problem_of(refusal: GeoServerError) -> Problem:
    """A refusal as a problem."""
    if isinstance(refusal, DatabaseUnavailable):
        log.error("%s", refusal)
        return Problem(type(refusal), _NO_DATABASE, advice=_ASK_OPERATOR)
    return Problem(type(refusal), refusal.what, refusal.where, refusal.advice)


def render(request: Request, problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """A problem as the answer to a request."""
    status = status_of(problem.kind)
    headers = {**_HEADERS.get(status, {}), **(headers or {}), "Cache-Control": "no-store"}
    if _wants_page(request):
        return HTMLResponse(_problem_page(problem), status, headers)
    body = {
        "type": f"/problems/{problem.kind.slug}",
        "title": problem.kind.title,
        "status": status.value,
        "detail": problem.detail,
        "where": problem.where,
        "advice": problem.advice,
        "instance": request.url.path,
        "reference": problem.reference,
    }
    told = {key: value for key, value in body.items() if value is not None}
    return JSONResponse(told, status, headers, media_type="application/problem+json")


async def answer_refusal(request: Request, refusal: Exception) -> Response:
    """Handler for :class:`GeoServerError`."""
    assert isinstance(refusal, GeoServerError)
    return render(request, problem_of(refusal))


async def answer_invalid(request: Request, fault: Exception) -> Response:
    """Handler for requests that do not fit their schema: the first fault, and where it is."""
    assert isinstance(fault, RequestValidationError)
    first = fault.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    more = f" ({len(fault.errors()) - 1} more)" if len(fault.errors()) > 1 else ""
    reason = f": {first['ctx']['error']}" if first["type"] == "json_invalid" else ""
    refusal = InvalidInput(
        f"{first['msg']}{reason}{more}.", where=where, advice="See /api/openapi.json for what this address takes."
    )
    return render(request, problem_of(refusal))


async def answer_http(request: Request, fault: Exception) -> Response:
    """Handler for what the framework itself refuses: no such address, wrong method, unreadable form."""
    assert isinstance(fault, HTTPException)
    return render(request, _framework_problem(request, fault), fault.headers)


def _framework_problem(request: Request, fault: HTTPException) -> Problem:
    path = request.url.path
    match fault.status_code:
        case HTTPStatus.NOT_FOUND:
            return Problem(NotFound, f"There is nothing at {path}.", advice="Check the address.")
        case HTTPStatus.METHOD_NOT_ALLOWED:
            what = f"{path} does not take {request.method}."
            return Problem(OtherKind.METHOD_NOT_ALLOWED, what, advice="See the Allow header for what it takes.")
        case HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return Problem(TooLarge, fault.detail, advice="Send less at once.")
        case _:
            what = f"{fault.detail}."
            return Problem(OtherKind.BAD_REQUEST, what, advice="Check how the request is put together.")


class BugCatcher:
    """Outermost ring: anything that is not a refusal is logged whole and answered with a reference and nothing more."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, or answer 500 when the answer has not begun."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def watch(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception:
            reference = secrets.token_hex(6)
            log.exception("Bug %s in %s %s", reference, scope["method"], scope["path"])
            if begun:
                raise
            response = render(Request(scope), _bug(reference))
            await response(scope, receive, send)


def _bug(reference: str) -> Problem:
    return Problem(
        OtherKind.BUG,
        "The server made a mistake. It has been written down.",
        advice=f"Try again; if it stays, tell your administrator the reference {reference}.",
        reference=reference,
    )


def _wants_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith(("/api/", "/tiles/"))


def _problem_page(problem: Problem) -> str:
    said = [problem.detail, problem.advice or ""]
    paragraphs = "".join(f"<p>{html.escape(text)}</p>" for text in said if text)
    more = f'<p><a href="/problems/{problem.kind.slug}">What this means</a></p>'
    return page(problem.kind.title, paragraphs + more)
