"""Rounds and checks, both with ids that clients make, and the faults that checks have found."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, func, insert, select, update
from sqlalchemy.dialects.postgresql import distinct_on

from geo_server.domain.errors import NotFound
from geo_server.domain.rounds import Check, CheckpointFault, FaultKind, Mending, Round
from geo_server.store.checkpoints import no_checkpoint
from geo_server.store.conflicts import insert_once, refusing
from geo_server.store.tables import checkpoints, checks, closures, faults, people, rounds

ROUNDS_LISTED = 100

_walkers = people.alias("walkers")
_menders = people.alias("menders")
_given_at = func.least(checks.c.client_at, checks.c.received_at)


def add_round(c: Connection, site_id: UUID, walk: Round) -> bool:
    """Keep that a round was started; returns False when the same was said already.

    Raises:
        Conflict: The id is taken by another round.
    """
    said = {"site_id": site_id, "id": walk.id, "client_at": walk.client_at, "started_by": walk.started_by}
    return insert_once(c, rounds, said, {"started_at": walk.started_at}, "round")


def finish_round(c: Connection, site_id: UUID, round_id: UUID, at: datetime) -> bool:
    """End a round; returns False when it had ended before, at the moment of the first time.

    Raises:
        NotFound: The site has no such round.
    """
    where = (rounds.c.site_id == site_id) & (rounds.c.id == round_id)
    finish = update(rounds).where(where, rounds.c.finished_at.is_(None)).values(finished_at=at)
    if c.execute(finish.returning(rounds.c.id)).one_or_none() is not None:
        return True
    load_round(c, site_id, round_id)
    return False


def load_round(c: Connection, site_id: UUID, round_id: UUID) -> Round:
    """A round of a site.

    Raises:
        NotFound: The site has no such round.
    """
    row = c.execute(_select_rounds(site_id).where(rounds.c.id == round_id)).mappings().one_or_none()
    if row is None:
        raise _no_round(round_id)
    return _round(row)


def list_rounds(c: Connection, site_id: UUID) -> list[tuple[Round, int, int]]:
    """The latest rounds of a site, latest first, each with how many checkpoints were looked at and how many had a fault."""
    statement = _select_rounds(site_id).order_by(rounds.c.started_at.desc(), rounds.c.id).limit(ROUNDS_LISTED)
    walks = [_round(row) for row in c.execute(statement).mappings()]
    chosen = (checks.c.site_id == site_id) & checks.c.round_id.in_([walk.id for walk in walks])
    found = _latest((checks.c.round_id, checks.c.checkpoint_id), chosen).subquery()
    counted = select(found.c.round_id, func.count(), func.count(found.c.fault)).group_by(found.c.round_id)
    counts = {row[0]: (row[1], row[2]) for row in c.execute(counted)}
    return [(walk, *counts.get(walk.id, (0, 0))) for walk in walks]


def add_check(c: Connection, site_id: UUID, check: Check, by: UUID | None) -> bool:
    """Keep what was found at a checkpoint; returns False when the same was said already.

    Raises:
        Conflict: The id is taken by another check.
        NotFound: The site has no such round or checkpoint.
    """
    said = {
        "site_id": site_id,
        "id": check.id,
        "round_id": check.round_id,
        "checkpoint_id": check.checkpoint_id,
        "fault": None if check.fault is None else check.fault.value,
        "note": check.note,
        "client_at": check.client_at,
        "checked_by": by,
    }
    with (
        refusing("fk_checks_site_id_round_id_rounds", _no_round(check.round_id)),
        refusing("fk_checks_site_id_checkpoint_id_checkpoints", no_checkpoint(check.checkpoint_id)),
    ):
        return insert_once(c, checks, said, {"received_at": check.received_at}, "check")


def load_check(c: Connection, site_id: UUID, check_id: UUID) -> Check:
    """A check as it was recorded.

    Raises:
        NotFound: The site has no such check.
    """
    statement = _with_walker(select(checks, _walkers.c.name.label("walker")))
    row = c.execute(statement.where(checks.c.site_id == site_id, checks.c.id == check_id)).mappings().one_or_none()
    if row is None:
        raise NotFound(f"The site has no check {check_id}.")
    return _check(row)


def list_latest_checks(c: Connection, site_id: UUID, round_id: UUID | None = None) -> dict[UUID, Check]:
    """The check that was given last of each checkpoint that has one, by checkpoint id.

    Given by the client's clock, never later than its arrival; ties go to the later arrival, then to the id.

    Args:
        c: A connection.
        site_id: The site.
        round_id: Only those of this round; None is all.
    """
    of_site = checks.c.site_id == site_id
    chosen = of_site if round_id is None else of_site & (checks.c.round_id == round_id)
    statement = _latest((checks.c.checkpoint_id,), chosen)
    return {row["checkpoint_id"]: _check(row) for row in c.execute(statement).mappings()}


def find_fault(c: Connection, site_id: UUID, checkpoint_id: UUID, kind: FaultKind, given_at: datetime) -> UUID | None:
    """The fault that a check tells of: one of its kind that stands, or that was mended after the check was given.

    Returns:
        Its id, or None: the check found something new.
    """
    statement = select(faults.c.id).where(
        faults.c.site_id == site_id,
        faults.c.checkpoint_id == checkpoint_id,
        faults.c.kind == kind.value,
        faults.c.mended_at.is_(None) | (faults.c.mended_at > given_at),
    )
    found: UUID | None = c.scalar(statement.order_by(faults.c.mended_at.desc().nulls_first()).limit(1))
    return found


def add_fault(c: Connection, site_id: UUID, check: Check, closure_id: UUID | None) -> None:
    """Keep the fault that a check found. Whoever calls holds the site's row and has seen that it is new."""
    c.execute(
        insert(faults).values(
            site_id=site_id,
            id=check.id,
            checkpoint_id=check.checkpoint_id,
            kind=check.fault,
            found_at=check.given_at,
            closure_id=closure_id,
            mended_note="",
        )
    )


def mend_fault(c: Connection, site_id: UUID, fault_id: UUID, *, at: datetime, by: UUID | None, note: str) -> bool:
    """Keep that a fault is no more; returns False when that had been said before.

    Raises:
        NotFound: The site has no such fault.
    """
    where = (faults.c.site_id == site_id) & (faults.c.id == fault_id)
    mend = update(faults).where(where, faults.c.mended_at.is_(None))
    done = mend.values(mended_at=at, mended_by=by, mended_note=note).returning(faults.c.id)
    if c.execute(done).one_or_none() is not None:
        return True
    load_fault(c, site_id, fault_id)
    return False


def was_found_after(c: Connection, site_id: UUID, fault_id: UUID, at: datetime) -> bool:
    """Whether a check that was given after a moment found the same again as the one that a fault comes from."""
    statement = select(checks.c.id).where(
        faults.c.site_id == site_id,
        faults.c.id == fault_id,
        checks.c.site_id == site_id,
        checks.c.checkpoint_id == faults.c.checkpoint_id,
        checks.c.fault == faults.c.kind,
        checks.c.id != fault_id,
        _given_at > at,
    )
    return c.scalar(statement.limit(1)) is not None


def find_opened_at(c: Connection, site_id: UUID, fault_id: UUID) -> datetime | None:
    """When the way that a fault has shut was opened while the fault stands; None: it is shut, or was not shut by it."""
    of_site = (faults.c.site_id == site_id) & (closures.c.site_id == site_id)
    statement = select(closures.c.lifted_at).where(
        of_site, faults.c.id == fault_id, faults.c.mended_at.is_(None), closures.c.id == faults.c.closure_id
    )
    opened_at: datetime | None = c.scalar(statement)
    return opened_at


def set_closure(c: Connection, site_id: UUID, fault_id: UUID, closure_id: UUID | None) -> None:
    """Keep which closure a fault has made last."""
    c.execute(update(faults).where(faults.c.site_id == site_id, faults.c.id == fault_id).values(closure_id=closure_id))


def load_fault(c: Connection, site_id: UUID, fault_id: UUID) -> CheckpointFault:
    """A fault of a site.

    Raises:
        NotFound: The site has no such fault.
    """
    row = c.execute(_select_faults(site_id).where(faults.c.id == fault_id)).mappings().one_or_none()
    if row is None:
        raise NotFound(f"The site has no fault {fault_id}.", where="fault_id", advice="See the list of faults.")
    return _fault(row)


def list_faults(c: Connection, site_id: UUID, *, mended: bool = False) -> list[CheckpointFault]:
    """The faults of a site, those that stand first, the one found first first.

    Args:
        c: A connection.
        site_id: The site.
        mended: Those that were mended too.
    """
    statement = _select_faults(site_id)
    if not mended:
        statement = statement.where(faults.c.mended_at.is_(None))
    standing_first = faults.c.mended_at.is_not(None)
    rows = c.execute(statement.order_by(standing_first, faults.c.found_at, faults.c.id)).mappings()
    return [_fault(row) for row in rows]


def list_fault_subjects(c: Connection, site_id: UUID) -> dict[FaultKind, frozenset[UUID]]:
    """Ids of the openings, transitions and zones with a fault that stands, by its kind."""
    statement = (
        select(faults.c.kind, func.array_agg(checkpoints.c.subject_id))
        .join(checkpoints, (faults.c.site_id == checkpoints.c.site_id) & (faults.c.checkpoint_id == checkpoints.c.id))
        .where(faults.c.site_id == site_id, faults.c.mended_at.is_(None), checkpoints.c.subject_id.is_not(None))
        .group_by(faults.c.kind)
    )
    return {FaultKind(kind): frozenset(subject_ids) for kind, subject_ids in c.execute(statement)}


def _no_round(round_id: UUID) -> NotFound:
    return NotFound(f"The site has no round {round_id}.", where="round_id", advice="See the list of rounds.")


def _select_rounds(site_id: UUID) -> Select[tuple[object, ...]]:
    return (
        select(rounds, _walkers.c.name.label("walker"))
        .outerjoin(_walkers, rounds.c.started_by == _walkers.c.id)
        .where(rounds.c.site_id == site_id)
    )


def _with_walker(statement: Select[tuple[object, ...]]) -> Select[tuple[object, ...]]:
    return statement.outerjoin(_walkers, checks.c.checked_by == _walkers.c.id)


def _latest(key: tuple[ColumnElement[Any], ...], where: ColumnElement[bool]) -> Select[tuple[object, ...]]:
    """Of all checks with the same key the one that was given last."""
    statement = _with_walker(select(checks, _walkers.c.name.label("walker"))).ext(distinct_on(*key))
    order = (*key, _given_at.desc(), checks.c.received_at.desc(), checks.c.id.desc())
    return statement.where(where).order_by(*order)


def _select_faults(site_id: UUID) -> Select[tuple[object, ...]]:
    return (
        select(faults, checks.c.note, _walkers.c.name.label("walker"), _menders.c.name.label("mender"))
        .join(checks, (checks.c.site_id == faults.c.site_id) & (checks.c.id == faults.c.id))
        .outerjoin(_walkers, checks.c.checked_by == _walkers.c.id)
        .outerjoin(_menders, faults.c.mended_by == _menders.c.id)
        .where(faults.c.site_id == site_id)
    )


def _round(row: RowMapping) -> Round:
    return Round(
        row["id"], row["client_at"], row["started_at"], row["started_by"], row["walker"] or "", row["finished_at"]
    )


def _check(row: RowMapping) -> Check:
    return Check(
        id=row["id"],
        round_id=row["round_id"],
        checkpoint_id=row["checkpoint_id"],
        fault=FaultKind(row["fault"]) if row["fault"] else None,
        note=row["note"],
        client_at=row["client_at"],
        received_at=row["received_at"],
        walker=row["walker"] or "",
    )


def _fault(row: RowMapping) -> CheckpointFault:
    mended = row["mended_at"] and Mending(row["mended_at"], row["mender"] or "", row["mended_note"])
    return CheckpointFault(
        id=row["id"],
        checkpoint_id=row["checkpoint_id"],
        kind=FaultKind(row["kind"]),
        note=row["note"],
        found_at=row["found_at"],
        found_by=row["walker"] or "",
        closure_id=row["closure_id"],
        mending=mended,
    )
