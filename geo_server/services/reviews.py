"""What a person looks at before a draft is published: where the intake noticed something, and who could not get out."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from geo_server.domain.findings import Finding
from geo_server.domain.frame import DrawingFrame, Placement, SiteFrame
from geo_server.domain.moving import NO_SHIFT
from geo_server.domain.places import Floorplan, Site
from geo_server.domain.ways_out import zones_without_way_out
from geo_server.services.edits import load_edited
from geo_server.store.database import Database
from geo_server.store.revisions import Revision, load_revision

LonLat = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Review:
    """A revision with its corrections, looked at.

    Args:
        places: Where each of the revision's findings is on the ground, in their order; None of one that has no place, and
            of all of them before the revision is placed.
        without_way_out: Ids of the occupied zones from which no exit can be reached, in the floorplan's order.
    """

    revision: Revision
    places: tuple[LonLat | None, ...]
    without_way_out: tuple[UUID, ...]


def review_revision(database: Database, site: Site, revision_id: UUID) -> Review:
    """A revision as somebody has to look at it.

    Raises:
        NotFound: The site has no such revision.
    """
    with database.snapshot(site.id) as c:
        revision = load_revision(c, site.id, revision_id)
        floorplan = load_edited(c, revision_id)
    places = places_on_ground(revision.findings, floorplan, revision.placement, site.frame)
    return Review(revision, places, tuple(zone.id for zone in zones_without_way_out(floorplan)))


def places_on_ground(
    findings: Sequence[Finding], floorplan: Floorplan, placement: Placement | None, frame: SiteFrame
) -> tuple[LonLat | None, ...]:
    """Where findings are, as lon, lat.

    Args:
        findings: Their places in the metres of the floorplan's frame.
        floorplan: As it was read.
        placement: How it was put on the ground; None before that, and when it was read in lon, lat.
        frame: The site's.
    """
    shifts: dict[int | None, tuple[float, float]] = {level.ordinal: level.shift_m for level in floorplan.levels}

    def place(finding: Finding) -> LonLat | None:
        if finding.x is None or finding.y is None:
            return None
        metres = np.array([[finding.x, finding.y]])
        if not isinstance(floorplan.frame, DrawingFrame):
            lonlat = floorplan.frame.coordinates_to_lonlat(metres)
        elif placement is not None:
            shift = np.asarray(shifts.get(finding.ordinal, NO_SHIFT))
            lonlat = frame.coordinates_to_lonlat(placement.place_coordinates(metres + shift))
        else:
            return None
        return float(lonlat[0, 0]), float(lonlat[0, 1])

    return tuple(place(finding) for finding in findings)
