"""Site links: by one of them anybody can report a concern of a site."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import Connection, func, insert, select, update

from geo_server.store.tables import concerns, people, site_links


@dataclass(frozen=True, slots=True)
class SiteLink:
    """A link without its secret.

    Args:
        label: Where it hangs or whom it was given to.
        made_by: Name of its maker; None is the operator at the command line.
        concerns: How many concerns came by it.
        last_used_at: When the last of them came, or None.
    """

    id: UUID
    label: str
    made_at: datetime
    made_by: str | None
    expires_at: datetime
    revoked_at: datetime | None
    concerns: int
    last_used_at: datetime | None


def add_site_link(
    c: Connection, site_id: UUID, *, label: str, secret_hash: bytes, expires_at: datetime, made_by: UUID | None
) -> UUID:
    """Keep the hash of a link; returns the link's id, which is no secret.

    Args:
        c: A connection inside a transaction.
        site_id: The site.
        label: Where it hangs.
        secret_hash: SHA-256 of the secret.
        expires_at: From when on it takes nothing.
        made_by: Who made it.
    """
    link_id = uuid4()
    c.execute(
        insert(site_links).values(
            site_id=site_id, id=link_id, label=label, secret_hash=secret_hash, expires_at=expires_at, made_by=made_by
        )
    )
    return link_id


def find_site_link(c: Connection, secret_hash: bytes) -> tuple[UUID, UUID] | None:
    """Site and id of the link with this hash, unless it is revoked or has expired by the database's clock."""
    statement = select(site_links.c.site_id, site_links.c.id).where(
        site_links.c.secret_hash == secret_hash,
        site_links.c.revoked_at.is_(None),
        site_links.c.expires_at > func.clock_timestamp(),
    )
    row = c.execute(statement).one_or_none()
    return None if row is None else (row[0], row[1])


def list_site_links(c: Connection, site_id: UUID) -> list[SiteLink]:
    """The links of a site, latest first."""
    links = site_links
    came = concerns.c.link_id == links.c.id
    statement = (
        select(
            links.c.id,
            links.c.label,
            links.c.made_at,
            people.c.name.label("made_by"),
            links.c.expires_at,
            links.c.revoked_at,
            select(func.count()).select_from(concerns).where(came).scalar_subquery().label("concerns"),
            select(func.max(concerns.c.reported_at)).where(came).scalar_subquery().label("last_used_at"),
        )
        .outerjoin_from(links, people, people.c.id == links.c.made_by)
        .where(links.c.site_id == site_id)
        .order_by(links.c.made_at.desc(), links.c.id)
    )
    return [SiteLink(**row) for row in c.execute(statement).mappings()]


def revoke_site_link(c: Connection, site_id: UUID, link_id: UUID, at: datetime) -> bool | None:
    """Make a link take nothing any more.

    Returns:
        False when it was revoked before, None when the site has no such link.
    """
    key = (site_links.c.site_id == site_id) & (site_links.c.id == link_id)
    change = update(site_links).where(key, site_links.c.revoked_at.is_(None)).values(revoked_at=at)
    if c.execute(change.returning(site_links.c.id)).one_or_none() is not None:
        return True
    return None if c.execute(select(site_links.c.id).where(key)).one_or_none() is None else False
