"""The life of a building's floorplan: kept as a draft, placed on the ground, published. Each step is one transaction
with its audit entry."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID, uuid5

from geo_server.domain.errors import Conflict, GeoServerError, InvalidInput
from geo_server.domain.events import EventKind
from geo_server.domain.frame import ControlPoint, Placement, fit_placement
from geo_server.domain.moving import change_frame, place_floorplan
from geo_server.domain.places import Building, Floorplan, Site
from geo_server.domain.ways_out import zones_without_way_out
from geo_server.ingest.document.reader import read_document
from geo_server.services.drawings import DrawingFile, Progress, ReadBuilding, join_files, read_files, silent
from geo_server.store import floorplans as rows
from geo_server.store.audit import record_audit
from geo_server.store.database import Connection, Database
from geo_server.store.events import record_event
from geo_server.store.floorplans import Revision
from geo_server.store.imports import add_import, finish_import
from geo_server.store.sites import add_building, find_building

SCALE_TOLERANCE = 0.1
"""Control points that ask for a scale farther from 1 than this contradict the drawing's unit: 0.3048 for feet taken as
metres, never 1.1 for points picked badly."""

NAMES_TOLD = 5
"""Zones named in a refusal."""

_BUG = GeoServerError("This program made a mistake while reading it.", advice="Its log says more.")
"""What is on record of an import that ended with no refusal: it must not seem to run for ever."""


def import_drawing(
    database: Database,
    site: Site,
    building_name: str,
    files: Sequence[DrawingFile],
    *,
    by: UUID | None,
    progress: Progress = silent,
) -> Revision:
    """Read the files of one building and keep what they show as a draft; a file in lon, lat is placed by that.

    The import is on record from its beginning, and says why it failed when it does.

    Args:
        database: Where it is kept.
        site: Site of the building.
        building_name: The building; made when the site has none of that name.
        files: One level each, or one file with all of them.
        by: A person's id; None is the operator at the command line.
        progress: Told what is being done.

    Raises:
        GeoServerError: A file is refused; nothing but the failed import is kept.
    """
    if not files:
        raise InvalidInput("There is no file.", where="file", advice="Give a drawing.")
    building = find_or_name_building(database, site, building_name)
    import_ids = []
    with database.transaction() as c:
        known = find_building(c, site.id, building_name)
        for file in files:
            running = add_import(
                c,
                site_id=site.id,
                building_id=known.id if known else None,
                file_name=file.name,
                size_bytes=len(file.data),
                sha256=file.sha256,
                started_by=by,
            )
            import_ids.append(running.id)
    try:
        read = join_files(building, files, read_files(files, progress), site.frame)
        with database.transaction() as c:
            draft = keep_draft(c, site, read, by=by)
            for import_id in import_ids:
                finish_import(c, import_id, result=draft.id)
    except Exception as fault:
        why = fault if isinstance(fault, GeoServerError) else _BUG
        with database.transaction() as c:
            for import_id in import_ids:
                finish_import(c, import_id, result=why)
        raise
    return draft


def place_revision(
    database: Database, site: Site, revision_id: UUID, control_points: Sequence[ControlPoint], *, by: UUID | None
) -> Revision:
    """Put a draft on the ground by control points; may be repeated until it is published.

    Args:
        database: Where it is kept.
        site: Site of the revision.
        revision_id: The draft.
        control_points: Two or more; x and y in drawing metres.
        by: A person's id; None is the operator at the command line.

    Returns:
        The revision; its ``placement`` carries the residuals.

    Raises:
        NotFound: The site has no such revision.
        Conflict: It is no draft any more, or its file says itself where it is.
        InvalidInput: The control points cannot be, or contradict the drawing's unit.
    """
    with database.transaction() as c:
        rows.load_revision(c, site.id, revision_id)
        floorplan = read_document(rows.load_document(c, revision_id))
        placement = fit_control_points(floorplan, control_points, site)
        put_on_ground(c, site, revision_id, floorplan, placement, by=by)
        return rows.load_revision(c, site.id, revision_id)


def publish_revision(
    database: Database, site: Site, revision_id: UUID, *, by: UUID | None, signed_by: str | None = None
) -> int:
    """Bring a placed draft into force.

    Args:
        database: Where it is kept.
        site: Site of the revision.
        revision_id: The draft.
        by: A person's id; None is the operator at the command line.
        signed_by: Who takes responsibility when an occupied zone has no way out.

    Returns:
        The new floorplan_rev of the site.

    Raises:
        NotFound: The site has no such revision.
        Conflict: It is no draft, is not placed, or an occupied zone has no way out and nobody signed.
    """
    with database.transaction() as c:
        rev = publish_draft(c, site, revision_id, by=by, signed_by=signed_by)
    rows.analyse(database)
    return rev


def find_or_name_building(database: Database, site: Site, name: str) -> Building:
    """The building of that name, or the one that will be added under it."""
    with database.snapshot() as c:
        return find_building(c, site.id, name) or Building(uuid5(site.id, name), name)


def fit_control_points(floorplan: Floorplan, control_points: Sequence[ControlPoint], site: Site) -> Placement:
    """The placement that control points ask for.

    Raises:
        Conflict: The floorplan is in lon, lat.
        InvalidInput: The control points cannot be, or contradict the drawing's unit.
    """
    if floorplan.placed:
        raise Conflict(
            "The file says itself where on the ground it is.", where="control_points", advice="Leave them out."
        )
    placement = fit_placement(control_points, site.frame)
    if abs(placement.scale_check - 1) > SCALE_TOLERANCE:
        raise InvalidInput(
            f"The control points make the drawing {placement.scale_check:.3g} times as large as its unit does.",
            where="control_points",
            advice="Check the points; if they are right, bring the drawing in again with metres_per_unit.",
        )
    return placement


def put_on_ground(
    c: Connection, site: Site, revision_id: UUID, floorplan: Floorplan, placement: Placement, *, by: UUID | None
) -> None:
    """Write the places of a draft in drawing metres where a placement puts them."""
    rows.place_draft(c, revision_id, place_floorplan(floorplan, placement, site.frame), placement)
    _audit(c, site, by, ("floorplan_placed", revision_id), {"residuals_m": list(placement.residuals_m)})


def keep_draft(c: Connection, site: Site, read: ReadBuilding, *, by: UUID | None) -> Revision:
    """Keep a building that was read as a draft; one in lon, lat is placed by that."""
    if find_building(c, site.id, read.building.name) is None:
        add_building(c, site.id, read.building)
    draft = rows.add_draft(
        c,
        site_id=site.id,
        building_id=read.building.id,
        document=read.document,
        findings=read.findings,
        source_name=read.source_name,
        source_sha256=read.source_sha256,
        created_by=by,
    )
    _audit(c, site, by, ("floorplan_imported", draft.id), {"source": read.source_name, "sha256": read.source_sha256})
    if read.floorplan.placed:
        rows.place_draft(c, draft.id, change_frame(read.floorplan, site.frame), None)
        return replace(draft, placed=True)
    return draft


def publish_draft(c: Connection, site: Site, revision_id: UUID, *, by: UUID | None, signed_by: str | None) -> int:
    """As :func:`publish_revision`, inside a transaction of the caller's."""
    revision = rows.load_revision(c, site.id, revision_id)
    lacking = zones_without_way_out(read_document(rows.load_document(c, revision_id)))
    if lacking and not signed_by:
        names = ", ".join(zone.name for zone in lacking[:NAMES_TOLD])
        more = f" and {len(lacking) - NAMES_TOLD} more" if len(lacking) > NAMES_TOLD else ""
        raise Conflict(
            f"{len(lacking)} occupied zones have no way out: {names}{more}.",
            where=revision.source_name,
            advice="Add the missing doors or exits, or have someone sign for it (signed_by).",
        )
    signature = signed_by if lacking else None
    rev = rows.publish(c, revision_id, by=by, signed_by=signature)
    detail = {"floorplan_rev": rev, "signed_by": signature, "zones_without_way_out": len(lacking)}
    _audit(c, site, by, ("floorplan_published", revision_id), detail)
    payload = {"revision_id": str(revision_id), "building_id": str(revision.building_id), "floorplan_rev": rev}
    record_event(c, site.id, EventKind.FLOORPLAN_PUBLISHED, payload)
    return rev


def _audit(c: Connection, site: Site, by: UUID | None, what: tuple[str, UUID], detail: Mapping[str, object]) -> None:
    """Record an action on a revision."""
    action, revision_id = what
    record_audit(c, site_id=site.id, person_id=by, action=action, subject=str(revision_id), detail=detail)
