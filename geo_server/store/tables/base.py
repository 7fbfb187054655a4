"""What all tables share: the metadata with its naming convention, and the columns and constraints that recur.

Terminology:
    of_site: a foreign key that carries the site along, so that a row can never point at another site's row.
"""

from enum import StrEnum
from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import (
    TIMESTAMP,
    CheckConstraint,
    Column,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    MetaData,
    Table,
    Uuid,
    func,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def identifier(name: str = "id", *, primary_key: bool = False, nullable: bool = False) -> Column[Any]:
    """A UUID column."""
    return Column(name, Uuid, primary_key=primary_key, nullable=nullable)


def site_id(*, primary_key: bool = False) -> Column[Any]:
    """The site that a row belongs to."""
    return Column("site_id", Uuid, ForeignKey("sites.id"), primary_key=primary_key, nullable=False)


def person(name: str) -> Column[Any]:
    """The person who did it; null means the operator at the command line."""
    return Column(name, Uuid, ForeignKey("people.id"), nullable=True)


def moment(name: str, *, nullable: bool = False, recorded: bool = False) -> Column[Any]:
    """A moment in UTC.

    Args:
        name: Ends in ``_at``, or is ``at``.
        nullable: Null means that it has not happened.
        recorded: Filled in by the database when the row is written.
    """
    default = func.clock_timestamp() if recorded else None
    return Column(name, TIMESTAMP(timezone=True), nullable=nullable, server_default=default)


def place(kind: str, *, nullable: bool = False) -> tuple[Column[Any], Column[Any]]:
    """Geometry in lon, lat (EPSG:4326), and the same ready for tiles in EPSG:3857, which the database keeps in step.

    Args:
        kind: ``POINT``, ``LINESTRING``, ``POLYGON``, or ``GEOMETRY`` for a column of several kinds.
        nullable: Null means that no place is known.
    """
    return (
        Column("geom", Geometry(kind, srid=4326, spatial_index=False), nullable=nullable),
        Column(
            "geom_3857",
            Geometry(kind, srid=3857, spatial_index=False),
            Computed("ST_Transform(geom, 3857)", persisted=True),
        ),
    )


def tile_index(table: Table) -> Index:
    """The spatial index that tiles need."""
    return Index(None, table.c.geom_3857, postgresql_using="gist")


def of_site(column: str, table: str) -> ForeignKeyConstraint:
    """A foreign key to a row of the same site."""
    return ForeignKeyConstraint(["site_id", column], [f"{table}.site_id", f"{table}.id"])


def one_of(column: str, values: type[StrEnum]) -> CheckConstraint:
    """A check that a text column holds a value of an enum, and so cannot drift from it."""
    listed = ", ".join(f"'{value.value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


def at_least_zero(column: str) -> CheckConstraint:
    """A check that a number is zero or more."""
    return CheckConstraint(f"{column} >= 0", name=f"{column}_not_negative")


def above_zero(column: str) -> CheckConstraint:
    """A check that a number is more than zero."""
    return CheckConstraint(f"{column} > 0", name=f"{column}_positive")


def not_blank(column: str) -> CheckConstraint:
    """A check that a text says something."""
    return CheckConstraint(f"btrim({column}) <> ''", name=f"{column}_not_blank")
