"""Conflicts: what was reported calls for leaving, and what is in force forbids it. A person decides, never the server.

A fire alarm during a lockdown can be real, or the assailant's way to bring people out of their rooms. Guidance for
schools therefore says to stay unless there is first-hand fire, danger, or an order; so the directive stands until
somebody in charge has settled the conflict.
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
    """Whether an action would send people out of where another one keeps them."""
    return called_for.may_leave and not in_force.may_leave
