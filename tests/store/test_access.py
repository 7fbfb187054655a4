import hashlib
import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DataError, IntegrityError

from geo_server.domain.roles import Role
from geo_server.domain.states import TokenKind
from geo_server.store.access import (
    Token,
    add_person,
    add_token,
    find_member,
    find_roles,
    find_token,
    grant_role,
    revoke_token,
    use_token,
)
from geo_server.store.database import Database
from tests.store.samples import found

HOUR = timedelta(hours=1)


def a_hash() -> bytes:
    return hashlib.sha256(secrets.token_bytes()).digest()


def a_token(
    database: Database, secret_hash: bytes, *, kind: TokenKind = TokenKind.SIGN_IN, life: timedelta = HOUR
) -> UUID:
    with database.transaction() as c:
        ann = add_person(c, "Ann")
        return add_token(
            c,
            person_id=ann,
            kind=kind,
            secret_hash=secret_hash,
            expires_at=datetime.now(UTC) + life,
            label="Phone",
        )


def find(database: Database, secret_hash: bytes, kind: TokenKind = TokenKind.SIGN_IN) -> Token | None:
    with database.snapshot() as c:
        return find_token(c, secret_hash, kind)


def test_a_person_has_one_role_on_each_site(database: Database) -> None:
    north, _ = found(database, "north")
    south, _ = found(database, "south")
    with database.transaction() as c:
        ann = add_person(c, "Ann")
        assert find_roles(c, ann) == {}
        grant_role(c, ann, north.id, Role.STAFF)
        grant_role(c, ann, south.id, Role.ADMIN)
        grant_role(c, ann, north.id, Role.COMMANDER)
        assert find_roles(c, ann) == {north.id: Role.COMMANDER, south.id: Role.ADMIN}
        assert find_roles(c, uuid4()) == {}


def test_a_member_of_a_site_is_found_by_name(database: Database) -> None:
    north, _ = found(database, "north")
    south, _ = found(database, "south")
    with database.transaction() as c:
        ann, namesake = add_person(c, "Ann"), add_person(c, "Ann")
        for person_id in (namesake, ann):
            grant_role(c, person_id, north.id, Role.STAFF)
        assert find_member(c, north.id, "Ann") == ann
        assert find_member(c, north.id, "Bob") is None
        assert find_member(c, south.id, "Ann") is None


def test_a_token_is_found_by_its_hash_and_kind(database: Database) -> None:
    secret_hash = a_hash()
    token_id = a_token(database, secret_hash)
    token = find(database, secret_hash)
    assert token is not None
    assert (token.id, token.person_name, token.label, token.used_at) == (token_id, "Ann", "Phone", None)
    assert find(database, a_hash()) is None
    assert find(database, secret_hash, TokenKind.SESSION) is None


def test_a_token_that_has_expired_opens_nothing(database: Database) -> None:
    secret_hash = a_hash()
    token_id = a_token(database, secret_hash, life=-timedelta(seconds=1))
    assert find(database, secret_hash) is None
    with database.transaction() as c:
        assert use_token(c, token_id, datetime.now(UTC)) is False


def test_a_token_that_is_revoked_opens_nothing(database: Database) -> None:
    secret_hash, now = a_hash(), datetime.now(UTC)
    token_id = a_token(database, secret_hash, kind=TokenKind.SESSION)
    with database.transaction() as c:
        revoke_token(c, token_id, now)
        revoke_token(c, token_id, now + HOUR)
        assert use_token(c, token_id, now) is False
    assert find(database, secret_hash, TokenKind.SESSION) is None


def test_a_one_time_token_is_used_once(database: Database) -> None:
    secret_hash, now = a_hash(), datetime.now(UTC)
    token_id = a_token(database, secret_hash)
    with database.transaction() as c:
        assert use_token(c, token_id, now) is True
        assert use_token(c, token_id, now) is False
        assert use_token(c, uuid4(), now) is False
    used = find(database, secret_hash)
    assert used is not None
    assert used == replace(used, used_at=now)


def test_of_all_who_use_a_one_time_token_at_once_one_gets_in(database: Database) -> None:
    token_id, now = a_token(database, a_hash()), datetime.now(UTC)
    together = Barrier(4)

    def enter(_: int) -> bool:
        with database.transaction() as c:
            together.wait(timeout=30)
            return use_token(c, token_id, now)

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(enter, range(4))) == [False, False, False, True]


def test_a_token_that_was_used_in_a_transaction_that_failed_can_still_be_used(database: Database) -> None:
    token_id, now = a_token(database, a_hash()), datetime.now(UTC)

    def use_and_fail() -> None:
        with database.transaction() as c:
            assert use_token(c, token_id, now) is True
            c.execute(text("SELECT 1 / 0"))

    with pytest.raises(DataError):
        use_and_fail()
    with database.transaction() as c:
        assert use_token(c, token_id, now) is True


def test_the_database_itself_takes_nothing_but_a_sha256(database: Database) -> None:
    with pytest.raises(IntegrityError, match="secret_hash_sha256"):
        a_token(database, b"the secret itself")


def test_two_tokens_cannot_have_one_secret(database: Database) -> None:
    secret_hash = a_hash()
    a_token(database, secret_hash)
    with pytest.raises(IntegrityError, match="uq_tokens_secret_hash"):
        a_token(database, secret_hash, kind=TokenKind.API)
