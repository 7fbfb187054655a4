"""The life of a building's floorplan: kept as a draft, placed on the ground, published. Each step is one transaction
with its audit entry."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from geo_server.domain.errors import Conflict, InvalidInput, NotFound
from geo_server.domain.events import EventKind
from geo_server.domain.faults import find_faults
from geo_server.domain.frame import ControlPoint, Placement, fit_placement
from geo_server.domain.moving import place_floorplan
from geo_server.domain.places import Building, Floorplan, Site
from geo_server.domain.ways_out import zones_without_way_out
from geo_server.ingest.document.reader import read_kept
from geo_server.services.drawings import SCALE_TOLERANCE, ReadBuilding
from geo_server.services.edits import load_edited
from geo_server.services.joining import Basis, OtherLevels, join_to_basis
from geo_server.store.audit import record_audit
from geo_server.store.database import Connection, Database
from geo_server.store.edits import add_edits, list_edits
from geo_server.store.events import record_event
from geo_server.store.floorplans import analyse, drop_places, place_draft
from geo_server.store.revisions import (
    Revision,
    add_draft,
    discard,
    load_document,
    load_revision,
    lock_draft,
    lock_latest_revision,
    publish,
)
from geo_server.store.sites import add_building, find_building

NAMES_TOLD = 5
"""Zones named in a refusal."""


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
    with database.transaction(site.id) as c:
        load_revision(c, site.id, revision_id)
        lock_draft(c, revision_id)
        floorplan = load_edited(c, revision_id)
        placement = fit_control_points(floorplan, control_points, site)
        put_on_ground(c, site, revision_id, floorplan, placement, by=by)
        return load_revision(c, site.id, revision_id)


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
    with database.transaction(site.id) as c:
        rev = publish_draft(c, site, revision_id, by=by, signed_by=signed_by)
    analyse(database)
    return rev


def discard_revision(database: Database, site: Site, revision_id: UUID, *, by: UUID | None) -> Revision:
    """Put a draft aside that nobody wants: it stays on record with what was read, and no later draft follows it.

    Args:
        database: Where it is kept.
        site: Site of the revision.
        revision_id: The draft.
        by: A person's id; None is the operator at the command line.

    Returns:
        The revision.

    Raises:
        NotFound: The site has no such revision.
        Conflict: It is no draft any more: what is or was in force is never discarded.
    """
    with database.transaction(site.id) as c:
        revision = load_revision(c, site.id, revision_id)
        discard(c, revision_id)
        drop_places(c, revision_id)
        source = {"source": revision.source_name, "sha256": revision.source_sha256}
        _audit(c, site, by, ("floorplan_discarded", revision_id), {"number": revision.number, **source})
        return load_revision(c, site.id, revision_id)


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
    place_draft(c, revision_id, place_floorplan(floorplan, placement, site.frame), placement)
    _audit(c, site, by, ("floorplan_placed", revision_id), {"residuals_m": list(placement.residuals_m)})


def keep_draft(
    c: Connection, site: Site, read: ReadBuilding, other_levels: OtherLevels, *, by: UUID | None
) -> tuple[Revision, Floorplan]:
    """Keep a building that was read as a draft, joined to the revision that it follows.

    A draft in lon, lat is placed by that, one that keeps levels that were placed is placed as they were, and one whose file
    says where it is is placed by that until somebody gives control points.

    Args:
        c: A connection inside a transaction. Nobody else adds a revision of the building until it ends.
        site: The site.
        read: What was read of the building.
        other_levels: What becomes of the levels that the files do not show.
        by: A person's id; None is the operator at the command line.

    Returns:
        The draft, and its floorplan in drawing metres or the site's.

    Raises:
        NotFound: There is no such revision of the building to keep levels from.
        InvalidInput: What was read contradicts itself, nobody has said which level a drawing shows, or it does not fit to
            the levels that are kept.
        Conflict: The levels that are kept must be placed first.
    """
    _refuse_faults(read)
    if find_building(c, site.id, read.building.name) is None:
        add_building(c, site.id, read.building)
        _audit(c, site, by, ("building_added", read.building.id), {"name": read.building.name})
    basis = _find_basis(c, site, read.building, other_levels.onto)
    joined = join_to_basis(read, basis, site.frame, keep_others=other_levels.keep)
    read, floorplan = joined.read, joined.floorplan
    draft = add_draft(
        c,
        site_id=site.id,
        building_id=read.building.id,
        document=read.document,
        findings=read.findings,
        source_name=read.source_name,
        source_sha256=read.source_sha256,
        created_by=by,
    )
    add_edits(c, draft.id, joined.edits, by=by)
    follows = basis.number if basis else None
    source = {"source": read.source_name, "sha256": read.source_sha256}
    detail = {**source, "follows": follows, "corrections_kept": len(joined.edits)}
    _audit(c, site, by, ("floorplan_imported", draft.id), detail)
    if floorplan.placed:
        place_draft(c, draft.id, floorplan, None)
    elif joined.placement is not None:
        put_on_ground(c, site, draft.id, floorplan, joined.placement, by=by)
    return load_revision(c, site.id, draft.id), floorplan


def _refuse_faults(read: ReadBuilding) -> None:
    """What is brought in must not contradict itself; what is kept from before may."""
    faults = find_faults(read.floorplan)
    if faults:
        raise InvalidInput(
            f"{faults[0].message} ({len(faults)} contradiction(s) in all.)",
            where=read.source_name,
            advice="Mend the drawing or the floorplan document, and bring it in again.",
        )


def _find_basis(c: Connection, site: Site, building: Building, onto: UUID | None) -> Basis | None:
    """The revision that the next one of a building follows: the one that is named, else the latest."""
    latest = lock_latest_revision(c, site.id, building.id)
    chosen = latest if onto is None else load_revision(c, site.id, onto)
    if chosen is None:
        return None
    if chosen.building_id != building.id:
        raise NotFound(f"{building.name!r} has no revision {onto}.", where="onto", advice="See the list of revisions.")
    floorplan = read_kept(load_document(c, chosen.id))
    edits = tuple(made.edit for made in list_edits(c, chosen.id))
    return Basis(chosen.number, floorplan, chosen.placement, chosen.findings, edits)


def publish_draft(c: Connection, site: Site, revision_id: UUID, *, by: UUID | None, signed_by: str | None) -> int:
    """As :func:`publish_revision`, inside a transaction of the caller's."""
    revision = load_revision(c, site.id, revision_id)
    lock_draft(c, revision_id)
    lacking = zones_without_way_out(load_edited(c, revision_id))
    if lacking and not signed_by:
        names = ", ".join(zone.name for zone in lacking[:NAMES_TOLD])
        more = f" and {len(lacking) - NAMES_TOLD} more" if len(lacking) > NAMES_TOLD else ""
        raise Conflict(
            f"{len(lacking)} occupied zones have no way out: {names}{more}.",
            where=revision.source_name,
            advice="Add the missing doors or exits, or have someone sign for it (signed_by).",
        )
    signature = signed_by if lacking else None
    rev = publish(c, revision_id, by=by, signed_by=signature)
    detail = {"floorplan_rev": rev, "signed_by": signature, "zones_without_way_out": len(lacking)}
    _audit(c, site, by, ("floorplan_published", revision_id), detail)
    payload = {"revision_id": str(revision_id), "building_id": str(revision.building_id), "floorplan_rev": rev}
    record_event(c, site.id, EventKind.FLOORPLAN_PUBLISHED, payload)
    return rev


def _audit(c: Connection, site: Site, by: UUID | None, what: tuple[str, UUID], detail: Mapping[str, object]) -> None:
    """Record an action on a revision."""
    action, revision_id = what
    record_audit(c, site_id=site.id, person_id=by, action=action, subject=str(revision_id), detail=detail)
