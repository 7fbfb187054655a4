"""Responder links: whoever opens one sees a single incident, without an account, without names, and changes nothing.

Terminology:
    link: an address with a secret, for as many devices as are shown it. It ends some time after the all-clear, when another
        incident is opened, a day after it was made, or when somebody revokes it: whichever comes first.
    guest: a device that came by a link. Its session ends with the link.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from geo_server.domain.errors import Conflict, NotFound, NotSignedIn
from geo_server.domain.incidents import IncidentState
from geo_server.domain.places import Site
from geo_server.domain.roles import Permission
from geo_server.domain.states import TokenKind
from geo_server.services.access import Principal, add_token, authenticate, hash_secret
from geo_server.store import responder_links as rows
from geo_server.store.access import add_person, find_token
from geo_server.store.audit import record_audit
from geo_server.store.database import Database
from geo_server.store.incidents import load_incident
from geo_server.store.responder_links import ResponderLink
from geo_server.store.sites import load_site_by_id

LONGEST_LIFE = timedelta(days=1)
LONGEST_DEVICE = 200
"""Characters of what a device says that it is; more is not kept."""


@dataclass(frozen=True, slots=True)
class MadeLink:
    """A link, with the secret that nobody can be shown again."""

    id: UUID
    secret: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Opened:
    """Where a device goes that has opened a link.

    Args:
        slug: The site's name in addresses.
        secret: Of the new session; None when the device has one already that sees the incident.
        expires_at: When the session ends at the latest.
    """

    slug: str
    secret: str | None
    expires_at: datetime


def make_responder_link(
    database: Database, site: Site, incident_id: UUID, label: str, *, after_all_clear: timedelta, by: Principal
) -> MadeLink:
    """Make a link to an open incident.

    Args:
        database: Where it is kept.
        site: The site.
        incident_id: The incident.
        label: For whom it is; stands in the audit log beside every use.
        after_all_clear: How long it holds after the all-clear.
        by: Who makes it.

    Raises:
        NotFound: No such incident on this site.
        Conflict: It is not open.
    """
    with database.transaction(site.id) as c:
        if load_incident(c, site.id, incident_id, lock=True).state is not IncidentState.OPEN:
            raise Conflict("The incident is over; a link to it would open nothing.", where="incident_id")
        expires_at = datetime.now(UTC) + LONGEST_LIFE
        person_id = add_person(c, f"Link: {label}")
        token_id, secret = add_token(c, person_id, TokenKind.RESPONDER_LINK, expires_at, label)
        rows.add_responder_link(
            c,
            site_id=site.id,
            token_id=token_id,
            person_id=person_id,
            incident_id=incident_id,
            after_all_clear=after_all_clear,
            made_by=by.person_id,
        )
        record_audit(
            c,
            site_id=site.id,
            person_id=by.person_id,
            action="responder_link_made",
            subject=str(token_id),
            detail={"incident_id": str(incident_id), "label": label},
        )
    return MadeLink(token_id, secret, expires_at)


def list_responder_links(database: Database, site: Site, incident_id: UUID) -> list[ResponderLink]:
    """The links of an incident, latest first.

    Raises:
        NotFound: No such incident on this site.
    """
    with database.snapshot(site.id) as c:
        load_incident(c, site.id, incident_id)
        return rows.list_responder_links(c, site.id, incident_id)


def revoke_responder_link(database: Database, site: Site, incident_id: UUID, link_id: UUID, *, by: Principal) -> None:
    """Make a link, and every device that came by it, see nothing any more. One that is revoked stays so.

    Raises:
        NotFound: No such incident on this site, or no such link of it.
    """
    with database.transaction(site.id) as c:
        load_incident(c, site.id, incident_id)
        revoked = rows.revoke_responder_link(c, site.id, incident_id, link_id, datetime.now(UTC))
        if revoked is None:
            raise NotFound(f"The incident has no link {link_id}.", where="link_id", advice="See the list of its links.")
        if revoked:
            record_audit(
                c,
                site_id=site.id,
                person_id=by.person_id,
                action="responder_link_revoked",
                subject=str(link_id),
                detail={"incident_id": str(incident_id)},
            )


def open_responder_link(database: Database, secret: str, *, session: str, device: str) -> Opened:
    """Begin a session by a link, unless the device has one that sees the incident already: staff stay staff.

    Every session that begins is in the audit log.

    Args:
        database: Where tokens are kept.
        secret: The secret of the link.
        session: The secret of the session that the device has; empty for none.
        device: What the device says that it is.

    Raises:
        NotSignedIn: The link is wrong, revoked or over. One answer for all, so that guessing teaches nothing.
    """
    known = _known(database, session)
    with database.transaction() as c:
        link = find_token(c, hash_secret(secret), TokenKind.RESPONDER_LINK)
        if link is None or link.guest_on is None:
            raise NotSignedIn(
                "This link does not work: it is wrong, was revoked, or its incident is over.",
                advice="Ask the commander of the incident for a new one.",
            )
        site = load_site_by_id(c, link.guest_on)
        if known and known.may(site.id, Permission.SEE_INCIDENT):
            return Opened(site.slug, None, link.expires_at)
        _, session_secret = add_token(c, link.person_id, TokenKind.SESSION, link.expires_at, link.label)
        record_audit(
            c,
            site_id=site.id,
            person_id=link.person_id,
            action="responder_link_opened",
            subject=str(link.id),
            detail={
                "incident_id": str(rows.find_linked_incident(c, site.id, link.person_id)),
                "device": "".join(filter(str.isprintable, device[:LONGEST_DEVICE])),
            },
        )
    return Opened(site.slug, session_secret, link.expires_at)


def _known(database: Database, session: str) -> Principal | None:
    try:
        return authenticate(database, session)
    except NotSignedIn:
        return None
