"""A drill as the fields of a state drill form, ready to be copied into one.

The fields are those of Washington's OSPI emergency drill form, which other states' forms are parts of. Every value is of the
drill; ``exercise`` comes first and is always true, so that no reader takes it for something that happened.
"""

import csv
import io
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from geo_server.domain.drills import SHARES, DrillReport
from geo_server.domain.places import Site

_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def drill_form(report: DrillReport, site: Site, kind_title: str) -> dict[str, Any]:
    """The fields of the form, in its order.

    Args:
        report: The drill.
        site: Where; its time zone is that of every time.
        kind_title: What the protocol pack calls the kind of incident that was practised.

    Returns:
        JSON values. Times are ISO 8601 with the site's offset, durations whole seconds after the alarm, and None is what
        nobody has measured or said.
    """
    zone, measures, form = ZoneInfo(site.timezone), report.measures, report.form

    def local(at: datetime | None) -> str | None:
        return None if at is None else at.astimezone(zone).isoformat(timespec="seconds")

    after = {
        name: None if took is None else round(took.total_seconds()) for name, took in measures.after_alert().items()
    }
    return {
        "exercise": True,
        "school": site.name,
        "date": measures.first_alert_at.astimezone(zone).date().isoformat(),
        "completed_by": form.completed_by or None,
        "drill_type": report.drill_type,
        "scenario": kind_title,
        "announced": form.announced,
        "situation_at_start": form.situation,
        "weather": form.weather or None,
        "alert_method": form.alert_method or None,
        "alarm_time": local(measures.first_alert_at),
        "end_time": local(measures.all_clear_at),
        "evacuation_time_s": after["last_evacuated"],
        "first_report_s": after["first_report"],
        **{f"reported_{share}_percent_s": after[f"reported_{share}"] for share in SHARES},
        "first_at_assembly_s": after["first_evacuated"],
        "last_at_assembly_s": after["last_evacuated"],
        "all_clear_s": after["all_clear"],
        "rooms_expected": measures.occupied,
        "rooms_reported": measures.reported,
        "rooms_silent": [report.zones[zone_id] for zone_id in measures.silent],
        "students": report.students,
        "staff": report.staff,
        "injured": measures.injured,
        "participants": list(form.participants),
        "mapping_system_used": report.mapping_system_used,
        "incident_roles": form.incident_roles or None,
        "problems": [
            {
                "kind": problem.kind,
                "note": problem.note,
                "room": problem.zone_id and report.zones.get(problem.zone_id),
            }
            for problem in report.problems
        ],
        "actions": [
            {
                "what": action.what,
                "owner": action.owner,
                "due": action.due_on and action.due_on.isoformat(),
                "done": local(action.done_at),
            }
            for action in report.actions
        ],
        "remarks": form.remarks or None,
    }


def drill_form_csv(form: dict[str, Any]) -> str:
    """The same as CSV (RFC 4180): one line of names and one of values, so that drills can be put below each other.

    Lists are told within one cell, parted by semicolons. No cell can be taken for a formula by a spreadsheet.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(form)
    writer.writerow(_cell(value) for value in form.values())
    return out.getvalue()


def _cell(value: object) -> str:
    text = _text(value)
    return f"'{text}" if text.startswith(_STARTS_FORMULA) else text


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(_text(part) for part in value.values() if part not in {None, ""})
    if isinstance(value, list):
        return "; ".join(_text(part) for part in value)
    return str(value)
