"""Refusals that the database makes: a broken constraint becomes a sentence."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.errors import ForeignKeyViolation
from sqlalchemy import ColumnElement, Connection, Table, and_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DataError, IntegrityError

from geo_server.domain.errors import Conflict, GeoServerError, InvalidInput


@contextmanager
def refusing(constraint: str, refusal: GeoServerError) -> Iterator[None]:
    """Raise a refusal in place of the database's complaint about one constraint.

    The transaction is over after that, as it is after every refusal.

    Args:
        constraint: Name of a constraint or a unique index, or of a column that must not be null.
        refusal: What to raise.
    """
    try:
        yield
    except IntegrityError as fault:
        if _broken(fault) == constraint:
            raise refusal from fault
        raise


@contextmanager
def refusing_bad_values(where: str, advice: str) -> Iterator[None]:
    """Raise a refusal in place of the database's complaint about a value: one that breaks a rule, or that no text or
    JSON column can hold, such as a NUL character. A row that is referred to and not there is left to :func:`refusing`.

    Args:
        where: What the value stands in.
        advice: What the person can do.

    Raises:
        InvalidInput: In place of the complaint.
    """
    try:
        yield
    except UnicodeEncodeError as fault:
        raise InvalidInput("A text has half a character in it.", where=where, advice=advice) from fault
    except (IntegrityError, DataError) as fault:
        if not isinstance(fault.orig, psycopg.Error) or isinstance(fault.orig, ForeignKeyViolation):
            raise
        diagnosis = fault.orig.diag
        rule = f"breaks the rule {diagnosis.constraint_name}" if diagnosis.constraint_name else "cannot be kept"
        reason = diagnosis.message_primary or str(fault.orig)
        raise InvalidInput(f"A value {rule}: {reason}.", where=where, advice=advice) from fault


def insert_once(c: Connection, table: Table, said: Mapping[str, Any], noted: Mapping[str, Any], what: str) -> bool:
    """Insert a row whose id a client made, unless it is there already.

    A client that got no answer sends the same again; that must not count twice, and must not be refused either.

    Args:
        c: A connection inside a transaction.
        table: Its primary key is (site_id, id).
        said: Columns that the client said; a repetition must agree in all of them.
        noted: Further columns, which the server adds and which may differ when it is repeated.
        what: What to call the thing in a refusal.

    Returns:
        True when it is new, False when the same was there already.

    Raises:
        Conflict: The id is taken by another content.
        InvalidInput: A value cannot be.
    """
    statement = insert(table).values(**said, **noted).on_conflict_do_nothing(index_elements=["site_id", "id"])
    with refusing_bad_values(what, "Correct the value and send it again."):
        added = c.execute(statement.returning(table.c.id)).one_or_none()
    if added is not None:
        return True
    same: list[ColumnElement[bool]] = [table.c[name].is_not_distinct_from(value) for name, value in said.items()]
    if c.execute(select(table.c.id).where(and_(*same))).one_or_none() is None:
        raise Conflict(
            f"The {what} id {said['id']} is taken by another {what}.",
            where="id",
            advice="Make a new random UUID for each new one, and send it again only with the same content.",
        )
    return False


def _broken(fault: IntegrityError) -> str | None:
    if not isinstance(fault.orig, psycopg.Error):
        return None
    return fault.orig.diag.constraint_name or fault.orig.diag.column_name
