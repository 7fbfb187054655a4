"""What closures and threats would do on a published site. Nothing is recorded, and an open incident is not looked at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, Literal
from uuid import NAMESPACE_URL, UUID, uuid5

from geo_server.domain.frame import SiteFrame
from geo_server.domain.incidents import Closure, ClosureReason, Threat
from geo_server.domain.occupancy import Occupancy, full_occupancy
from geo_server.domain.places import Floorplan, Site
from geo_server.domain.protocols import ProtocolPack
from geo_server.export.what_if import what_if_document
from geo_server.routing.compiled import CompiledFloorplan
from geo_server.routing.profiles import find_profile
from geo_server.routing.request import PlanRequest
from geo_server.routing.what_if import what_if
from geo_server.services.levels import load_level, region_observed
from geo_server.services.published import PublishedFloorplans


@dataclass(frozen=True, slots=True)
class SupposedThreat:
    """A threat that is only supposed.

    Args:
        kind: A kind of the protocol pack.
        at: Lon, lat; None where a polygon says it.
        building: Name, or None: the one whose zones are nearest.
        speed_mps: Top speed; None is that of its kind.
        polygon: Lon, lat vertices of an area that it is somewhere in, in place of ``at`` and its radius.
    """

    kind: str
    at: tuple[float, float] | None
    ordinal: int
    building: str | None = None
    radius_m: float = 5.0
    speed_mps: float | None = None
    polygon: Sequence[tuple[float, float]] | None = None


@dataclass(frozen=True, slots=True)
class Supposed:
    """What is supposed.

    Args:
        closures: Ids of openings, transitions and zones that are shut.
        people: By zone; ``capacity``: every room as full as it may be; None: nobody queues.
        profile: Name of the group of people.
    """

    closures: Sequence[UUID]
    threats: Sequence[SupposedThreat]
    people: Mapping[UUID, int] | Literal["capacity"] | None
    profile: str
    reaction_s: float
    margin_s: float


def site_what_if(floorplans: PublishedFloorplans, pack: ProtocolPack, site: Site, supposed: Supposed) -> dict[str, Any]:
    """The what-if document of a site, with the revision number of its map.

    Raises:
        InvalidInput: No such kind, level, building, profile, zone of people or subject of a closure, a place far from the
            site, or no zone that says what it holds.
    """
    published, now = floorplans.current(site), datetime.now(UTC)
    inside = _inside(supposed, published.floorplan)
    request = PlanRequest(
        threats=[
            _threat(threat, number, published.floorplan, site.frame, pack=pack, now=now)
            for number, threat in enumerate(supposed.threats, 1)
        ],
        closures=[
            Closure(uuid5(NAMESPACE_URL, str(subject_id)), subject_id, ClosureReason.BLOCKED, "supposed", now)
            for subject_id in dict.fromkeys(supposed.closures)
        ],
        profile=find_profile(supposed.profile),
        reaction_s=supposed.reaction_s,
        margin_s=supposed.margin_s,
        now=now,
        people=None if inside is None else inside.people,
        counted_by={} if inside is None else inside.counted_by,
    )
    return {"floorplan_rev": published.rev, **published.work(partial(_suppose, request))}


def _suppose(request: PlanRequest, floorplan: Floorplan, compiled: CompiledFloorplan) -> dict[str, Any]:
    return what_if_document(what_if(compiled, request), floorplan)


def _inside(supposed: Supposed, floorplan: Floorplan) -> Occupancy | None:
    if supposed.people == "capacity":
        return full_occupancy(floorplan.zones, where="people")
    return None if supposed.people is None else Occupancy(supposed.people, {})


def _threat(
    said: SupposedThreat, number: int, floorplan: Floorplan, frame: SiteFrame, *, pack: ProtocolPack, now: datetime
) -> Threat:
    pack.action_for(said.kind)
    region = region_observed(said.at, said.radius_m, said.polygon, frame)
    return Threat(
        uuid5(NAMESPACE_URL, f"supposed threat {number}"),
        said.kind,
        load_level(floorplan, region.point, said.ordinal, said.building).id,
        region.point,
        region.radius_m,
        pack.kinds[said.kind].speed_mps if said.speed_mps is None else said.speed_mps,
        now,
        region.polygon,
    )
