"""The second wall between sites: row-level security, by which the database itself holds a transaction to one site.

The first wall is that every statement names its site. The second is for the day when one forgets to. Three things are
needed for it to stand: policies that a connection which says nothing fails, though PostgreSQL leaves an empty text
behind where a setting was local (``NULLIF``); ``FORCE``, because the program owns its tables and owners pass by
default; and a role that is no superuser, because those pass always.

It is a guard against faults of this program, not against somebody who may write SQL: they could name any site.
"""

from typing import LiteralString

from sqlalchemy import text

from geo_server.domain.errors import Conflict
from geo_server.store.database import Connection, Database

INDEX_USED: LiteralString = (
    "SELECT proleakproof FROM pg_proc WHERE oid = 'geometry_overlaps(geometry,geometry)'::regprocedure"
)
"""Whether spatial indexes are used under a policy: PostgreSQL asks a condition that might tell what it was given, as a
failing one does, only after the policy. The overlap of two boxes neither fails nor tells."""

LET_USE_INDEX: LiteralString = "ALTER FUNCTION geometry_overlaps(geometry, geometry) LEAKPROOF"
"""Only a superuser may say so. Without it a tile of a campus of 20,000 rooms takes six times as long."""

_PASSES = text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
_UNGUARDED = text("""
    SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped
    WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace
      AND a.attname = CASE c.relname WHEN 'sites' THEN 'id' ELSE 'site_id' END
      AND NOT (c.relrowsecurity AND c.relforcerowsecurity
               AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'own_site'))
    ORDER BY c.relname""")


def list_unguarded(c: Connection) -> list[str]:
    """The tables that name a site and do not keep their rows to it, by name."""
    return list(c.scalars(_UNGUARDED))


def check_row_security(database: Database) -> bool:
    """Make sure that the database holds transactions to their site.

    Returns:
        Whether it uses spatial indexes all the same.

    Raises:
        Conflict: The role passes every policy, or a table has none.
        Unavailable: The database cannot be reached.
    """
    with database.snapshot() as c:
        passes = c.scalar(_PASSES)
        unguarded = list_unguarded(c)
        index_used = bool(c.scalar(text(INDEX_USED)))
    if passes:
        raise Conflict(
            "The role that the server connects as passes row-level security, so that only its statements keep sites apart.",
            where=database.name,
            advice="Connect as a role that owns the database and is neither SUPERUSER nor BYPASSRLS.",
        )
    if unguarded:
        raise Conflict(
            f"Row-level security is off for {', '.join(unguarded)}.",
            where=database.name,
            advice="Somebody switched it off by hand: run as the owner SELECT keep_rows_to_their_site();",
        )
    return index_used
