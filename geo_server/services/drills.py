"""Drills: a report that fills itself from the drill's own record, and what people add to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from geo_server.domain.accountability import OCCUPIED
from geo_server.domain.drills import (
    DrillAction,
    DrillMeasures,
    DrillProblem,
    DrillReport,
    ProblemKind,
    measure_drill,
    suggest_type,
)
from geo_server.domain.errors import NotFound
from geo_server.domain.events import EventKind
from geo_server.domain.incidents import Incident
from geo_server.domain.places import Site
from geo_server.domain.protocols import ProtocolPack
from geo_server.services.access import Principal
from geo_server.services.changes import record_change
from geo_server.store import drills as rows
from geo_server.store.database import Connection, Database
from geo_server.store.incidents import list_incidents, load_incident
from geo_server.store.reports import list_status_reports


@dataclass(frozen=True, slots=True)
class NewProblem:
    """Something that went wrong in a drill.

    Args:
        id: Made by the client.
        zone_id: Where, or None.
    """

    id: UUID
    kind: ProblemKind
    note: str = ""
    zone_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class NewAction:
    """Something to be done after a drill.

    Args:
        id: Made by the client.
    """

    id: UUID
    what: str
    owner: str = ""
    due_on: date | None = None


def list_drills(database: Database, site: Site) -> list[tuple[Incident, int]]:
    """The drills of a site, latest first, each with the number of its actions that are still to be done."""
    with database.snapshot(site.id) as c:
        still_open = rows.count_open_actions(c, site.id)
        drills = [incident for incident in list_incidents(c, site.id) if incident.exercise]
    return [(drill, still_open.get(drill.id, 0)) for drill in drills]


def load_drill_report(database: Database, pack: ProtocolPack, site: Site, incident_id: UUID) -> DrillReport:
    """The report of a drill, read at one moment.

    Raises:
        NotFound: No such drill on this site. An incident in earnest is none.
    """
    with database.snapshot(site.id) as c:
        drill = _load_drill(c, site, incident_id)
        names, measures = _measure(c, drill)
        before = _find_previous(c, drill)
        form = rows.load_drill_form(c, drill.id)
        return DrillReport(
            incident=drill,
            drill_type=form.drill_type or suggest_type(drill.kind, pack),
            zones=names,
            measures=measures,
            form=form,
            problems=tuple(rows.list_drill_problems(c, drill.id)),
            actions=tuple(rows.list_drill_actions(c, drill.id)),
            previous=None if before is None else (before, _measure(c, before)[1]),
        )


def fill_form(database: Database, site: Site, incident_id: UUID, said: Mapping[str, Any], *, by: Principal) -> None:
    """Fill in what no measurement can tell; fields that are not said stay as they are.

    Args:
        database: Where it is kept.
        site: The site.
        incident_id: The drill.
        said: Fields of the form as JSON values.
        by: Who; the form names the last one who filled in anything.

    Raises:
        NotFound: No such drill.
    """
    with database.transaction(site.id) as c:
        drill = _load_drill(c, site, incident_id)
        filled = {**said, "completed_by": by.name}
        rows.fill_drill_form(c, site.id, drill.id, filled, at=datetime.now(UTC), by=by.person_id)
        _changed(c, site, drill, {"form": dict(said)}, by)


def add_problem(database: Database, site: Site, incident_id: UUID, said: NewProblem, *, by: Principal) -> bool:
    """Note what went wrong.

    Returns:
        False when the same had been noted before.

    Raises:
        NotFound: No such drill, or a zone that was not on the map then.
        Conflict: The id is taken by another problem.
    """
    with database.transaction(site.id) as c:
        drill = _load_drill(c, site, incident_id)
        if said.zone_id is not None and said.zone_id not in rows.list_zones_at(c, site.id, drill.opened_at):
            raise NotFound(f"The map had no zone {said.zone_id}.", where="zone_id", advice="See the list of zones.")
        problem = DrillProblem(said.id, said.kind, said.note, said.zone_id, datetime.now(UTC), by.name)
        new = rows.add_drill_problem(c, site.id, drill.id, problem)
        if new:
            _changed(c, site, drill, {"problem_id": str(said.id), "kind": said.kind}, by)
    return new


def add_action(database: Database, site: Site, incident_id: UUID, said: NewAction, *, by: Principal) -> bool:
    """Note what is to be done.

    Returns:
        False when the same had been noted before.

    Raises:
        NotFound: No such drill.
        Conflict: The id is taken by another action.
    """
    with database.transaction(site.id) as c:
        drill = _load_drill(c, site, incident_id)
        action = DrillAction(said.id, said.what, said.owner, said.due_on, datetime.now(UTC), by.name)
        new = rows.add_drill_action(c, site.id, drill.id, action)
        if new:
            _changed(c, site, drill, {"action_id": str(said.id), "what": said.what}, by)
    return new


def set_action_done(
    database: Database, site: Site, incident_id: UUID, action_id: UUID, *, done: bool, by: Principal
) -> None:
    """Say that an action is done, or that it is not. What was so already changes nothing.

    Raises:
        NotFound: No such drill, or no such action.
    """
    with database.transaction(site.id) as c:
        drill = _load_drill(c, site, incident_id)
        at = datetime.now(UTC) if done else None
        if rows.set_drill_action_done(c, site.id, drill.id, action_id, at):
            _changed(c, site, drill, {"action_id": str(action_id), "done": done}, by)


def _load_drill(c: Connection, site: Site, incident_id: UUID) -> Incident:
    """A drill; an incident in earnest is as unknown here as one that never was."""
    incident = load_incident(c, site.id, incident_id)
    if not incident.exercise:
        raise NotFound(f"The site has no drill {incident_id}.", where="incident_id", advice="See the list of drills.")
    return incident


def _measure(c: Connection, drill: Incident) -> tuple[dict[UUID, str], DrillMeasures]:
    zones = rows.list_zones_at(c, drill.site_id, drill.opened_at)
    occupied = [zone_id for zone_id, (_, category) in zones.items() if category in OCCUPIED]
    reports = list_status_reports(c, drill.id)
    measures = measure_drill(drill, occupied, reports, rows.find_first_directive_at(c, drill.id))
    return {zone_id: name for zone_id, (name, _) in zones.items()}, measures


def _find_previous(c: Connection, drill: Incident) -> Incident | None:
    """The last drill of the same kind that began before this one."""
    return next(
        (
            other
            for other in list_incidents(c, drill.site_id)
            if other.exercise and other.kind == drill.kind and other.opened_at < drill.opened_at
        ),
        None,
    )


def _changed(c: Connection, site: Site, drill: Incident, said: Mapping[str, object], by: Principal) -> None:
    told = {"incident_id": str(drill.id), "exercise": True, **said}
    record_change(c, site, EventKind.DRILL_CHANGED, subject=drill.id, said=told, by=by)
