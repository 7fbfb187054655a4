"""Plans that are made when somebody asks, and kept until something changes: ways to refuges, and ways to choose between."""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from geo_server.domain.places import Site
from geo_server.domain.routes import Destination
from geo_server.services.planning import PlanInputs, plan_incident, read_inputs
from geo_server.services.published import PublishedFloorplans
from geo_server.store.database import Database
from geo_server.store.incidents import find_open_incident

KEPT = 8
"""Plans that stay in memory, a megabyte or two each."""

_Key = tuple[UUID, int, int, Destination, bool]


@dataclass(frozen=True, slots=True)
class AskedPlan:
    """A plan that somebody asked for.

    Args:
        etag: Entity tag of the document.
        document: UTF-8 JSON.
        routes: By zone id, each with the moment that its seconds count from.
    """

    etag: str
    document: bytes
    routes: Mapping[str, dict[str, Any]]


class AskedPlans:
    """The plans of a process that were asked for. Shared by threads: of several who ask for the same one makes it, the others wait."""

    def __init__(self, database: Database, floorplans: PublishedFloorplans) -> None:
        self._database = database
        self._floorplans = floorplans
        self._kept: OrderedDict[_Key, AskedPlan] = OrderedDict()
        self._making = threading.Lock()

    def find(self, site: Site, to: Destination, *, choices: bool = False) -> AskedPlan | None:
        """The plan with all that is recorded of a site's open incident; None when none is open.

        No connection is held while it is made.

        Args:
            site: The site.
            to: Where people go.
            choices: Whether each zone has the ways that people may choose between.
        """
        with self._database.snapshot(site.id) as c:
            incident = find_open_incident(c, site.id)
            inputs = None if incident is None else read_inputs(c, self._floorplans, site, incident)
        return None if inputs is None else self._made(inputs, to, choices=choices)

    def _made(self, inputs: PlanInputs, to: Destination, *, choices: bool) -> AskedPlan:
        key = inputs.incident.id, inputs.seq, inputs.published.rev, to, choices
        with self._making:
            plan = self._kept.get(key)
            if plan is None:
                plan = _read(plan_incident(inputs, to, choices=choices).document, "-".join(str(part) for part in key))
            self._kept[key] = plan
            self._kept.move_to_end(key)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            return plan


def _read(document: bytes, etag: str) -> AskedPlan:
    read = orjson.loads(document)
    moment = read["made_for_at"]
    return AskedPlan(etag, document, {zone["zone_id"]: {**zone, "made_for_at": moment} for zone in read["zones"]})
