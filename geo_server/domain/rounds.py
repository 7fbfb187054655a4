"""Rounds: places that somebody walks to, what they find there, and what is wrong until it is mended.

Terminology:
    checkpoint: a place to be looked at: a door, a zone, or a spot that somebody put on the map.
    check: what one person found at one checkpoint at one time.
    fault: what is wrong at a checkpoint, from the check that found it first until somebody says that it is mended.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from shapely import Point

from geo_server.domain.incidents import ClosureReason
from geo_server.domain.places import Floorplan, ZoneCategory
from geo_server.domain.subjects import find_subject


class FaultKind(StrEnum):
    """What is wrong."""

    STUCK = "stuck"
    """It does not open."""
    BLOCKED = "blocked"
    """Something stands in the way."""
    LOCKED_OUT = "locked_out"
    """It is locked where people have to get through."""
    PROPPED = "propped"
    """It is held open and should be shut."""
    LOCK_BROKEN = "lock_broken"
    """It does not lock."""
    DAMAGED = "damaged"
    """Hinge, closer, glass or sign."""
    OTHER = "other"


CLOSES: dict[FaultKind, ClosureReason] = {
    FaultKind.STUCK: ClosureReason.BLOCKED,
    FaultKind.BLOCKED: ClosureReason.BLOCKED,
    FaultKind.LOCKED_OUT: ClosureReason.LOCKED,
}
"""Faults with which nobody gets through, so that no way out may lead there. The others let people pass."""

HOLDS_NO_THREAT = frozenset({FaultKind.PROPPED, FaultKind.LOCK_BROKEN})
"""Faults with which a door or a zone holds no threat. Of the faults, only these and those that close change a plan."""

CLOSURE_SOURCE = "round"
"""What a closure says that a fault has made."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A place to be looked at.

    Args:
        building: Name of the building of its level.
        point: In site metres.
        subject_id: Of the opening, transition or zone that it is; None is a spot.
    """

    id: UUID
    name: str
    level_id: UUID
    ordinal: int
    building: str
    point: Point
    subject_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Round:
    """One walk past the checkpoints.

    Args:
        id: Made by the client.
        client_at: The client's clock when it was started.
        started_at: The server's clock when that arrived.
        started_by: A person's id; None is the operator at the command line.
        walker: Their name.
        finished_at: None while it is walked.
    """

    id: UUID
    client_at: datetime
    started_at: datetime
    started_by: UUID | None
    walker: str
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """What one person found at one checkpoint.

    Args:
        id: Made by the client, so that a repeated one counts once.
        fault: None: all is well.
        client_at: The client's clock when it was given.
        received_at: The server's clock when it arrived.
        walker: Name of whoever looked.
    """

    id: UUID
    round_id: UUID
    checkpoint_id: UUID
    fault: FaultKind | None
    note: str
    client_at: datetime
    received_at: datetime
    walker: str

    @property
    def given_at(self) -> datetime:
        """When it was given: by the client's clock, never later than its arrival."""
        return min(self.client_at, self.received_at)


@dataclass(frozen=True, slots=True)
class Mending:
    """That a fault is no more.

    Args:
        by: Name of whoever said so.
    """

    at: datetime
    by: str
    note: str


@dataclass(frozen=True, slots=True)
class CheckpointFault:
    """What is wrong at a checkpoint.

    Args:
        id: That of the check that found it first.
        found_at: When that was given.
        found_by: Name of whoever found it.
        closure_id: Of the closure that it has made, or None.
        mending: None while it stands.
    """

    id: UUID
    checkpoint_id: UUID
    kind: FaultKind
    note: str
    found_at: datetime
    found_by: str
    closure_id: UUID | None = None
    mending: Mending | None = None


class CheckpointState(StrEnum):
    """What is known of a checkpoint, whatever round it was in."""

    FAULT = "fault"
    """Something is wrong that nobody has mended."""
    NEVER = "never"
    """Nobody has looked at it yet."""
    OK = "ok"


@dataclass(frozen=True, slots=True)
class Coverage:
    """What is known of one checkpoint.

    Args:
        last: The check of it that was given last, or None.
        faults: Those that stand, the one found first first.
    """

    checkpoint: Checkpoint
    last: Check | None
    faults: tuple[CheckpointFault, ...]

    @property
    def state(self) -> CheckpointState:
        """In one word."""
        if self.faults:
            return CheckpointState.FAULT
        return CheckpointState.NEVER if self.last is None else CheckpointState.OK


def checkpoint_of(floorplan: Floorplan, subject_id: UUID, *, checkpoint_id: UUID, name: str = "") -> Checkpoint | None:
    """The checkpoint that an opening, a transition or a zone makes; None when the floorplan has no such thing.

    Args:
        floorplan: In site metres.
        subject_id: Of the thing.
        checkpoint_id: Of the checkpoint.
        name: What to call it; empty: as the map calls the thing.
    """
    subject = find_subject(floorplan, subject_id)
    if subject is None or subject.level_id is None:
        return None
    return Checkpoint(
        id=checkpoint_id,
        name=name or subject.name,
        level_id=subject.level_id,
        ordinal=subject.ordinal,
        building=subject.building,
        point=subject.point,
        subject_id=subject_id,
    )


def propose_checkpoints(floorplan: Floorplan, *, exits: bool, zones: Collection[ZoneCategory]) -> list[Checkpoint]:
    """Checkpoints of a whole map: its exits, and its zones of some categories."""
    subjects = [opening.id for opening in floorplan.openings if exits and opening.exit]
    subjects += [zone.id for zone in floorplan.zones if zone.category in zones]
    made = (checkpoint_of(floorplan, subject_id, checkpoint_id=uuid4()) for subject_id in subjects)
    return [checkpoint for checkpoint in made if checkpoint is not None]
