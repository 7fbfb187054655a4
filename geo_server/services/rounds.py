"""Rounds as they are walked: started, checkpoint by checkpoint, finished; and faults until they are mended."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

from geo_server.domain.events import EventKind
from geo_server.domain.incidents import Closure
from geo_server.domain.places import Site
from geo_server.domain.rounds import (
    CLOSES,
    CLOSURE_SOURCE,
    HOLDS_NO_THREAT,
    Check,
    Checkpoint,
    CheckpointFault,
    FaultKind,
    Round,
)
from geo_server.services.access import Principal
from geo_server.services.changes import record_change
from geo_server.services.published import PublishedFloorplans
from geo_server.store import rounds as rows
from geo_server.store.checkpoints import find_subject, list_checkpoints
from geo_server.store.database import Connection, Database
from geo_server.store.incidents import lock_site
from geo_server.store.reports import add_closure, lift_closure


@dataclass(frozen=True, slots=True)
class NewMending:
    """That a fault is no more.

    Args:
        client_at: When it was said, by the client's clock; None: now.
    """

    note: str = ""
    client_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewCheck:
    """What somebody found at a checkpoint.

    Args:
        id: Made by the client.
        fault: None: all is well.
        client_at: The client's clock.
    """

    id: UUID
    checkpoint_id: UUID
    client_at: datetime
    fault: FaultKind | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class CheckReceipt:
    """What became of a check.

    Args:
        check: As it was recorded.
        new: False when the same had been recorded before.
        fault_id: Of the fault that it tells of, or None. The first check that tells of one has its id.
        seq: Number of the event that tells of a new fault, or with which it shut a way again: plan again after that.
    """

    check: Check
    new: bool
    fault_id: UUID | None = None
    seq: int | None = None


def start_round(database: Database, site: Site, round_id: UUID, client_at: datetime, *, by: Principal) -> bool:
    """Begin a round.

    Returns:
        False when the same had been begun before.

    Raises:
        Conflict: The id is taken by another round.
    """
    walk = Round(round_id, client_at, datetime.now(UTC), by.person_id, by.name)
    with database.transaction(site.id) as c:
        new = rows.add_round(c, site.id, walk)
        if new:
            _changed(c, site, round_id, {"started": True}, by)
    return new


def finish_round(database: Database, site: Site, round_id: UUID, *, by: Principal) -> Round:
    """End a round, whether or not all checkpoints were looked at. One that has ended stays as it is.

    Raises:
        NotFound: The site has no such round.
    """
    with database.transaction(site.id) as c:
        if rows.finish_round(c, site.id, round_id, datetime.now(UTC)):
            _changed(c, site, round_id, {"finished": True}, by)
        return rows.load_round(c, site.id, round_id)


def list_rounds(database: Database, site: Site) -> list[tuple[Round, int, int]]:
    """The latest rounds, latest first, each with how many checkpoints were looked at and how many had a fault."""
    with database.snapshot(site.id) as c:
        return rows.list_rounds(c, site.id)


def load_round(database: Database, site: Site, round_id: UUID) -> tuple[Round, Mapping[UUID, Check]]:
    """A round, and the check of it that was given last of each checkpoint, by the checkpoint's id.

    Raises:
        NotFound: The site has no such round.
    """
    with database.snapshot(site.id) as c:
        return rows.load_round(c, site.id, round_id), rows.list_latest_checks(c, site.id, round_id)


def check_checkpoint(
    database: Database, floorplans: PublishedFloorplans, site: Site, round_id: UUID, said: NewCheck, *, by: Principal
) -> CheckReceipt:
    """Record what was found at a checkpoint.

    A fault of a kind that stands there already is the same one, and one that has been mended since the check was given is
    not opened again. One with which nobody gets through shuts its door or zone for all plans, in an incident and before
    one. Checks are taken after the round has ended too: they may have waited on a phone.

    Raises:
        NotFound: No such round or checkpoint.
        Conflict: The id is taken by another check.
    """
    check = Check(
        said.id, round_id, said.checkpoint_id, said.fault, said.note, said.client_at, datetime.now(UTC), by.name
    )
    with database.transaction(site.id) as c:
        new = rows.add_check(c, site.id, check, by.person_id)
        if not new:
            check = rows.load_check(c, site.id, said.id)
            return CheckReceipt(check, new=False, fault_id=_fault_of(c, site, check))
        fault_id, seq = _found(c, floorplans, site, check, by=by)
        told = {"check_id": str(said.id), "checkpoint_id": str(said.checkpoint_id), "fault": said.fault}
        _changed(c, site, round_id, told, by)
        return CheckReceipt(check, new=True, fault_id=fault_id, seq=seq)


def list_faults(database: Database, site: Site, *, mended: bool = False) -> list[tuple[CheckpointFault, Checkpoint]]:
    """The faults of a site with their checkpoints: those that stand first, the one found first first.

    Args:
        database: Where they are kept.
        site: The site.
        mended: Those that were mended too.
    """
    with database.snapshot(site.id) as c:
        places = {one.id: one for one in list_checkpoints(c, site.id, site.frame, retired=True)}
        return [(fault, places[fault.checkpoint_id]) for fault in rows.list_faults(c, site.id, mended=mended)]


def mend_fault(
    database: Database, site: Site, fault_id: UUID, said: NewMending, *, by: Principal
) -> tuple[CheckpointFault, int | None]:
    """Say that a fault is no more; the way that it had shut is open again. What had been said before changes nothing.

    A mending that waited on a phone counts from when it was said: of a fault that was found again since, it changes nothing.

    Returns:
        The fault, which may still stand, and the number of the event that tells of its mending: plan again after that. None
        when nothing was mended, or nothing that routes depend on.

    Raises:
        NotFound: The site has no such fault.
    """
    with database.transaction(site.id) as c:
        lock_site(c, site.id)
        now, seq = datetime.now(UTC), None
        at = min(said.client_at or now, now)
        again = rows.was_found_after(c, site.id, fault_id, at)
        new = not again and rows.mend_fault(c, site.id, fault_id, at=at, by=by.person_id, note=said.note)
        fault = rows.load_fault(c, site.id, fault_id)
        if new and fault.closure_id is not None and lift_closure(c, site.id, fault.closure_id, now):
            lifted = {"closure_id": str(fault.closure_id)}
            record_change(c, site, EventKind.CLOSURE_LIFTED, subject=fault.closure_id, said=lifted, by=by)
        if new:
            told = {"fault_id": str(fault_id), "kind": fault.kind, "mended": True}
            told_in = record_change(c, site, EventKind.FAULT_CHANGED, subject=fault_id, said=told, by=by)
            seq = told_in if _changes_routes(fault.kind) else None
        return fault, seq


def _found(
    c: Connection, floorplans: PublishedFloorplans, site: Site, check: Check, *, by: Principal
) -> tuple[UUID | None, int | None]:
    """The fault that a check tells of, opened if it is new; and the event after which to plan again, if anything changed."""
    if check.fault is None:
        return None, None
    lock_site(c, site.id)
    known = _fault_of(c, site, check)
    if known is not None:
        return known, _shut_again(c, floorplans, site, known, check, by=by)
    closure_id, _ = _shut(c, floorplans, site, check, by=by)
    rows.add_fault(c, site.id, check, closure_id)
    said = {"fault_id": str(check.id), "checkpoint_id": str(check.checkpoint_id), "kind": check.fault, "mended": False}
    seq = record_change(c, site, EventKind.FAULT_CHANGED, subject=check.id, said=said, by=by)
    return check.id, seq if _changes_routes(check.fault) else None


def _changes_routes(kind: FaultKind) -> bool:
    return kind in CLOSES or kind in HOLDS_NO_THREAT


def _shut_again(
    c: Connection, floorplans: PublishedFloorplans, site: Site, fault_id: UUID, check: Check, *, by: Principal
) -> int | None:
    """Shut a way anew when somebody has opened it by hand and its fault was found again after that; the event, or None."""
    opened_at = rows.find_opened_at(c, site.id, fault_id)
    if opened_at is None or opened_at > check.given_at:
        return None
    closure_id, seq = _shut(c, floorplans, site, check, by=by)
    rows.set_closure(c, site.id, fault_id, closure_id)
    return seq


def _fault_of(c: Connection, site: Site, check: Check) -> UUID | None:
    if check.fault is None:
        return None
    return rows.find_fault(c, site.id, check.checkpoint_id, check.fault, check.given_at)


def _shut(
    c: Connection, floorplans: PublishedFloorplans, site: Site, check: Check, *, by: Principal
) -> tuple[UUID | None, int | None]:
    """The closure that a new fault makes, if people cannot get through, and its event."""
    reason = CLOSES.get(check.fault) if check.fault else None
    subject_id = find_subject(c, site.id, check.checkpoint_id)
    if reason is None or subject_id is None or not floorplans.load(c, site).floorplan.can_be_closed(subject_id):
        return None, None
    closure = Closure(uuid4(), subject_id, reason, CLOSURE_SOURCE, check.received_at)
    add_closure(c, site.id, closure, by.person_id)
    said = {"closure_id": str(closure.id), "subject_id": str(subject_id), "reason": reason}
    return closure.id, record_change(c, site, EventKind.CLOSURE_ADDED, subject=closure.id, said=said, by=by)


def _changed(c: Connection, site: Site, round_id: UUID, said: Mapping[str, object], by: Principal) -> None:
    told = {"round_id": str(round_id), **said}
    record_change(c, site, EventKind.ROUND_CHANGED, subject=round_id, said=told, by=by)
