"""A desk of services: one server process on a campus, without its face."""

import gzip
from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID, uuid4

import orjson

from geo_server.domain.events import EventKind
from geo_server.domain.incidents import IncidentState, Status
from geo_server.domain.places import Zone
from geo_server.domain.roles import Role
from geo_server.services.access import Principal, authenticate
from geo_server.services.asked_plans import AskedPlans
from geo_server.services.guidance import zone_guidance
from geo_server.services.incidents import change_state
from geo_server.services.picture import Picture, load_picture
from geo_server.services.planners import Planners
from geo_server.services.plans import Plans
from geo_server.services.protocols import load_shipped_pack
from geo_server.services.published import PublishedFloorplans
from geo_server.services.reaches import Reaches
from geo_server.services.sightings import NewSighting, Recorded, add_sighting, retract_sighting
from geo_server.services.status_reports import NewStatusReport, record_status_report
from geo_server.store.database import Database
from geo_server.store.events import list_events
from geo_server.store.incidents import find_open_incident
from geo_server.store.plans import StoredPlan
from geo_server.store.threats import list_sightings
from tests.campus import Campus

PACK = load_shipped_pack()


def close_all() -> None:
    """Close the desks that were opened."""
    while Desk.opened:
        Desk.opened.pop().reaches.__exit__()


class Desk:
    """One server process on a campus, without its face. To be closed, as :func:`close_all` does with all of a test."""

    opened: ClassVar[list["Desk"]] = []

    def __init__(self, database: Database, planners: Planners, campus: Campus) -> None:
        self.database, self.planners, self.campus = database, planners, campus
        self.floorplans = PublishedFloorplans(database, planners)
        self.opened.append(self)
        self.reaches = Reaches(database)
        self.plans = Plans(database, self.floorplans, self.reaches)
        self.by: Principal = authenticate(database, campus.tokens[Role.COMMANDER])

    def see(self, x: float) -> Recorded:
        lon, lat = self.campus.lonlat(x, 1.5)
        said = NewSighting(uuid4(), "armed_assailant", (lon, lat), 0, datetime.now(UTC))
        return add_sighting(self.database, self.floorplans, PACK, self.campus.site, said, by=self.by)

    def see_and_plan(self, x: float) -> UUID:
        recorded = self.see(x)
        assert self.plans.replan(self.campus.site, recorded.incident_id, recorded.seq)
        return recorded.threat_id

    def retract(self, threat_id: UUID) -> None:
        """Take all its sightings back, and plan."""
        site = self.campus.site
        with self.database.snapshot(site.id) as c:
            incident = find_open_incident(c, site.id)
            assert incident is not None
            seen = [one for one in list_sightings(c, incident.id, site.frame) if one.threat_id == threat_id]
        for sighting in seen:
            taken_back = retract_sighting(self.database, PACK, site, sighting.id, "It was a prop.", by=self.by)
            assert self.plans.replan(site, taken_back.incident_id, taken_back.seq)

    def end(self, incident_id: UUID, *states: IncidentState) -> None:
        for state in states:
            change_state(self.database, self.campus.site, incident_id, state, by=self.by)

    def latest_plan(self) -> StoredPlan:
        found = self.plans.find_latest(self.campus.site)
        assert found is not None
        return found.stored

    def plan(self) -> dict[str, Any]:
        found = self.plans.find_latest(self.campus.site)
        assert found is not None
        document: dict[str, Any] = orjson.loads(gzip.decompress(found.document))
        return document

    def report(self, zone: Zone, adults: int, students: int) -> None:
        said = NewStatusReport(uuid4(), zone.id, Status.OK, datetime.now(UTC), adults=adults, students=students)
        with self.database.transaction(self.campus.site.id) as c:
            record_status_report(c, self.campus.site, said, by=self.by)

    def count(self, kind: EventKind) -> int:
        with self.database.snapshot(self.campus.site.id) as c:
            return sum(one.kind is kind for one in list_events(c, self.campus.site.id, 0))

    def picture(self) -> Picture:
        return load_picture(self.database, self.floorplans, self.campus.site).picture

    def route(self, zone: Zone) -> dict[str, Any] | None:
        asked = AskedPlans(self.database, self.floorplans)
        site = self.campus.site
        return zone_guidance(self.picture(), zone, PACK, self.plans, asked, site=site, sees_plan=True, names=True).route
