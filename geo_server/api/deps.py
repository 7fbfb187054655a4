"""What a route may ask for: the state of the process, who is asking, and whether they may.

Every address declares a rule: :class:`Requires`, :class:`SignedIn` or :class:`Public`. As a FastAPI dependency a rule
enforces itself; a raw ASGI app is wrapped in :class:`Declared` and calls :func:`authorize_scope`.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import TypedDict, cast

from fastapi import Request
from fastapi.params import Depends
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from geo_server.api.security import SAFE_METHODS, check_person, check_same_origin, is_https
from geo_server.domain.errors import NotAllowed, NotFound, NotSignedIn
from geo_server.domain.places import Site
from geo_server.domain.protocols import ProtocolPack
from geo_server.domain.roles import PERMISSIONS, Permission, Role, permits
from geo_server.services.access import Entrance, Principal
from geo_server.services.accountability import Accounts
from geo_server.services.asked_plans import AskedPlans
from geo_server.services.limits import RateLimit
from geo_server.services.live import Hub
from geo_server.services.picture import Pictures
from geo_server.services.plans import Plans
from geo_server.services.published import PublishedFloorplans
from geo_server.services.reaches import Reaches
from geo_server.services.recounts import Recounts
from geo_server.services.status_reports import StatusReports
from geo_server.settings import Settings
from geo_server.store.database import Database

SESSION_COOKIE = "geo_server_session"


class State(TypedDict):
    """What the process holds while it serves; nothing in it outlives the database's truth."""

    settings: Settings
    database: Database
    entrance: Entrance
    pictures: Pictures
    status_reports: StatusReports
    pack: ProtocolPack
    floorplans: PublishedFloorplans
    plans: Plans
    reaches: Reaches
    asked_plans: AskedPlans
    accounts: Accounts
    recounts: Recounts
    hub: Hub
    concern_limit: RateLimit
    respond_limit: RateLimit


@dataclass(frozen=True, slots=True)
class Access:
    """A person on a site, and as what."""

    site: Site
    principal: Principal
    role: Role

    def may(self, permission: Permission) -> bool:
        """Whether the role permits it."""
        return permits(self.role, permission)


def state_of(connection: HTTPConnection) -> State:
    """The state of the process that serves a request."""
    return state_of_scope(connection.scope)


def state_of_scope(scope: Scope) -> State:
    """The same for a raw ASGI app."""
    return cast("State", scope["state"])


async def authenticate(connection: HTTPConnection) -> Principal:
    """Who is asking, by ``Authorization: Bearer`` or else by the session cookie.

    Raises:
        NotSignedIn: Nobody, or a secret that is wrong, expired or revoked.
        NotSameOrigin: A write with the cookie from elsewhere than this server's pages.
        SomebodyElse: It is asked for another person.
    """
    principal = await state_of(connection)["entrance"].authenticate(_secret(connection))
    check_person(connection.headers, principal.person_id)
    return principal


def _secret(connection: HTTPConnection) -> str:
    scheme, _, bearer = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return bearer.strip()
    secret = connection.cookies.get(SESSION_COOKIE)
    if not secret:
        raise NotSignedIn("Nobody is signed in.", advice="Open a sign-in link, or send Authorization: Bearer.")
    if connection.scope["method"] not in SAFE_METHODS:
        check_same_origin(connection, state_of(connection)["settings"].public_url)
    return secret


def keep_session(connection: HTTPConnection, response: Response, secret: str, life: timedelta) -> None:
    """Give a browser the cookie of a session that has begun."""
    response.set_cookie(
        SESSION_COOKIE,
        secret,
        max_age=int(life.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=is_https(connection, state_of(connection)["settings"].public_url),
    )


async def authorize(connection: HTTPConnection, site_slug: str, permission: Permission) -> Access:
    """The site, the person and the role, when the role permits.

    Raises:
        NotSignedIn: Nobody is signed in.
        SomebodyElse: It is asked for another person.
        NotFound: No such site, or the person has no role on it: the two cannot be told apart.
        NotAllowed: The role does not permit it.
    """
    principal, site = await state_of(connection)["entrance"].enter(_secret(connection), site_slug)
    check_person(connection.headers, principal.person_id)
    if site is None:
        raise NotFound(
            f"There is no site {site_slug!r} for you.", where="site", advice="See /api/sites for those you may enter."
        )
    role = principal.roles[site.id]
    if not permits(role, permission):
        able = ", ".join(other for other in Role if permission in PERMISSIONS[other])
        raise NotAllowed(
            f"The role {role} does not permit {permission}.", advice=f"Roles that do: {able}. Ask your administrator."
        )
    return Access(site, principal, role)


async def authorize_scope(scope: Scope, site_slug: str, permission: Permission) -> Access:
    """:func:`authorize` for a raw ASGI app.

    Raises:
        GeoServerError: As :func:`authorize`; the problem handlers answer it when no answer has begun.
    """
    return await authorize(HTTPConnection(scope), site_slug, permission)


@dataclass(frozen=True, slots=True)
class Requires:
    """Rule: signed in, on the site in the path, in a role with a permission."""

    permission: Permission

    async def __call__(self, request: Request, site: str) -> Access:
        """Enforce it."""
        return await authorize(request, site, self.permission)

    def __str__(self) -> str:
        return self.permission.value


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Rule: signed in, on whatever site."""

    async def __call__(self, request: Request) -> Principal:
        """Enforce it."""
        return await authenticate(request)

    def __str__(self) -> str:
        return "signed_in"


@dataclass(frozen=True, slots=True)
class Public:
    """Rule: open to everybody, for a reason."""

    why: str

    async def __call__(self) -> None:
        """Nothing to enforce."""

    def __str__(self) -> str:
        return "public"


Rule = Requires | SignedIn | Public


def requires(permission: Permission) -> Depends:
    """The dependency that enforces a permission and gives the :class:`Access`."""
    return Depends(Requires(permission))


def signed_in() -> Depends:
    """The dependency that gives the :class:`Principal`, on no site in particular."""
    return Depends(SignedIn())


def public(why: str) -> Depends:
    """The dependency that declares an address open to everybody."""
    return Depends(Public(why))


class Declared:
    """A raw ASGI app with the rule that it enforces itself.

    Args:
        app: The app.
        rule: What it enforces.
        methods: Methods that it answers.
    """

    def __init__(self, app: ASGIApp, rule: Rule, methods: tuple[str, ...] = ("GET", "HEAD")) -> None:
        self.rule = rule
        self.methods = methods
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve."""
        await self._app(scope, receive, send)
