"""Telephone numbers as hashes, and the answers that text messages were given."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from geo_server.store.tables import people, phones, texts


def set_phone(c: Connection, site_id: UUID, person_id: UUID, number_hash: bytes) -> None:
    """Keep the hash of a person's number on a site, in place of the one before; whoever had that number has it no more."""
    c.execute(delete(phones).where(phones.c.site_id == site_id, phones.c.number_hash == number_hash))
    statement = insert(phones).values(site_id=site_id, person_id=person_id, number_hash=number_hash)
    c.execute(
        statement.on_conflict_do_update(
            index_elements=["site_id", "person_id"],
            set_={"number_hash": number_hash, "added_at": func.clock_timestamp()},
        )
    )


def remove_phone(c: Connection, site_id: UUID, person_id: UUID) -> bool:
    """Forget a person's number on a site; returns False when there was none."""
    statement = delete(phones).where(phones.c.site_id == site_id, phones.c.person_id == person_id)
    return c.execute(statement.returning(phones.c.person_id)).one_or_none() is not None


def find_person_by_phone(c: Connection, site_id: UUID, number_hash: bytes) -> tuple[UUID, str] | None:
    """Id and name of the person with a number on a site, or None."""
    statement = (
        select(people.c.id, people.c.name)
        .join_from(phones, people, phones.c.person_id == people.c.id)
        .where(phones.c.site_id == site_id, phones.c.number_hash == number_hash)
    )
    row = c.execute(statement).one_or_none()
    return None if row is None else (row.id, row.name)


def claim_text(c: Connection, site_id: UUID, text_id: UUID, sender_hash: bytes, at: datetime) -> str | None:
    """Take a message for one's own until the transaction ends, whoever else has it too.

    Returns:
        The answer that it was given before, or None: it is new, and its answer is to be kept by :func:`keep_answer`.
    """
    statement = insert(texts).values(site_id=site_id, id=text_id, sender_hash=sender_hash, received_at=at, answer="")
    statement = statement.on_conflict_do_nothing(index_elements=["site_id", "id"])
    if c.execute(statement.returning(texts.c.id)).one_or_none() is not None:
        return None
    where = (texts.c.site_id == site_id) & (texts.c.id == text_id)
    answer: str = c.execute(select(texts.c.answer).where(where)).scalar_one()
    return answer


def keep_answer(c: Connection, site_id: UUID, text_id: UUID, answer: str) -> None:
    """Keep what a message was answered with."""
    c.execute(update(texts).where(texts.c.site_id == site_id, texts.c.id == text_id).values(answer=answer))


def count_texts(c: Connection, site_id: UUID, since: datetime, sender_hash: bytes | None = None) -> int:
    """How many messages came to a site since a moment, from one sender or (None) from all."""
    statement = select(func.count()).where(texts.c.site_id == site_id, texts.c.received_at > since)
    if sender_hash is not None:
        statement = statement.where(texts.c.sender_hash == sender_hash)
    return c.scalar(statement) or 0
