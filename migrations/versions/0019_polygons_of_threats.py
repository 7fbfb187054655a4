"""An area that a threat was seen in, where somebody gave one in place of a place and how far off it may be."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("threats", "sightings"):
        polygon = Geometry("POLYGON", srid=4326, spatial_index=False)
        op.add_column(table, sa.Column("polygon_geom", polygon, nullable=True))


def downgrade() -> None:
    for table in ("threats", "sightings"):
        op.drop_column(table, "polygon_geom")
