"""Tables of what was brought in: imports, and the files of those that have not ended well yet."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB

from geo_server.domain.progress import Stage
from geo_server.domain.states import ImportState
from geo_server.store.tables.base import (
    at_least_zero,
    identifier,
    metadata,
    moment,
    of_site,
    one_of,
    person,
    site_id,
)

imports = Table(
    "imports",
    metadata,
    identifier(primary_key=True),
    site_id(),
    identifier("building_id", nullable=True),
    identifier("revision_id", nullable=True),
    Column("building_name", Text, nullable=False),
    Column("keep_others", Boolean, nullable=False),
    identifier("onto", nullable=True),
    Column("state", Text, nullable=False),
    Column("job_id", BigInteger, nullable=True),
    Column("attempts", Integer, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("done", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("share", Double, nullable=False),
    Column("problem", JSONB(none_as_null=True), nullable=True),
    moment("started_at", recorded=True),
    person("started_by"),
    moment("finished_at", nullable=True),
    UniqueConstraint("site_id", "id"),
    of_site("building_id", "buildings"),
    of_site("revision_id", "floorplan_revisions"),
    one_of("state", ImportState),
    one_of("step", Stage),
    at_least_zero("attempts"),
    at_least_zero("size_bytes"),
    CheckConstraint("done BETWEEN 0 AND total", name="done_of_total"),
    CheckConstraint("share BETWEEN 0 AND 1", name="share_of_one"),
    CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256_hex"),
    CheckConstraint("(state IN ('waiting', 'running')) = (finished_at IS NULL)", name="finished_at_fits_state"),
    CheckConstraint("(state IN ('refused', 'failed')) = (problem IS NOT NULL)", name="problem_fits_state"),
)
"""``problem`` is why it was refused or failed; ``onto`` and ``keep_others`` are what was said of the building's other levels."""
Index(None, imports.c.site_id, imports.c.started_at)

import_files = Table(
    "import_files",
    metadata,
    site_id(),
    identifier("import_id", primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("said", JSONB, nullable=False),
    Column("data", LargeBinary, nullable=False),
    of_site("import_id", "imports"),
    at_least_zero("number"),
)
"""Files as they were sent. They go when their import ends well or is refused, and some days after it failed."""
