"""Responder links: for devices without an account, each bound to one incident."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, func, insert, select, update

from geo_server.domain.states import TokenKind
from geo_server.store.access import link_holds
from geo_server.store.tables import incidents, people, responder_links, tokens


@dataclass(frozen=True, slots=True)
class ResponderLink:
    """A link without its secret.

    Args:
        label: For whom, as its maker wrote it.
        made_by: Name of its maker; None is the operator at the command line.
        holds: It can still be opened.
        devices: How many sessions began by it.
        last_opened_at: When the last of them began, or None.
    """

    id: UUID
    label: str
    made_at: datetime
    made_by: str | None
    expires_at: datetime
    revoked_at: datetime | None
    holds: bool
    devices: int
    last_opened_at: datetime | None


def add_responder_link(
    c: Connection,
    *,
    site_id: UUID,
    token_id: UUID,
    person_id: UUID,
    incident_id: UUID,
    after_all_clear: timedelta,
    made_by: UUID | None,
) -> None:
    """Bind the token of a link, and the person that it is, to an incident.

    Args:
        c: A connection inside a transaction.
        site_id: The site.
        token_id: The token in the link.
        person_id: Made for this link alone, without any role.
        incident_id: An incident of the site.
        after_all_clear: How long the link holds after the all-clear.
        made_by: Who made it.
    """
    c.execute(
        insert(responder_links).values(
            site_id=site_id,
            id=token_id,
            person_id=person_id,
            incident_id=incident_id,
            after_all_clear=after_all_clear,
            made_by=made_by,
        )
    )


def list_responder_links(c: Connection, site_id: UUID, incident_id: UUID) -> list[ResponderLink]:
    """The links of an incident, latest first."""
    links = responder_links
    maker, sessions = people.alias(), tokens.alias()
    came = (sessions.c.person_id == links.c.person_id) & (sessions.c.kind == TokenKind.SESSION.value)
    in_time = tokens.c.revoked_at.is_(None) & (tokens.c.expires_at > func.clock_timestamp())
    statement = (
        select(
            links.c.id,
            tokens.c.label,
            tokens.c.created_at.label("made_at"),
            maker.c.name.label("made_by"),
            tokens.c.expires_at,
            tokens.c.revoked_at,
            (in_time & link_holds()).label("holds"),
            select(func.count()).select_from(sessions).where(came).scalar_subquery().label("devices"),
            select(func.max(sessions.c.created_at)).where(came).scalar_subquery().label("last_opened_at"),
        )
        .join_from(links, tokens, tokens.c.id == links.c.id)
        .join(incidents, incidents.c.id == links.c.incident_id)
        .outerjoin(maker, maker.c.id == links.c.made_by)
        .where(links.c.site_id == site_id, links.c.incident_id == incident_id)
        .order_by(tokens.c.created_at.desc(), links.c.id)
    )
    return [ResponderLink(**row) for row in c.execute(statement).mappings()]


def find_linked_incident(c: Connection, site_id: UUID, person_id: UUID) -> UUID | None:
    """The incident that the link of a person without an account is bound to, or None."""
    links = responder_links
    statement = select(links.c.incident_id).where(links.c.site_id == site_id, links.c.person_id == person_id)
    incident_id: UUID | None = c.scalar(statement)
    return incident_id


def revoke_responder_link(c: Connection, site_id: UUID, incident_id: UUID, link_id: UUID, at: datetime) -> bool | None:
    """Make a link, and every session that began by it, open nothing any more.

    Returns:
        False when it was revoked before, None when the incident has no such link.
    """
    links = responder_links
    key = (links.c.site_id == site_id) & (links.c.incident_id == incident_id) & (links.c.id == link_id)
    person_id = c.scalar(select(links.c.person_id).where(key))
    if person_id is None:
        return None
    mine = (tokens.c.person_id == person_id) & tokens.c.revoked_at.is_(None)
    revoked = c.scalars(update(tokens).where(mine).values(revoked_at=at).returning(tokens.c.id))
    return link_id in set(revoked)
