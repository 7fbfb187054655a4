"""Conflicts: what was reported calls for leaving while people are told to stay, or for staying while they are told to
leave. A person decides, never the server.

A fire alarm during a lockdown can be real, or the assailant's way to bring people out of their rooms. Guidance for
schools therefore says to stay unless there is first-hand fire, danger, or an order; so the directive stands until
somebody in charge has settled the conflict. A gunman who is seen while everybody leaves a fire is the same question the
other way round: who is on the way out may walk towards him, and who turns back may burn.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from geo_server.domain.protocols import Action


class Decision(StrEnum):
    """How a conflict was settled."""

    KEEP = "keep"
    """What was in force goes on."""
    CHANGE = "change"
    """Another directive was given."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """Who settled a conflict, when and how.

    Args:
        by: The person's name.
    """

    decision: Decision
    at: datetime
    by: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ProtocolConflict:
    """Something was reported that the protocol answers otherwise than what is in force.

    Args:
        kind: The kind of incident that was reported.
        action: Key of the action that the protocol has for it.
        settlement: None while nobody has decided.
    """

    id: UUID
    incident_id: UUID
    kind: str
    action: str
    raised_at: datetime
    settlement: Settlement | None = None


def contradicts(called_for: Action, in_force: Action) -> bool:
    """Whether an action would send people out of where another one keeps them, or keep them where that sends them out of."""
    return called_for.may_leave is not in_force.may_leave
