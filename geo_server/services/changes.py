"""Every change leaves two traces in the transaction that makes it: who did it, and that it happened."""

from collections.abc import Mapping
from uuid import UUID

from geo_server.domain.events import EventKind
from geo_server.domain.places import Site
from geo_server.services.access import Principal
from geo_server.store.audit import record_audit
from geo_server.store.database import Connection
from geo_server.store.events import record_event


def record_change(
    c: Connection, site: Site, kind: EventKind, *, subject: UUID, said: Mapping[str, object], by: Principal | None
) -> int:
    """Write the audit row and the live event of a change.

    Args:
        c: The transaction that makes it. Both hold the site's row until it commits, so this comes last.
        site: Where.
        kind: What has changed; the audit calls it the same.
        subject: Id of the thing.
        said: JSON values that name it, for both.
        by: Who; None is somebody without an account, or a system.

    Returns:
        Number of the live event.
    """
    record_audit(
        c, site_id=site.id, person_id=by.person_id if by else None, action=kind, subject=str(subject), detail=said
    )
    return record_event(c, site.id, kind, said).seq
