"""A whole campus from its site file: everything is read first, then written in one transaction."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from uuid import UUID, uuid4, uuid5

from shapely import Point

from geo_server.domain.errors import Conflict, InvalidInput
from geo_server.domain.frame import ControlPoint, SiteFrame
from geo_server.domain.places import AssemblyPoint, Building, Site
from geo_server.domain.progress import STORING
from geo_server.services.beside import files_beside
from geo_server.services.drawings import (
    DrawingFile,
    Progress,
    ReadBuilding,
    join_files,
    new_building,
    read_files,
    silent,
    with_ordinals,
)
from geo_server.services.joining import OtherLevels
from geo_server.services.revisions import fit_control_points, keep_draft, publish_draft, put_on_ground
from geo_server.services.site_file import BuildingPart, SiteFile, SitePart, read_site_file
from geo_server.services.unpacking import unpack
from geo_server.services.worker import Follow, unfollowed
from geo_server.store.audit import record_audit
from geo_server.store.database import Connection, Database
from geo_server.store.floorplans import analyse
from geo_server.store.imports import Source, Target, add_import, finish_import
from geo_server.store.sites import add_assembly_point, add_site, find_building, find_site


def import_site_file(
    database: Database, path: Path, *, by: UUID | None, progress: Progress = silent, follow: Follow = unfollowed
) -> Site:
    """Bring in a campus: its site, buildings and assembly points; a site that is there gets new revisions.

    Nothing is written unless all of it can be.

    Args:
        database: Where it is kept.
        path: The site file.
        by: A person's id; None is the operator at the command line.
        progress: Told what is being done, and what was found.
        follow: Told how far the reading of all drawings has come.

    Raises:
        NotFound: A file is missing.
        InvalidInput: The site file or a drawing says something that cannot be.
        Conflict: The site is there with another origin, or a building lacks ways out and nobody signed.
    """
    site_file = read_site_file(path)
    site, named = _find_or_name_site(database, site_file)
    files = {b.name: with_ordinals(unpack(_load_files(path.parent, b))) for b in site_file.buildings}
    every_file = [file for own in files.values() for file in own]
    results = iter(read_files(every_file, progress, follow))
    read = []
    for building in site_file.buildings:
        own = files[building.name]
        read.append(join_files(named[building.name], own, [next(results) for _ in own], site.frame))
        progress(read[-1].summary)
    follow(STORING)
    with database.transaction(site.id) as c:
        if find_site(c, site.slug) is None:
            add_site(c, site)
            _audit(c, site, by, "site_added", {"name": site.name, "origin": [site.frame.lon, site.frame.lat]})
        points = list(_assembly_points(site_file, site))
        for point in points:
            add_assembly_point(c, site.id, point, site.frame)
        if points:
            _audit(c, site, by, "assembly_points_set", {"names": [point.name for point in points]})
        for building, own_read in zip(site_file.buildings, read, strict=True):
            _keep(c, site, building, own_read, by)
    analyse(database)
    return site


def _audit(c: Connection, site: Site, by: UUID | None, action: str, detail: Mapping[str, object]) -> None:
    record_audit(c, site_id=site.id, person_id=by, action=action, subject=site.slug, detail=detail)


def _find_or_name_site(database: Database, site_file: SiteFile) -> tuple[Site, dict[str, Building]]:
    """The site and its buildings: those that are there, or those that will be added."""
    part = site_file.site
    with database.snapshot() as c:
        site = find_site(c, part.slug) or _site(part)
        found = {b.name: find_building(c, site.id, b.name) for b in site_file.buildings}
    if site.frame != SiteFrame(*part.origin):
        raise Conflict(
            f"The site {part.slug!r} is there with the origin {site.frame.lon}, {site.frame.lat}.",
            where="site.origin",
            advice="Keep the origin of a site, or choose another slug.",
        )
    return site, {name: building or new_building(site, name) for name, building in found.items()}


def _site(part: SitePart) -> Site:
    return Site(uuid4(), part.slug, part.name, SiteFrame(*part.origin), part.timezone)


def _load_files(folder: Path, building: BuildingPart) -> list[DrawingFile]:
    return [
        DrawingFile(
            Path(level.file).name,
            (folder / level.file).read_bytes(),
            level.ordinal,
            level.name,
            building.metres_per_unit,
            building.crs,
            files_beside(folder / level.file),
        )
        for level in building.levels
    ]


def _assembly_points(site_file: SiteFile, site: Site) -> Iterator[AssemblyPoint]:
    for point in site_file.assembly_points:
        place = Point(site.frame.coordinates_to_metres([point.at])[0])
        yield AssemblyPoint(uuid5(site.id, f"assembly point {point.name}"), place, point.name)


def _keep(c: Connection, site: Site, building: BuildingPart, read: ReadBuilding, by: UUID | None) -> None:
    """Draft, placement and, when asked for, publication of one building."""
    draft, floorplan = keep_draft(c, site, read, OtherLevels(keep=False), by=by)
    source = Source(read.source_name, sum(len(file.data) for file in read.files), read.source_sha256)
    note = add_import(
        c, site.id, Target(read.building.name, read.building.id, keep_others=False), source, started_by=by
    )
    finish_import(c, note.id, draft.id)
    if building.control_points:
        placement = fit_control_points(floorplan, _control_points(building), site)
        put_on_ground(c, site, draft.id, floorplan, placement, by=by)
    elif building.publish and not draft.placed:
        raise InvalidInput(
            f"{building.name!r} is to be published, and nothing says where it stands.",
            where="control_points",
            advice="Give two or more control points.",
        )
    if building.publish:
        publish_draft(c, site, draft.id, by=by, signed_by=building.signed_by)


def _control_points(building: BuildingPart) -> list[ControlPoint]:
    return [ControlPoint(point.x_m, point.y_m, point.lon, point.lat) for point in building.control_points]
