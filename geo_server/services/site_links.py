"""Site links: on a poster or in a mail, so that anybody can report a concern. They show no incident and let nobody in."""

import secrets
from datetime import UTC, datetime, timedelta
from uuid import UUID

from geo_server.domain.errors import NotFound, NotSignedIn
from geo_server.domain.places import Site
from geo_server.services.access import SECRET_BYTES, Principal, hash_secret
from geo_server.store import site_links as rows
from geo_server.store.audit import record_audit
from geo_server.store.database import Database
from geo_server.store.site_links import SiteLink
from geo_server.store.sites import load_site_by_id

LIFE = timedelta(days=365)


def make_site_link(database: Database, site: Site, label: str, *, by: Principal) -> tuple[UUID, str]:
    """Make a link that is good for a year; returns its id and the secret that nobody can be shown again."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    with database.transaction(site.id) as c:
        link_id = rows.add_site_link(
            c,
            site.id,
            label=label,
            secret_hash=hash_secret(secret),
            expires_at=datetime.now(UTC) + LIFE,
            made_by=by.person_id,
        )
        record_audit(
            c,
            site_id=site.id,
            person_id=by.person_id,
            action="site_link_made",
            subject=str(link_id),
            detail={"label": label},
        )
    return link_id, secret


def list_site_links(database: Database, site: Site) -> list[SiteLink]:
    """The links of a site, latest first."""
    with database.snapshot(site.id) as c:
        return rows.list_site_links(c, site.id)


def revoke_site_link(database: Database, site: Site, link_id: UUID, *, by: Principal) -> None:
    """Make a link take nothing any more; one that is revoked stays so. What came by it is kept.

    Raises:
        NotFound: The site has no such link.
    """
    with database.transaction(site.id) as c:
        revoked = rows.revoke_site_link(c, site.id, link_id, datetime.now(UTC))
        if revoked is None:
            raise NotFound(
                f"The site has no link {link_id}.", where="site_link_id", advice="See the list of its links."
            )
        if revoked:
            record_audit(
                c,
                site_id=site.id,
                person_id=by.person_id,
                action="site_link_revoked",
                subject=str(link_id),
                detail={},
            )


def open_site_link(database: Database, secret: str) -> tuple[Site, UUID]:
    """The site that a link is of, and the link's id.

    Raises:
        NotSignedIn: The link is wrong, revoked or expired. One answer for all, so that guessing teaches nothing.
    """
    with database.snapshot() as c:
        found = rows.find_site_link(c, hash_secret(secret))
        if found is None:
            raise NotSignedIn(
                "This link does not work: it is wrong, was revoked, or is too old.",
                advice="Tell the office of the site. If somebody is in danger, call the emergency number.",
            )
        return load_site_by_id(c, found[0]), found[1]
