"""Plans that are made when somebody asks, and kept until something changes: ways to refuges, and ways to choose between.

A plan is made anew when something that routes depend on was recorded, when the plan changed whose ways it keeps, and when more
people are known of in some zone than it counted. Fewer people are late nowhere, so it holds for them as well.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from geo_server.domain.places import Site
from geo_server.domain.routes import Destination
from geo_server.services.planning import PlanInputs, plan_incident, read_inputs
from geo_server.services.published import PublishedFloorplans
from geo_server.services.shared import Shared
from geo_server.store.database import Database
from geo_server.store.events import last_seq, last_seq_of_routes
from geo_server.store.incidents import find_open_incident

KEPT = 8
"""Plans that stay in memory, a megabyte or two each."""

_Key = tuple[UUID, int, int, UUID | None, Destination, bool]


@dataclass(frozen=True, slots=True)
class AskedPlan:
    """A plan that somebody asked for.

    Args:
        etag: Entity tag of the document.
        document: UTF-8 JSON.
        routes: By zone id, each with the moment that its seconds count from.
        people: Those that it counted, by zone.
    """

    etag: str
    document: bytes
    routes: Mapping[str, dict[str, Any]]
    people: Mapping[UUID, int]

    def counts(self, people: Mapping[UUID, int] | None) -> bool:
        """Whether it counted as many in each zone, or more."""
        return all(number <= self.people.get(zone_id, 0) for zone_id, number in (people or {}).items())


@dataclass(frozen=True, slots=True)
class _Known:
    """The plan that holds with all events up to one, or None when no incident was open."""

    seq: int
    plan: AskedPlan | None


class AskedPlans:
    """The plans of a process that were asked for. Shared by threads: of several who ask for the same one makes it, the others
    wait; who asks for another does not."""

    def __init__(self, database: Database, floorplans: PublishedFloorplans) -> None:
        self._database = database
        self._floorplans = floorplans
        self._plans: Shared[_Key, AskedPlan] = Shared(KEPT)
        self._known: Shared[tuple[UUID, Destination, bool], _Known] = Shared(KEPT)

    def find(
        self, site: Site, to: Destination, *, choices: bool = False, knowing: int | None = None
    ) -> AskedPlan | None:
        """The plan with all that is recorded of a site's open incident; None when none is open.

        No connection is held while it is made.

        Args:
            site: The site.
            to: Where people go.
            choices: Whether each zone has the ways that people may choose between.
            knowing: Number of the event that it has to know of; many who ask after the same one share one look at what is
                recorded. None: whatever is recorded now.
        """
        if knowing is None:
            return self._look(site, to, choices=choices).plan
        known = self._known.get(
            (site.id, to, choices),
            lambda: self._look(site, to, choices=choices),
            lambda known: known.seq >= knowing,
        )
        return known.plan

    def _look(self, site: Site, to: Destination, *, choices: bool) -> "_Known":
        with self._database.snapshot(site.id) as c:
            incident = find_open_incident(c, site.id)
            if incident is None:
                return _Known(last_seq(c, site.id), None)
            inputs = read_inputs(c, self._floorplans, site, incident, to)
            changed = last_seq_of_routes(c, site.id)
        key = incident.id, changed, inputs.published.rev, inputs.previous_id, to, choices
        made = self._plans.get(
            key, lambda: _make(inputs, choices=choices), lambda made: made.counts(inputs.request.people)
        )
        return _Known(inputs.seq, made)


def _make(inputs: PlanInputs, *, choices: bool) -> AskedPlan:
    document = plan_incident(inputs, choices=choices)
    read = orjson.loads(document)
    moment = read["made_for_at"]
    return AskedPlan(
        "-".join(
            str(part) for part in (inputs.incident.id, inputs.seq, inputs.published.rev, inputs.request.to, choices)
        ),
        document,
        {zone["zone_id"]: {**zone, "made_for_at": moment} for zone in read["zones"]},
        inputs.request.people or {},
    )
