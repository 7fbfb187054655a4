"""Who did what: append-only, each row sealed to the one before it.

Terminology:
    seal: SHA-256 over the seal of the row before and the canonical text of this row. The first row follows 32 zero
        bytes. Changing, removing or inserting a row breaks every seal after it; removing the last rows contradicts
        the count that the site's own row keeps.
    canonical text: JSON with sorted keys and without blanks. Every number is written as a double, as in RFC 8785,
        because the database gives 1e2 back as 100.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, select

from geo_server.store.counters import count_up
from geo_server.store.tables import audit, sites

FIRST_SEAL = bytes(32)


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody did.

    Args:
        person_id: Who; None is the operator at the command line, or the server itself.
        action: What, in the past tense, such as ``floorplan_published``.
        subject: To which thing: an id or a name.
        detail: JSON values. No secrets, no names of students.
    """

    person_id: UUID | None
    action: str
    subject: str
    detail: Mapping[str, object]


def record_audit(
    c: Connection,
    *,
    site_id: UUID,
    person_id: UUID | None,
    action: str,
    subject: str,
    detail: Mapping[str, object],
) -> None:
    """Record one :class:`Deed`, as :func:`record_deeds` does."""
    record_deeds(c, site_id, [Deed(person_id, action, subject, detail)])


def record_deeds(c: Connection, site_id: UUID, deeds: Sequence[Deed]) -> None:
    """Record what was done, in the transaction that does it.

    Args:
        c: A connection inside a transaction. Like an event, this locks the site's row until it commits.
        site_id: Where.
        deeds: At least one, in order.

    Raises:
        NotFound: There is no such site.
    """
    last, at = count_up(c, site_id, sites.c.audit_seq, len(deeds))
    first = last - len(deeds) + 1
    previous = _seal_before(c, site_id, first)
    sealed = []
    for seq, deed in enumerate(deeds, first):
        entry = {
            "site_id": site_id,
            "seq": seq,
            "at": at,
            "person_id": deed.person_id,
            "action": deed.action,
            "subject": deed.subject,
            "detail": dict(deed.detail),
        }
        before, previous = previous, seal(previous, entry)
        sealed.append({**entry, "previous_hash": before, "hash": previous})
    c.execute(insert(audit), sealed)


def verify_audit(c: Connection, site_id: UUID) -> int | None:
    """Check every seal of a site.

    Returns:
        Number of the first row that is changed, missing or out of place; None when all is as it was recorded.
    """
    previous, expected = FIRST_SEAL, 1
    statement = select(audit).where(audit.c.site_id == site_id).order_by(audit.c.seq)
    with c.execute(statement.execution_options(yield_per=1000)) as rows:
        for row in rows:
            entry = row._asdict()
            sealed = seal(previous, entry)
            if (row.seq, row.previous_hash, row.hash) != (expected, previous, sealed):
                return expected
            previous, expected = sealed, expected + 1
    return expected if count_entries(c, site_id) >= expected else None


def count_entries(c: Connection, site_id: UUID) -> int:
    """How many entries were recorded on a site, whatever became of them since."""
    return c.scalar(select(sites.c.audit_seq).where(sites.c.id == site_id)) or 0


def seal(previous: bytes, row: Mapping[str, Any]) -> bytes:
    """The seal of a row of the audit table: SHA-256 over the seal before it and the row's canonical text."""
    person = None if row["person_id"] is None else str(row["person_id"])
    at = row["at"].astimezone(UTC).isoformat(timespec="microseconds")
    entry = [str(row["site_id"]), row["seq"], at, person, row["action"], row["subject"], row["detail"]]
    text = json.dumps(_canonical(entry), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(previous + text.encode()).digest()


def _canonical(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _canonical(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_canonical(inner) for inner in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value) + 0.0  # -0.0 becomes 0.0
    return value


def list_deeds(c: Connection, site_id: UUID, action: str, subject: str) -> list[tuple[datetime, Mapping[str, Any]]]:
    """When something was done to a thing, and the detail of it, earliest first."""
    of_thing = (audit.c.site_id == site_id) & (audit.c.action == action) & (audit.c.subject == subject)
    statement = select(audit.c.at, audit.c.detail).where(of_thing).order_by(audit.c.seq)
    return [(row.at, row.detail) for row in c.execute(statement)]


def _seal_before(c: Connection, site_id: UUID, seq: int) -> bytes:
    """The seal of the row before; when somebody has removed that row, recording goes on and verification tells."""
    where = (audit.c.site_id == site_id) & (audit.c.seq == seq - 1)
    return c.scalar(select(audit.c.hash).where(where)) or FIRST_SEAL
