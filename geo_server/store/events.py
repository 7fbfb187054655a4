"""The live feed of a site: numbered without gaps, in the order of commits.

A sequence would hand out numbers before commit, and a client that has seen number 2 would never ask for number 1 when
that commits later. The number therefore comes from a row of the site that the transaction locks until it commits.

Lock order: a transaction that also locks an incident or a revision locks that first, and records its events last.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, RowMapping, and_, column, delete, func, insert, literal, or_, select, true

from geo_server.domain.errors import NotFound
from geo_server.domain.events import CHANGES_ROUTES, Event, EventKind
from geo_server.domain.rounds import HOLDS_NO_THREAT
from geo_server.store.counters import counting
from geo_server.store.tables import events, sites

CHANNEL = "geo_server_events"
"""Channel of NOTIFY. Its payload is a site's id and nothing more: any role of a database may notify any channel."""


_CHANGES_ROUTES = or_(
    events.c.kind.in_([kind.value for kind in CHANGES_ROUTES]),
    and_(
        events.c.kind == EventKind.FAULT_CHANGED.value,
        events.c.payload["kind"].astext.in_([kind.value for kind in HOLDS_NO_THREAT]),
    ),
)


def record_event(c: Connection, site_id: UUID, kind: EventKind, payload: Mapping[str, object]) -> Event:
    """Record that one thing changed, as :func:`record_events` does."""
    return record_events(c, site_id, kind, [payload])[0]


def record_events(
    c: Connection, site_id: UUID, kind: EventKind, payloads: Sequence[Mapping[str, object]]
) -> list[Event]:
    """Record that some things changed; listeners hear of it when the transaction commits.

    Args:
        c: A connection inside the transaction that makes the changes.
        site_id: The site.
        kind: What changed.
        payloads: JSON values that name the things, at least one, in order.

    Raises:
        NotFound: There is no such site.
    """
    counted = counting(site_id, sites.c.event_seq, len(payloads)).cte("counted")
    things = func.jsonb_array_elements(literal([dict(payload) for payload in payloads], events.c.payload.type))
    thing = things.table_valued(column("payload", events.c.payload.type), with_ordinality="n").render_derived("thing")
    said = select(
        literal(site_id),
        counted.c.event_seq - len(payloads) + thing.c.n,
        literal(kind.value),
        counted.c.at,
        thing.c.payload,
    )
    columns = [events.c.site_id, events.c.seq, events.c.kind, events.c.at, events.c.payload]
    statement = insert(events).from_select(columns, said.select_from(counted.join(thing, true())))
    told = func.pg_notify(CHANNEL, str(site_id))
    rows = c.execute(statement.returning(events.c.seq, events.c.at, told)).all()
    if not rows:
        raise NotFound(f"There is no site {site_id}.")
    numbered = zip(sorted(rows, key=lambda row: row.seq), payloads, strict=True)
    return [Event(site_id, row.seq, kind, row.at, payload) for row, payload in numbered]


def list_events(c: Connection, site_id: UUID, after: int, limit: int = 500) -> list[Event]:
    """Events of a site with a number above ``after``, in order, at most ``limit``."""
    statement = (
        select(events).where(events.c.site_id == site_id, events.c.seq > after).order_by(events.c.seq).limit(limit)
    )
    return [_event(row) for row in c.execute(statement).mappings()]


def last_seq(c: Connection, site_id: UUID) -> int:
    """Number of the latest event of a site; 0 when there was none yet.

    Raises:
        NotFound: There is no such site.
    """
    seq: int | None = c.scalar(select(sites.c.event_seq).where(sites.c.id == site_id))
    if seq is None:
        raise NotFound(f"There is no site {site_id}.")
    return seq


def oldest_seq(c: Connection, site_id: UUID) -> int:
    """Number of the oldest event that is still kept. With none kept, the number that the next one will get.

    A client that has seen everything up to ``n`` can resume when ``n + 1 >= oldest_seq``.
    """
    seq: int | None = c.scalar(select(func.min(events.c.seq)).where(events.c.site_id == site_id))
    return last_seq(c, site_id) + 1 if seq is None else seq


def find_last_event(c: Connection, site_id: UUID, kind: EventKind, incident_id: UUID, after: int) -> Event | None:
    """The latest event of a kind that names an incident, with a number above ``after``; or None."""
    of_incident = events.c.payload["incident_id"].astext == str(incident_id)
    statement = select(events).where(
        events.c.site_id == site_id, events.c.seq > after, events.c.kind == kind.value, of_incident
    )
    row = c.execute(statement.order_by(events.c.seq.desc()).limit(1)).mappings().one_or_none()
    return None if row is None else _event(row)


def routes_changed(c: Connection, site_id: UUID, after: int) -> bool:
    """Whether something that routes depend on changed on a site in an event with a number above ``after``."""
    statement = select(events.c.seq).where(events.c.site_id == site_id, events.c.seq > after, _CHANGES_ROUTES)
    return c.execute(statement.limit(1)).one_or_none() is not None


def last_seq_of_routes(c: Connection, site_id: UUID) -> int:
    """Number of the latest event of a site with which something changed that routes depend on; 0 when none is kept."""
    statement = select(events.c.seq).where(events.c.site_id == site_id, _CHANGES_ROUTES)
    seq: int | None = c.scalar(statement.order_by(events.c.seq.desc()).limit(1))
    return seq or 0


def forget_events(c: Connection, before: datetime) -> int:
    """Delete the events of all sites from before a moment; returns how many. What they told of is kept elsewhere."""
    return c.execute(delete(events).where(events.c.at < before)).rowcount


def _event(row: RowMapping) -> Event:
    return Event(row["site_id"], row["seq"], EventKind(row["kind"]), row["at"], row["payload"])
