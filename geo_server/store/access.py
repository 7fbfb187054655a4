"""People, their roles on sites, and the hashes of their tokens."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Connection, RowMapping, func, select, update
from sqlalchemy import insert as plain_insert
from sqlalchemy.dialects.postgresql import insert

from geo_server.domain.roles import Role
from geo_server.domain.states import TokenKind
from geo_server.store.incidents import is_current
from geo_server.store.lists import is_one_of
from geo_server.store.tables import incidents, people, responder_links, roles, tokens


@dataclass(frozen=True, slots=True)
class Token:
    """A token without its secret.

    Args:
        label: What a person calls it.
        used_at: When a one-time token was used, or None.
        guest_on: The site that a responder link, or a device that came by it, sees one incident of; None of a person.
    """

    id: UUID
    person_id: UUID
    person_name: str
    kind: TokenKind
    label: str
    expires_at: datetime
    used_at: datetime | None
    guest_on: UUID | None = None


def add_person(c: Connection, name: str) -> UUID:
    """Add a person; returns their id."""
    person_id = uuid4()
    c.execute(plain_insert(people).values(id=person_id, name=name))
    return person_id


def find_member(c: Connection, site_id: UUID, name: str) -> UUID | None:
    """The person of this name who has a role on a site, or None. Of several, the one who was added first."""
    statement = (
        select(people.c.id)
        .join_from(people, roles)
        .where(roles.c.site_id == site_id, people.c.name == name)
        .order_by(people.c.created_at)
        .limit(1)
    )
    found: UUID | None = c.scalar(statement)
    return found


def grant_role(c: Connection, person_id: UUID, site_id: UUID, role: Role) -> None:
    """Give a person a role on a site, in place of the one that they have there."""
    statement = insert(roles).values(person_id=person_id, site_id=site_id, role=role.value)
    c.execute(
        statement.on_conflict_do_update(
            index_elements=["person_id", "site_id"],
            set_={"role": role.value, "granted_at": func.clock_timestamp()},
        )
    )


def find_roles(c: Connection, person_id: UUID) -> Mapping[UUID, Role]:
    """The roles of a person by site id; empty for a person who is nothing anywhere."""
    return list_roles(c, {person_id}).get(person_id, {})


def list_roles(c: Connection, person_ids: Collection[UUID]) -> dict[UUID, dict[UUID, Role]]:
    """The roles of some people, by person and site; those who are nothing anywhere are left out."""
    found: dict[UUID, dict[UUID, Role]] = defaultdict(dict)
    for row in c.execute(select(roles).where(is_one_of(roles.c.person_id, person_ids))):
        found[row.person_id][row.site_id] = Role(row.role)
    return found


def add_token(
    c: Connection, *, person_id: UUID, kind: TokenKind, secret_hash: bytes, expires_at: datetime, label: str
) -> UUID:
    """Keep the hash of a token; returns the token's id, which is no secret.

    Args:
        c: A connection inside a transaction.
        person_id: Whose it is.
        kind: What it opens.
        secret_hash: SHA-256 of the secret, 32 bytes. The secret itself is never stored.
        expires_at: From when on it opens nothing.
        label: What a person calls it.
    """
    token_id = uuid4()
    c.execute(
        plain_insert(tokens).values(
            id=token_id,
            person_id=person_id,
            kind=kind.value,
            secret_hash=secret_hash,
            expires_at=expires_at,
            label=label,
        )
    )
    return token_id


def find_token(c: Connection, secret_hash: bytes, *kinds: TokenKind) -> Token | None:
    """The token with this hash, as :func:`find_tokens` finds it."""
    return find_tokens(c, {secret_hash}, *kinds).get(secret_hash)


def find_tokens(c: Connection, secret_hashes: Collection[bytes], *kinds: TokenKind) -> dict[bytes, Token]:
    """The tokens with these hashes and of one of these kinds, by hash; without those that are revoked or have expired by
    the database's clock, and those of guests whose incident is over.

    A one-time token that was used is still found, with ``used_at``; only :func:`use_token` says who may use it.
    """
    of_link = tokens.alias()
    statement = (
        select(
            tokens.c.secret_hash,
            tokens.c.id,
            tokens.c.person_id,
            people.c.name.label("person_name"),
            tokens.c.kind,
            tokens.c.label,
            tokens.c.expires_at,
            tokens.c.used_at,
            responder_links.c.site_id.label("guest_on"),
        )
        .join_from(tokens, people)
        .outerjoin(responder_links, responder_links.c.person_id == tokens.c.person_id)
        .outerjoin(incidents, incidents.c.id == responder_links.c.incident_id)
        .outerjoin(of_link, of_link.c.id == responder_links.c.id)
        .where(
            is_one_of(tokens.c.secret_hash, secret_hashes),
            tokens.c.kind.in_([kind.value for kind in kinds]),
            tokens.c.revoked_at.is_(None),
            tokens.c.expires_at > func.clock_timestamp(),
            responder_links.c.id.is_(None) | (of_link.c.revoked_at.is_(None) & link_holds()),
        )
    )
    return {row["secret_hash"]: _token(row) for row in c.execute(statement).mappings()}


def _token(row: RowMapping) -> Token:
    said = {name: row[name] for name in Token.__dataclass_fields__}
    return Token(**{**said, "kind": TokenKind(row["kind"])})


def link_holds() -> ColumnElement[bool]:
    """Of rows of links and incidents, joined: that the incident is the one people are to know of, and its all-clear is not
    too long ago."""
    recent = incidents.c.cleared_at + responder_links.c.after_all_clear > func.clock_timestamp()
    return is_current() & (incidents.c.cleared_at.is_(None) | recent)


def use_token(c: Connection, token_id: UUID, at: datetime) -> bool:
    """Use a one-time token. Of all who try, however close together, one gets True.

    False as well when it is revoked or has expired at ``at``.
    """
    statement = (
        update(tokens)
        .where(
            tokens.c.id == token_id,
            tokens.c.used_at.is_(None),
            tokens.c.revoked_at.is_(None),
            tokens.c.expires_at > at,
        )
        .values(used_at=at)
    )
    return c.execute(statement.returning(tokens.c.id)).one_or_none() is not None


def revoke_token(c: Connection, token_id: UUID, at: datetime) -> None:
    """Make a token open nothing any more; a token that is revoked keeps the moment of the first time."""
    c.execute(update(tokens).where(tokens.c.id == token_id, tokens.c.revoked_at.is_(None)).values(revoked_at=at))
