"""Sites, their buildings and their assembly points."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping, select
from sqlalchemy import insert as plain_insert
from sqlalchemy.dialects.postgresql import insert

from geo_server.domain.errors import Conflict, NotFound
from geo_server.domain.frame import SiteFrame
from geo_server.domain.places import AssemblyPoint, Building, Site
from geo_server.store.conflicts import refusing
from geo_server.store.geometry import encode
from geo_server.store.lists import is_one_of
from geo_server.store.tables import assembly_points, buildings, sites

_SITE = select(sites.c.id, sites.c.slug, sites.c.name, sites.c.timezone, sites.c.lon, sites.c.lat)
_BUILDING = select(buildings.c.id, buildings.c.name)


def add_site(c: Connection, site: Site) -> None:
    """Add a site.

    Raises:
        Conflict: Another site has its slug or its id.
    """
    values = {
        "id": site.id,
        "slug": site.slug,
        "name": site.name,
        "timezone": site.timezone,
        "lon": site.frame.lon,
        "lat": site.frame.lat,
    }
    taken = Conflict(f"There is a site {site.slug!r} already.", where="slug", advice="Choose another slug.")
    with refusing("uq_sites_slug", taken), refusing("pk_sites", taken):
        c.execute(plain_insert(sites).values(values))


def find_site(c: Connection, slug: str) -> Site | None:
    """A site by its slug, or None."""
    return find_sites(c, {slug}).get(slug)


def find_sites(c: Connection, slugs: Collection[str]) -> dict[str, Site]:
    """Those of some sites that there are, by their slugs."""
    return {row["slug"]: _site(row) for row in c.execute(_SITE.where(is_one_of(sites.c.slug, slugs))).mappings()}


def load_site_by_id(c: Connection, site_id: UUID) -> Site:
    """A site by its id, which a row of another table names."""
    return _site(c.execute(_SITE.where(sites.c.id == site_id)).mappings().one())


def load_site(c: Connection, slug: str) -> Site:
    """A site by its slug.

    Raises:
        NotFound: There is none.
    """
    site = find_site(c, slug)
    if site is None:
        raise NotFound(f"There is no site {slug!r}.", advice="Check the address.")
    return site


def list_sites(c: Connection) -> list[Site]:
    """All sites, by name."""
    return [_site(row) for row in c.execute(_SITE.order_by(sites.c.name, sites.c.slug)).mappings()]


def add_building(c: Connection, site_id: UUID, building: Building) -> None:
    """Add a building to a site.

    Raises:
        Conflict: The site has a building of that name, or the id is taken.
        NotFound: There is no such site.
    """
    taken = Conflict(
        f"The site has a building {building.name!r} already.", where="building", advice="Choose another name."
    )
    with (
        refusing("uq_buildings_site_id_name", taken),
        refusing("pk_buildings", taken),
        refusing("fk_buildings_site_id_sites", NotFound(f"There is no site {site_id}.")),
    ):
        c.execute(plain_insert(buildings).values(id=building.id, site_id=site_id, name=building.name))


def find_building(c: Connection, site_id: UUID, name: str) -> Building | None:
    """A building of a site by its name, or None."""
    where = (buildings.c.site_id == site_id) & (buildings.c.name == name)
    row = c.execute(_BUILDING.where(where)).mappings().one_or_none()
    return None if row is None else Building(**row)


def list_buildings(c: Connection, site_id: UUID) -> list[Building]:
    """The buildings of a site, by name, with and without a published floorplan."""
    rows = c.execute(_BUILDING.where(buildings.c.site_id == site_id).order_by(buildings.c.name)).mappings()
    return [Building(**row) for row in rows]


def add_assembly_point(c: Connection, site_id: UUID, point: AssemblyPoint, frame: SiteFrame) -> None:
    """Add an assembly point, or move and rename the one of the site that has its id.

    Raises:
        Conflict: The id belongs to another site.
    """
    values: Mapping[str, Any] = {"name": point.name, "geom": encode(point.point, frame)}
    statement = insert(assembly_points).values(id=point.id, site_id=site_id, **values)
    statement = statement.on_conflict_do_update(
        index_elements=["id"], set_=values, where=assembly_points.c.site_id == site_id
    )
    if c.execute(statement.returning(assembly_points.c.id)).one_or_none() is None:
        raise Conflict(f"The id {point.id} belongs to an assembly point of another site.", where="id")


def floorplan_rev(c: Connection, site_id: UUID) -> int:
    """How often something was published on a site.

    Raises:
        NotFound: There is no such site.
    """
    rev: int | None = c.scalar(select(sites.c.floorplan_rev).where(sites.c.id == site_id))
    if rev is None:
        raise NotFound(f"There is no site {site_id}.")
    return rev


def _site(row: RowMapping) -> Site:
    return Site(row["id"], row["slug"], row["name"], SiteFrame(row["lon"], row["lat"]), row["timezone"])
