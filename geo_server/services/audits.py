"""Whether the record of who did what is as it was written."""

from dataclasses import dataclass

from geo_server.store.audit import count_entries, verify_audit
from geo_server.store.database import Database
from geo_server.store.sites import list_sites, load_site


@dataclass(frozen=True, slots=True)
class AuditState:
    """The audit log of one site.

    Args:
        slug: Of the site.
        entries: How many were recorded.
        first_bad: Number of the first that is changed, missing or out of place; None when there is none.
    """

    slug: str
    entries: int
    first_bad: int | None


def verify_audits(database: Database, slug: str | None = None) -> list[AuditState]:
    """Check every seal of one site, or of all.

    Raises:
        NotFound: There is no such site.
    """
    with database.snapshot() as c:
        sites = list_sites(c) if slug is None else [load_site(c, slug)]
        return [AuditState(site.slug, count_entries(c, site.id), verify_audit(c, site.id)) for site in sites]
