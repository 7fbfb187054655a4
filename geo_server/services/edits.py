"""Correcting a draft: what a person changes is kept beside what was read, and the draft is both together."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import numpy as np

from geo_server.domain.differences import Differences, compare
from geo_server.domain.edits import AddOpening, Edit, SplitZone, apply_edit, apply_edits
from geo_server.domain.edits.zones import load_zone
from geo_server.domain.errors import Conflict
from geo_server.domain.frame import Placement, SiteFrame
from geo_server.domain.moving import change_frame, place_floorplan
from geo_server.domain.places import Floorplan, Site
from geo_server.export.geojson import floorplan_document
from geo_server.ingest.document.reader import read_kept
from geo_server.store import edits as rows
from geo_server.store.audit import record_audit
from geo_server.store.database import Connection, Database
from geo_server.store.floorplans import place_draft
from geo_server.store.revisions import (
    Revision,
    add_draft,
    find_published,
    load_document,
    load_revision,
    lock_draft,
)


def load_edited(c: Connection, revision_id: UUID) -> Floorplan:
    """The floorplan of a revision with its corrections, in the frame that it was read in."""
    floorplan = read_kept(load_document(c, revision_id))
    return apply_edits(floorplan, [made.edit for made in rows.list_edits(c, revision_id)])


def load_on_ground(c: Connection, site: Site, revision: Revision) -> Floorplan:
    """The same in site metres once it is placed, in drawing metres before."""
    floorplan = load_edited(c, revision.id)
    if floorplan.placed:
        return change_frame(floorplan, site.frame)
    if revision.placement is None:
        return floorplan
    return place_floorplan(floorplan, revision.placement, site.frame)


def revision_document(database: Database, site: Site, revision_id: UUID) -> dict[str, Any]:
    """The floorplan document of a revision with its corrections: lon, lat once it is placed, drawing metres before.

    Raises:
        NotFound: The site has no such revision.
    """
    with database.snapshot(site.id) as c:
        return floorplan_document(load_on_ground(c, site, load_revision(c, site.id, revision_id)))


def edit_draft(database: Database, site: Site, revision_id: UUID, edit: Edit, *, by: UUID | None) -> Floorplan:
    """Correct a draft. When it is placed, its places are written anew.

    Args:
        database: Where it is kept.
        site: Site of the revision.
        revision_id: The draft.
        edit: Its coordinates as in :func:`revision_document`.
        by: A person's id; None is the operator at the command line.

    Returns:
        The draft after it, in the frame that it was read in.

    Raises:
        NotFound: The site has no such revision, or the edit names what is not there.
        InvalidInput: What it asks for cannot be.
        Conflict: The revision is no draft any more, or the edit was made before.
    """
    with database.transaction(site.id) as c:
        revision = _lock(c, site, revision_id)
        floorplan = load_edited(c, revision_id)
        own = _in_frame_of(floorplan, edit, revision.placement, site.frame)
        edited = apply_edit(floorplan, own)
        rows.add_edits(c, revision_id, [own], by=by)
        _write_places(c, site, revision, edited)
        record_audit(
            c,
            site_id=site.id,
            person_id=by,
            action="floorplan_edited",
            subject=str(revision_id),
            detail={"edit": edit.kind, "edit_id": str(edit.id)},
        )
        return edited


def undo_edit(database: Database, site: Site, revision_id: UUID, *, by: UUID | None) -> Edit:
    """Take back the last correction of a draft.

    Raises:
        NotFound: The site has no such revision.
        Conflict: It is no draft any more, or has no corrections.
    """
    with database.transaction(site.id) as c:
        revision = _lock(c, site, revision_id)
        edit = rows.remove_last_edit(c, revision_id)
        if edit is None:
            raise Conflict("The draft is as it was read: there is nothing to take back.", where="revision_id")
        _write_places(c, site, revision, load_edited(c, revision_id))
        record_audit(
            c,
            site_id=site.id,
            person_id=by,
            action="floorplan_edit_undone",
            subject=str(revision_id),
            detail={"edit": edit.kind, "edit_id": str(edit.id)},
        )
        return edit


def copy_to_draft(database: Database, site: Site, revision_id: UUID, *, by: UUID | None) -> Revision:
    """A new draft that is a revision again: to correct what is published, or to go back to what was.

    Raises:
        NotFound: The site has no such revision.
    """
    with database.transaction(site.id) as c:
        old = load_revision(c, site.id, revision_id)
        draft = add_draft(
            c,
            site_id=site.id,
            building_id=old.building_id,
            document=load_document(c, revision_id),
            findings=old.findings,
            source_name=old.source_name,
            source_sha256=old.source_sha256,
            created_by=by,
        )
        rows.add_edits(c, draft.id, [made.edit for made in rows.list_edits(c, revision_id)], by=by)
        record_audit(
            c,
            site_id=site.id,
            person_id=by,
            action="floorplan_copied",
            subject=str(draft.id),
            detail={"copy_of": str(revision_id)},
        )
        if old.placed:
            _write_places(c, site, replace(draft, placed=True, placement=old.placement), load_edited(c, draft.id))
        return load_revision(c, site.id, draft.id)


def compare_with_published(database: Database, site: Site, revision_id: UUID) -> Differences:
    """What a revision would change in what is published of its building.

    Raises:
        NotFound: The site has no such revision.
        Conflict: Nothing is published to compare it with, or it is not placed yet.
    """
    with database.snapshot(site.id) as c:
        revision = load_revision(c, site.id, revision_id)
        published = find_published(c, revision.building_id)
        if published is None:
            raise Conflict("Nothing is published of this building yet.", advice="All of the draft is new.")
        if not revision.placed:
            raise Conflict(
                "The draft is not placed yet.", advice="Place it; then it can be laid over what is published."
            )
        return compare(load_on_ground(c, site, published), load_on_ground(c, site, revision))


def _lock(c: Connection, site: Site, revision_id: UUID) -> Revision:
    """A draft, locked first and read then: placing and editing must each see what the other did.

    Raises:
        NotFound: The site has no such revision.
        Conflict: It is no draft any more.
    """
    load_revision(c, site.id, revision_id)
    lock_draft(c, revision_id)
    return load_revision(c, site.id, revision_id)


def _in_frame_of(floorplan: Floorplan, edit: Edit, placement: Placement | None, frame: SiteFrame) -> Edit:
    """An edit as people see the draft, with its coordinates in the metres that the draft was read in."""
    if not isinstance(edit, AddOpening | SplitZone):
        return edit
    if isinstance(floorplan.frame, SiteFrame):
        metres = floorplan.frame.coordinates_to_metres(edit.line)
    elif placement is None:
        return edit
    else:
        level_id = edit.level_id if isinstance(edit, AddOpening) else load_zone(floorplan, edit.zone_id).level_id
        level = floorplan.level_by_id.get(level_id)
        shift = np.asarray(level.shift_m if level else (0.0, 0.0))
        metres = placement.unplace_coordinates(frame.coordinates_to_metres(edit.line)) - shift
    return replace(edit, line=tuple((float(x), float(y)) for x, y in metres))


def _write_places(c: Connection, site: Site, revision: Revision, edited: Floorplan) -> None:
    """Write the places of a draft anew, where they had been written."""
    if edited.placed:
        place_draft(c, revision.id, change_frame(edited, site.frame), None)
    elif revision.placement is not None:
        place_draft(c, revision.id, place_floorplan(edited, revision.placement, site.frame), revision.placement)
