"""A drill's report as JSON."""

from datetime import datetime, timedelta
from typing import Any

from geo_server.api.answers import moment
from geo_server.domain.drills import SHARES, DrillMeasures, DrillReport
from geo_server.domain.incidents import Incident

Json = dict[str, Any]


def drill_document(report: DrillReport) -> Json:
    """A report as JSON values. ``exercise`` is always true: an incident in earnest has no such report."""
    drill, before = report.incident, report.previous
    return {
        **_drill(drill),
        "drill_type": report.drill_type,
        "measures": _measures(report.measures),
        "silent": [{"id": str(one), "name": report.zones[one]} for one in report.measures.silent],
        "in_need": [{"id": str(one), "name": report.zones.get(one)} for one in report.measures.in_need],
        "staff": report.staff,
        "students": report.students,
        "mapping_system_used": report.mapping_system_used,
        "form": {
            "drill_type": report.form.drill_type,
            "announced": report.form.announced,
            "situation": report.form.situation,
            "weather": report.form.weather,
            "participants": list(report.form.participants),
            "alert_method": report.form.alert_method,
            "staff": report.form.staff,
            "students": report.form.students,
            "mapping_system_used": report.form.mapping_system_used,
            "incident_roles": report.form.incident_roles,
            "remarks": report.form.remarks,
            "completed_by": report.form.completed_by,
        },
        "problems": [
            {
                "id": str(problem.id),
                "kind": problem.kind,
                "note": problem.note,
                "zone_id": problem.zone_id and str(problem.zone_id),
                "zone": problem.zone_id and report.zones.get(problem.zone_id),
                "noted_at": moment(problem.noted_at),
                "noted_by": problem.noted_by,
            }
            for problem in report.problems
        ],
        "actions": [
            {
                "id": str(action.id),
                "what": action.what,
                "owner": action.owner,
                "due_on": action.due_on and action.due_on.isoformat(),
                "noted_at": moment(action.noted_at),
                "noted_by": action.noted_by,
                "done_at": action.done_at and moment(action.done_at),
            }
            for action in report.actions
        ],
        "previous": before and {**_drill(before[0]), "measures": _measures(before[1])},
    }


def _drill(drill: Incident) -> Json:
    return {
        "incident_id": str(drill.id),
        "exercise": True,
        "kind": drill.kind,
        "state": drill.state,
        "opened_at": moment(drill.opened_at),
        "cleared_at": drill.cleared_at and moment(drill.cleared_at),
    }


def _measures(measures: DrillMeasures) -> Json:
    return {
        "first_alert_at": moment(measures.first_alert_at),
        "first_directive_at": _at(measures.first_directive_at),
        "first_report_at": _at(measures.first_report_at),
        **{f"reported_{share}_at": _at(measures.reported_at[share]) for share in SHARES},
        "first_evacuated_at": _at(measures.first_evacuated_at),
        "last_evacuated_at": _at(measures.last_evacuated_at),
        "all_clear_at": _at(measures.all_clear_at),
        "after_alert_s": {name: _seconds(took) for name, took in measures.after_alert().items()},
        "occupied": measures.occupied,
        "reported": measures.reported,
        "evacuated": measures.evacuated,
        "injured": measures.injured,
    }


def _at(at: datetime | None) -> str | None:
    return None if at is None else moment(at)


def _seconds(took: timedelta | None) -> float | None:
    return None if took is None else round(took.total_seconds(), 1)
