"""What a zone is told: the order in force, and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from geo_server.domain.incidents import WITHDRAWN, Directive, Incident
from geo_server.domain.protocols import Action, ProtocolPack

_UNKNOWN = Action("unknown", "Wait for orders", "Do what the person in charge tells you.", may_leave=False)


@dataclass(frozen=True, slots=True)
class Told:
    """The action that holds in a zone, and why.

    Args:
        why: One sentence in English: by whose order, or by which protocol.
        order: That order; None where the protocol says so.
    """

    action: Action
    why: str
    order: Directive | None = None


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """That an order was taken back. The order is kept.

    Args:
        order: What had been given.
        by: The directive that took it back: its moment, who, and why.
    """

    order: Directive
    by: Directive


def in_force(given: Iterable[Directive]) -> list[Directive]:
    """The directives that hold: the latest for the whole site, and the latest for each zone, unless it was taken back.

    An order that another one has followed does not come back when that one is taken back: what holds then is what was
    ordered for the site, or the protocol.

    Args:
        given: All of an incident, earliest first.

    Returns:
        That for the whole site first. Which of the two counts for a zone is for :func:`told_in`.
    """
    latest = {directive.zone_id: directive for directive in given}
    held = [directive for directive in latest.values() if directive.action != WITHDRAWN]
    return sorted(held, key=lambda directive: (directive.zone_id is not None, str(directive.zone_id)))


def withdrawals(given: Iterable[Directive]) -> list[Withdrawal]:
    """The orders of an incident that were taken back, as :func:`in_force` is given them; the one taken back last first."""
    before: dict[UUID | None, Directive] = {}
    found: list[Withdrawal] = []
    for directive in given:
        order = before.get(directive.zone_id)
        if directive.action == WITHDRAWN and order is not None:
            found.append(Withdrawal(order, directive))
        before[directive.zone_id] = directive
    return found[::-1]


def told_in(
    zone_id: UUID | None,
    incident: Incident,
    directives: Iterable[Directive],
    pack: ProtocolPack,
    *,
    names: bool = True,
) -> Told:
    """The action that holds in a zone: the last order given to it or to the whole site, else what the protocol says.

    Args:
        zone_id: The zone; None is the site as a whole.
        incident: The open incident.
        directives: In force: the latest for the site, and the latest for each zone.
        pack: The protocol pack. It may have been replaced since: what it no longer knows permits nothing.
        names: Say who ordered it, and in which words.
    """
    ordered = [directive for directive in directives if directive.zone_id in {None, zone_id}]
    if ordered:
        last = max(ordered, key=lambda directive: directive.given_at)
        whom = "the whole site" if last.zone_id is None else "this zone"
        by = f" by {last.given_by}" if names else ""
        reason = f": {last.reason}" if names and last.reason else "."
        return Told(action_of(pack, last.action), f"Ordered for {whom}{by}{reason}", last)
    kind = pack.kinds.get(incident.kind)
    if kind is None:
        return Told(_UNKNOWN, f"The protocol pack has no incident kind {incident.kind!r}.")
    return Told(pack.actions[kind.action], f"The protocol for {kind.title}; nobody has ordered anything else.")


def action_of(pack: ProtocolPack, key: str) -> Action:
    """An action of the pack; one that the pack no longer has is told by its bare name, and permits nothing."""
    return pack.actions.get(key) or Action(key, key.replace("_", " ").capitalize(), _UNKNOWN.words, may_leave=False)
