"""Every change leaves two traces in the transaction that makes it: who did it, and that it happened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from geo_server.domain.events import EventKind
from geo_server.domain.places import Site
from geo_server.services.access import Principal
from geo_server.store.audit import Deed, record_deeds
from geo_server.store.database import Connection
from geo_server.store.events import record_events


@dataclass(frozen=True, slots=True)
class Change:
    """One change.

    Args:
        subject: Id of the thing.
        said: JSON values that name it, for both traces.
        by: Who; None is somebody without an account, or a system.
    """

    subject: UUID
    said: Mapping[str, object]
    by: Principal | None


def record_change(
    c: Connection, site: Site, kind: EventKind, *, subject: UUID, said: Mapping[str, object], by: Principal | None
) -> int:
    """Record one :class:`Change`, as :func:`record_changes` does.

    Returns:
        Number of the live event.
    """
    return record_changes(c, site, kind, [Change(subject, said, by)])


def record_changes(c: Connection, site: Site, kind: EventKind, changes: Sequence[Change]) -> int:
    """Write the audit rows and the live events of some changes of one kind.

    Args:
        c: The transaction that makes them. Both hold the site's row until it commits, so this comes last.
        site: Where.
        kind: What has changed; the audit calls it the same.
        changes: At least one, in order.

    Returns:
        Number of the last live event.
    """
    deeds = [Deed(one.by.person_id if one.by else None, kind, str(one.subject), one.said) for one in changes]
    record_deeds(c, site.id, deeds)
    return record_events(c, site.id, kind, [one.said for one in changes])[-1].seq
