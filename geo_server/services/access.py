"""Who comes in: sign-in links, sessions and API tokens.

Terminology:
    secret: 256 random bits as URL-safe text, shown once. The database keeps its SHA-256 only; a fast hash is enough
        because the secret itself cannot be guessed.
    sign-in link: an address with a secret that works once, for a short time, and becomes a session.
    session: a secret that a browser keeps in a cookie.
    API token: a secret that a program sends as ``Authorization: Bearer``.
"""

import hashlib
import re
import secrets
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from geo_server.domain.errors import NotSignedIn
from geo_server.domain.places import Site
from geo_server.domain.roles import Permission, Role, permits
from geo_server.domain.states import TokenKind
from geo_server.services.gathering import Gathering
from geo_server.store import access as rows
from geo_server.store.audit import record_audit
from geo_server.store.database import Connection, Database
from geo_server.store.sites import find_sites, list_sites

SECRET_BYTES = 32
LONGEST_SECRET = 200
"""Of a longer text only so much is hashed: it is no secret of ours."""

LINK_LIFE = timedelta(days=1)
API_TOKEN_LIFE = timedelta(days=365)

APART_S = 0.01
"""Between two look-ups of people who come in."""

LOOK_UP_S = 5.0
"""What such a look-up may take. Everybody else who comes in waits for it, and it reads a few rows by their keys."""


@dataclass(frozen=True, slots=True)
class Principal:
    """A person who is signed in, and their role on each site."""

    person_id: UUID
    name: str
    roles: Mapping[UUID, Role]

    def may(self, site_id: UUID, permission: Permission) -> bool:
        """Whether this person has a permission on a site."""
        role = self.roles.get(site_id)
        return role is not None and permits(role, permission)


@dataclass(frozen=True, slots=True)
class Session:
    """What a sign-in link became: the secret to keep, whose it is, and until when."""

    secret: str
    principal: Principal
    expires_at: datetime


def create_sign_in_links(database: Database, site_id: UUID, base_url: str) -> dict[Role, str]:
    """One sign-in link for each role of people, for sample people who are made once: ``Sample staff`` and so on.

    Args:
        database: Where people are kept.
        site_id: Site that the roles are on.
        base_url: Address of the server, such as ``http://127.0.0.1:8080``.
    """
    return {
        role: create_sign_in_link(database, site_id, role, name=f"Sample {role}", base_url=base_url)
        for role in Role
        if role not in {Role.GUEST, Role.GATEWAY}
    }


def create_sign_in_link(database: Database, site_id: UUID, role: Role, *, name: str, base_url: str) -> str:
    """An address that signs a person in once, within a day. The person is made, and given the role, when needed."""
    secret = _add_secret(database, site_id, role, name=name, kind=TokenKind.SIGN_IN, life=LINK_LIFE)
    return f"{base_url.rstrip('/')}/sign-in?token={secret}"


def create_api_token(database: Database, site_id: UUID, role: Role, *, name: str) -> str:
    """A secret for ``Authorization: Bearer``, good for a year. The person is made, and given the role, when needed."""
    return _add_secret(database, site_id, role, name=name, kind=TokenKind.API, life=API_TOKEN_LIFE)


def sign_in(database: Database, secret: str, *, life: timedelta = timedelta(days=30)) -> Session:
    """Use up a sign-in link and begin a session.

    Args:
        database: Where tokens are kept.
        secret: The secret of the link.
        life: How long the session lasts.

    Raises:
        NotSignedIn: The link is wrong, used up, revoked or expired. One answer for all, so that guessing teaches nothing.
    """
    now = datetime.now(UTC)
    with database.transaction() as c:
        token = rows.find_token(c, hash_secret(secret), TokenKind.SIGN_IN)
        if token is None or not rows.use_token(c, token.id, now):
            raise NotSignedIn(
                "This sign-in link does not work: it is wrong, already used, or expired.",
                advice="Ask for a new link: geo-server token SITE --role ROLE.",
            )
        principal = _principal(token, rows.list_roles(c, {token.person_id}))
        _, session_secret = add_token(c, token.person_id, TokenKind.SESSION, now + life, token.label)
        _audit(c, principal, "signed_in")
    return Session(session_secret, principal, now + life)


def sign_out(database: Database, secret: str) -> None:
    """End a session; a secret that opens nothing is no fault."""
    with database.transaction() as c:
        token = rows.find_token(c, hash_secret(secret), TokenKind.SESSION)
        if token is not None:
            rows.revoke_token(c, token.id, datetime.now(UTC))
            _audit(c, _principal(token, rows.list_roles(c, {token.person_id})), "signed_out")


def authenticate(database: Database, secret: str) -> Principal:
    """Who a session or an API token belongs to.

    Raises:
        NotSignedIn: It is wrong, expired or revoked.
    """
    with database.snapshot() as c:
        principal = _find_principals(c, {hash_secret(secret)}).get(hash_secret(secret))
    if principal is None:
        raise _wrong()
    return principal


class Entrance:
    """Lets people in, by sessions and API tokens. Those who come at once are looked up together; nothing is remembered, so
    that what is revoked opens nothing from that moment. Lives in one event loop.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._gathering: Gathering[tuple[bytes, str | None], tuple[Principal, Site | None]] = Gathering(
            self._look_up, apart_s=APART_S
        )

    async def authenticate(self, secret: str) -> Principal:
        """As :func:`authenticate`."""
        return (await self._gathering.ask(None, (hash_secret(secret), None)))[0]

    async def enter(self, secret: str, slug: str) -> tuple[Principal, Site | None]:
        """Who a secret belongs to, and a site by its slug: None when there is none or they have no role on it.

        Raises:
            NotSignedIn: As :func:`authenticate`.
        """
        return await self._gathering.ask(None, (hash_secret(secret), slug if is_slug(slug) else None))

    def _look_up(
        self, asked: Sequence[tuple[bytes, str | None]]
    ) -> Sequence[tuple[Principal, Site | None] | Exception]:
        with self._database.snapshot(patience_s=LOOK_UP_S) as c:
            principals = _find_principals(c, {secret_hash for secret_hash, _ in asked})
            sites = find_sites(c, {slug for _, slug in asked if slug is not None})

        def answer(secret_hash: bytes, slug: str | None) -> tuple[Principal, Site | None] | Exception:
            principal, site = principals.get(secret_hash), sites.get(slug or "")
            if principal is None:
                return _wrong()
            return principal, site if site is not None and site.id in principal.roles else None

        return [answer(*one) for one in asked]


def list_own_sites(database: Database, principal: Principal) -> list[tuple[Site, Role]]:
    """The sites that a person has a role on, with the role, by name."""
    with database.snapshot() as c:
        sites = list_sites(c)
    return [(site, principal.roles[site.id]) for site in sites if site.id in principal.roles]


def add_token(c: Connection, person_id: UUID, kind: TokenKind, expires_at: datetime, label: str) -> tuple[UUID, str]:
    """Make a token within a transaction; returns its id, which is no secret, and its secret."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    token_id = rows.add_token(
        c, person_id=person_id, kind=kind, secret_hash=hash_secret(secret), expires_at=expires_at, label=label
    )
    return token_id, secret


def hash_secret(secret: str) -> bytes:
    """What the database keeps of a secret."""
    return hashlib.sha256(secret[: LONGEST_SECRET + 1].encode("utf-8", "surrogatepass")).digest()


def is_slug(text: str) -> bool:
    """Whether a text can be a site's name in addresses; other texts never reach the database."""
    return re.fullmatch(r"[a-z0-9-]{1,64}", text) is not None


def _find_principals(c: Connection, secret_hashes: Set[bytes]) -> dict[bytes, Principal]:
    tokens = rows.find_tokens(c, secret_hashes, TokenKind.SESSION, TokenKind.API)
    roles = rows.list_roles(c, {token.person_id for token in tokens.values() if token.guest_on is None})
    return {secret_hash: _principal(token, roles) for secret_hash, token in tokens.items()}


def _wrong() -> NotSignedIn:
    return NotSignedIn("The session or token is wrong, expired or revoked.", advice="Sign in again.")


def _add_secret(database: Database, site_id: UUID, role: Role, *, name: str, kind: TokenKind, life: timedelta) -> str:
    with database.transaction(site_id) as c:
        person_id = rows.find_member(c, site_id, name) or rows.add_person(c, name)
        rows.grant_role(c, person_id, site_id, role)
        _, secret = add_token(c, person_id, kind, datetime.now(UTC) + life, f"{kind} for {name}")
        record_audit(
            c,
            site_id=site_id,
            person_id=None,
            action="token_made",
            subject=str(person_id),
            detail={"kind": kind, "role": role},
        )
    return secret


def _principal(token: rows.Token, roles: Mapping[UUID, Mapping[UUID, Role]]) -> Principal:
    own = {token.guest_on: Role.GUEST} if token.guest_on else roles.get(token.person_id, {})
    return Principal(token.person_id, token.person_name, own)


def _audit(c: Connection, principal: Principal, action: str) -> None:
    for site_id in sorted(principal.roles):
        record_audit(
            c,
            site_id=site_id,
            person_id=principal.person_id,
            action=action,
            subject=str(principal.person_id),
            detail={},
        )
