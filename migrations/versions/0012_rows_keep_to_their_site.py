"""Rows of a site are seen by transactions of that site only."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_GUARD = """
CREATE FUNCTION keep_rows_to_their_site() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    guarded record;
    own text;
BEGIN
    FOR guarded IN
        SELECT c.oid::regclass AS name, a.attname AS site
        FROM pg_class c
        JOIN pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped
        WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace
          AND a.attname = CASE c.relname WHEN 'sites' THEN 'id' ELSE 'site_id' END
    LOOP
        own := '(SELECT current_setting(''geo_server.every_site'', true)) = ''on'' OR ' || quote_ident(guarded.site)
            || ' = (SELECT NULLIF(current_setting(''geo_server.site'', true), '''')::uuid)';
        EXECUTE 'DROP POLICY IF EXISTS own_site ON ' || guarded.name;
        EXECUTE 'CREATE POLICY own_site ON ' || guarded.name || ' USING (' || own || ')';
        EXECUTE 'ALTER TABLE ' || guarded.name || ' ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY';
    END LOOP;
END $$
"""

_OPEN = """
DO $$
DECLARE
    guarded record;
BEGIN
    FOR guarded IN SELECT polrelid::regclass AS name FROM pg_policy WHERE polname = 'own_site' LOOP
        EXECUTE 'DROP POLICY own_site ON ' || guarded.name;
        EXECUTE 'ALTER TABLE ' || guarded.name || ' DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY';
    END LOOP;
END $$
"""


def upgrade() -> None:
    op.execute(_GUARD)
    op.execute("SELECT keep_rows_to_their_site()")


def downgrade() -> None:
    op.execute(_OPEN)
    op.execute("DROP FUNCTION keep_rows_to_their_site()")
