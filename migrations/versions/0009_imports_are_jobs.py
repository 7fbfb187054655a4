"""Imports are jobs: what they need to be read again stands beside them, and procrastinate's tables in a schema of its own."""

from importlib.resources import files

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

JOBS = files("procrastinate") / "sql" / "schema.sql"
"""The library's own schema: that of release 3.10, to which it is pinned. A later one brings its own steps from 3.10 on."""

KINDS = (
    "floorplan_published",
    "incident_opened",
    "incident_changed",
    "sighting_added",
    "sighting_retracted",
    "closure_added",
    "closure_lifted",
    "directive_given",
    "status_reported",
    "plan_made",
    "plan_failed",
    "conflict_raised",
    "conflict_settled",
)
STOPPED = {"what": "The server was stopped while it read this file.", "where": None, "advice": "Send the file again."}


def upgrade() -> None:
    _install_jobs()
    _kinds(*KINDS, "import_changed")
    _drop_checks("state_known", "finished_at_fits_state", "problem_fits_state")
    _execute("UPDATE imports SET state = 'failed', finished_at = now(), problem = :stopped WHERE state = 'running'")
    op.drop_column("imports", "heard_at")
    op.add_column("imports", sa.Column("building_name", sa.Text(), server_default="", nullable=False))
    op.add_column("imports", sa.Column("keep_others", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.add_column("imports", sa.Column("onto", sa.Uuid(), nullable=True))
    op.add_column("imports", sa.Column("job_id", sa.BigInteger(), nullable=True))
    op.add_column("imports", sa.Column("share", sa.Double(), server_default="0", nullable=False))
    for count in ("attempts", "done", "total"):
        op.add_column("imports", sa.Column(count, sa.Integer(), server_default="0", nullable=False))
    op.execute("UPDATE imports SET building_name = b.name FROM buildings b WHERE b.id = building_id")
    op.execute("UPDATE imports SET share = (state = 'finished')::int, attempts = 1")
    op.execute("UPDATE imports SET step = CASE state WHEN 'finished' THEN 'storing' ELSE 'received' END")
    for column in ("building_name", "keep_others", "attempts", "done", "total", "share"):
        op.alter_column("imports", column, server_default=None)
    op.create_unique_constraint(op.f("uq_imports_site_id_id"), "imports", ["site_id", "id"])
    _check("state_known", "state IN ('waiting', 'running', 'finished', 'refused', 'cancelled', 'failed')")
    _check("step_known", "step IN ('received', 'opening', 'walls', 'rooms', 'labels', 'matching', 'storing')")
    _check("attempts_not_negative", "attempts >= 0")
    _check("done_of_total", "done BETWEEN 0 AND total")
    _check("share_of_one", "share BETWEEN 0 AND 1")
    _check("finished_at_fits_state", "(state IN ('waiting', 'running')) = (finished_at IS NULL)")
    _check("problem_fits_state", "(state IN ('refused', 'failed')) = (problem IS NOT NULL)")
    op.create_table(
        "import_files",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("said", JSONB(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("number >= 0", name=op.f("ck_import_files_number_not_negative")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_import_files_site_id_sites")),
        sa.ForeignKeyConstraint(
            ["site_id", "import_id"],
            ["imports.site_id", "imports.id"],
            name=op.f("fk_import_files_site_id_import_id_imports"),
        ),
        sa.PrimaryKeyConstraint("import_id", "number", name=op.f("pk_import_files")),
    )


def downgrade() -> None:
    op.drop_table("import_files")
    _drop_checks(
        "state_known",
        "step_known",
        "attempts_not_negative",
        "done_of_total",
        "share_of_one",
        "finished_at_fits_state",
        "problem_fits_state",
    )
    op.drop_constraint(op.f("uq_imports_site_id_id"), "imports")
    _execute(
        "UPDATE imports SET state = 'failed', finished_at = coalesce(finished_at, now()),"
        " problem = coalesce(problem, :stopped) WHERE state <> 'finished'"
    )
    for column in ("building_name", "keep_others", "onto", "job_id", "share", "attempts", "done", "total"):
        op.drop_column("imports", column)
    now = sa.func.clock_timestamp()
    op.add_column("imports", sa.Column("heard_at", sa.TIMESTAMP(timezone=True), server_default=now, nullable=False))
    _check("state_known", "state IN ('running', 'finished', 'failed')")
    _check("finished_at_fits_state", "(state = 'running') = (finished_at IS NULL)")
    _check("problem_fits_state", "(state = 'failed') = (problem IS NOT NULL)")
    op.execute("DELETE FROM events WHERE kind = 'import_changed'")
    _kinds(*KINDS)
    op.execute("DROP SCHEMA procrastinate CASCADE")


def _install_jobs() -> None:
    connection = op.get_bind()
    before = connection.scalar(sa.select(sa.func.current_setting("search_path")))
    op.execute("CREATE SCHEMA procrastinate")
    op.execute("SET LOCAL search_path TO procrastinate")
    connection.execution_options(no_parameters=True).exec_driver_sql(JOBS.read_text(encoding="utf-8"))
    connection.execute(sa.select(sa.func.set_config("search_path", before, True)))


def _kinds(*kinds: str) -> None:
    """Let events be of these kinds."""
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    op.drop_constraint(op.f("ck_events_kind_known"), "events")
    op.create_check_constraint(op.f("ck_events_kind_known"), "events", f"kind IN ({listed})")


def _execute(statement: str) -> None:
    """Execute a statement with ``:stopped`` for the problem of an import that nobody reads any more."""
    op.execute(sa.text(statement).bindparams(sa.bindparam("stopped", STOPPED, JSONB)))


def _check(name: str, rule: str) -> None:
    op.create_check_constraint(op.f(f"ck_imports_{name}"), "imports", rule)


def _drop_checks(*names: str) -> None:
    for name in names:
        op.drop_constraint(op.f(f"ck_imports_{name}"), "imports")
