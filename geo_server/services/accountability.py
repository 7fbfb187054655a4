"""Who is accounted for: how many people the reports in force tell of, level by level, and who is missing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from geo_server.domain.accountability import latest_reports, tally
from geo_server.domain.incidents import Incident, Status, StatusReport
from geo_server.domain.places import Floorplan, Level, Site
from geo_server.domain.roll import Headcount, Roll, call_roll, headcount
from geo_server.services.published import SITES_KEPT, PublishedFloorplan, PublishedFloorplans
from geo_server.services.shared import Shared
from geo_server.store.database import Database
from geo_server.store.events import last_seq
from geo_server.store.incidents import find_current_incident
from geo_server.store.reports import list_status_reports


@dataclass(frozen=True, slots=True)
class OfLevel:
    """A level: its occupied zones by status, and the people that their reports tell of."""

    level: Level
    by_status: dict[Status, int]
    people: Headcount


@dataclass(frozen=True, slots=True)
class Accountability:
    """Who is accounted for in an incident.

    Args:
        at: The moment that it was read of. What was said since may not be in it.
        people: Of the whole site, zones that are on no published level any more included.
        levels: Those of the published map, building by building from the lowest up.
        published: The map.
    """

    incident: Incident
    at: datetime
    people: Headcount
    levels: tuple[OfLevel, ...]
    roll: Roll
    published: PublishedFloorplan


class Accounts:
    """Who is accounted for on the sites of a process: worked out once for all who ask between two events. Shared by threads."""

    def __init__(self, database: Database, floorplans: PublishedFloorplans) -> None:
        self._database, self._floorplans = database, floorplans
        self._shared: Shared[tuple[UUID, int], Accountability | None] = Shared(SITES_KEPT)

    def load(self, site: Site) -> Accountability | None:
        """Who is accounted for in the incident that is open, or that is not closed yet; None when there is none."""
        with self._database.snapshot(site.id) as c:
            seq = last_seq(c, site.id)
        return self._shared.get((site.id, seq), lambda: self._make(site), lambda _: True)

    def _make(self, site: Site) -> Accountability | None:
        with self._database.snapshot(site.id) as c:
            now = datetime.now(UTC)
            published = self._floorplans.load(c, site)
            incident = find_current_incident(c, site.id)
            if incident is None:
                return None
            reports = list_status_reports(c, incident.id)
        plan, in_force = published.floorplan, latest_reports(reports)
        levels = tuple(
            _of_level(plan, level, in_force) for level in sorted(plan.levels, key=lambda one: _order(plan, one))
        )
        return Accountability(incident, now, _people(in_force.values()), levels, call_roll(reports), published)


def _of_level(plan: Floorplan, level: Level, in_force: dict[UUID, StatusReport]) -> OfLevel:
    zones = [zone for zone in plan.zones if zone.level_id == level.id]
    reports = [in_force[zone.id] for zone in zones if zone.id in in_force]
    return OfLevel(level, dict(tally(zones, reports).by_status), _people(reports))


def _people(reports: Iterable[StatusReport]) -> Headcount:
    return sum((headcount(report) for report in reports), Headcount())


def _order(plan: Floorplan, level: Level) -> tuple[str, int]:
    building = plan.building_by_id.get(level.building_id) if level.building_id else None
    return building.name if building else "", level.ordinal
