"""From what is recorded of an incident to a plan document: what is read, and what is made of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

import orjson

from geo_server.domain.accountability import latest_reports
from geo_server.domain.incidents import Closure, Incident
from geo_server.domain.occupancy import Occupancy, occupancy
from geo_server.domain.places import Floorplan, Site
from geo_server.domain.rounds import FaultKind
from geo_server.domain.routes import SAFE, Destination, EvacuationPlan
from geo_server.export.plan import plan_document, reach_document, ways_document
from geo_server.routing.compiled import CompiledFloorplan
from geo_server.routing.kept import Kept
from geo_server.routing.plan import plan, plan_ways
from geo_server.routing.reach import find_reach
from geo_server.routing.request import PlanRequest
from geo_server.services.planners import Desk
from geo_server.services.published import PublishedFloorplan, PublishedFloorplans
from geo_server.store.database import Connection
from geo_server.store.events import last_seq
from geo_server.store.plans import StoredPlan, find_latest_plan, load_plan_document, pack
from geo_server.store.reports import list_closures, list_status_reports
from geo_server.store.rounds import list_fault_subjects
from geo_server.store.threats import list_threats

SafeWays = dict[UUID, list[UUID]]
"""What the safe way of each zone passes: openings and transitions, in order."""

_SAFE_WAYS: Kept[UUID, SafeWays] = Kept(8)
"""Of the plans that were made or read last, by their ids; a plan never changes."""


@dataclass(frozen=True, slots=True)
class PlanInputs:
    """What one transaction sees of an incident.

    Args:
        seq: Number of the last event that is known.
        not_on_map: Closures of what the published map no longer has.
        previous_id: The plan whose ways are kept where they can be, or None.
    """

    incident: Incident
    seq: int
    published: PublishedFloorplan
    request: PlanRequest
    not_on_map: tuple[Closure, ...]
    previous_id: UUID | None


@dataclass(frozen=True, slots=True)
class MadePlan:
    """A plan as its document, and its safe ways.

    Args:
        document: UTF-8 JSON, packed as plans are kept.
    """

    inputs: PlanInputs
    parameters_hash: str
    document: bytes
    safe_ways: SafeWays


def read_inputs(
    c: Connection,
    floorplans: PublishedFloorplans,
    site: Site,
    incident: Incident,
    to: Destination = Destination.EXITS,
) -> PlanInputs:
    """All that a plan for an incident rests on, as of now."""
    seq = last_seq(c, site.id)
    published = floorplans.load(c, site)
    on_map, gone = closures_on_map(c, site, published)
    inside = count_people(c, published, incident)
    faults = list_fault_subjects(c, site.id)
    # Only ways out are kept from plan to plan.
    before = _find_previous(c, incident, published.rev) if to is Destination.EXITS else None
    request = PlanRequest(
        tuple(list_threats(c, incident.id, site.frame)),
        closures=on_map,
        now=datetime.now(UTC),
        to=to,
        previous=None if before is None else _safe_ways(c, before),
        people=None if inside is None else inside.people,
        counted_by={} if inside is None else inside.counted_by,
        propped=faults.get(FaultKind.PROPPED, frozenset()),
        lock_broken=faults.get(FaultKind.LOCK_BROKEN, frozenset()),
    )
    return PlanInputs(incident, seq, published, request, gone, None if before is None else before.id)


def count_people(c: Connection, published: PublishedFloorplan, incident: Incident) -> Occupancy | None:
    """People by zone, as far as anybody said so during an incident or the map tells."""
    return occupancy(published.floorplan.zones, latest_reports(list_status_reports(c, incident.id)))


def closures_on_map(
    c: Connection, site: Site, published: PublishedFloorplan
) -> tuple[tuple[Closure, ...], tuple[Closure, ...]]:
    """The closures of a site that count, and those whose subject the published map no longer has.

    A closure outlives the map that it was made on; what is gone from the map must not stop a plan.
    """
    closures = list_closures(c, site.id)
    on_map = tuple(closure for closure in closures if published.floorplan.can_be_closed(closure.subject_id))
    return on_map, tuple(one for one in closures if one not in on_map)


def _find_previous(c: Connection, incident: Incident, rev: int) -> StoredPlan | None:
    """The latest plan of an incident, if it was made on the map that is in force."""
    stored = find_latest_plan(c, incident.id)
    return stored if stored is not None and stored.floorplan_rev == rev else None


def _safe_ways(c: Connection, stored: StoredPlan) -> SafeWays:
    return _SAFE_WAYS.get(stored.id, lambda: _read_safe_ways(load_plan_document(c, stored.id)))


def keep_safe_ways(stored: StoredPlan, made: MadePlan) -> None:
    """Spare the next plan the reading of this one's document, a megabyte or two."""
    _SAFE_WAYS.get(stored.id, lambda: made.safe_ways)


def _read_safe_ways(document: bytes) -> SafeWays:
    return {
        UUID(zone["zone_id"]): [UUID(passed) for leg in zone["legs"] for passed in _passed(leg)]
        for zone in orjson.loads(document)["zones"]
        if zone["status"] in SAFE
    }


def _passed(leg: dict[str, Any]) -> list[str]:
    return [*leg["opening_ids"], *([leg["transition_id"]] if leg["transition_id"] else [])]


def _safe_ways_of(made: EvacuationPlan) -> SafeWays:
    return {
        route.zone_id: [
            passed
            for leg in route.legs
            for passed in (*leg.opening_ids, *([leg.transition_id] if leg.transition_id else []))
        ]
        for route in made.routes
        if route.status in SAFE
    }


def plan_incident(inputs: PlanInputs, *, choices: bool = False) -> bytes:
    """The plan of an incident that somebody asks for, with where threats can be, as its document, UTF-8 JSON.

    Args:
        inputs: All that it rests on.
        choices: Whether each zone has the ways that people may choose between.

    Raises:
        RuntimeError: The planner has a bug, or takes too long.
    """
    task = partial(_make, replace(inputs.request, choices=choices), _head(inputs))
    return inputs.published.work(task)


def plan_ways_of(inputs: PlanInputs) -> MadePlan:
    """The plan of an incident that everybody waits for, without where threats can be: that follows.

    Raises:
        RuntimeError: The planner has a bug, or takes too long.
    """
    return MadePlan(inputs, *inputs.published.work(partial(_make_ways, inputs.request, _head(inputs)), Desk.WAYS))


def draw_reach(inputs: PlanInputs) -> bytes:
    """Where the threats of a plan can be, as the member ``reach`` of its document, packed as that is.

    Raises:
        RuntimeError: The planner has a bug, or takes too long.
    """
    return inputs.published.work(partial(_draw, inputs.request), Desk.REACH)


def _head(inputs: PlanInputs) -> dict[str, Any]:
    return {
        "incident_id": str(inputs.incident.id),
        "exercise": inputs.incident.exercise,
        "seq": inputs.seq,
        "floorplan_rev": inputs.published.rev,
        "closures_not_on_map": [str(closure.id) for closure in inputs.not_on_map],
    }


def _make(request: PlanRequest, head: Mapping[str, Any], floorplan: Floorplan, compiled: CompiledFloorplan) -> bytes:
    """In the planner: the whole plan."""
    return orjson.dumps({**head, **plan_document(plan(compiled, request), floorplan)})


def _make_ways(
    request: PlanRequest, head: Mapping[str, Any], floorplan: Floorplan, compiled: CompiledFloorplan
) -> tuple[str, bytes, SafeWays]:
    """In the planner: of a plan without its reach the hash of its parameters, the document, and its safe ways."""
    made = plan_ways(compiled, request)
    return made.parameters_hash, pack(orjson.dumps({**head, **ways_document(made, floorplan)})), _safe_ways_of(made)


def _draw(request: PlanRequest, floorplan: Floorplan, compiled: CompiledFloorplan) -> bytes:
    return pack(orjson.dumps(reach_document(find_reach(compiled, request), floorplan)))
