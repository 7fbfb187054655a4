"""A drill's report as a page to print: one or two sheets, without script, marked as an exercise at its top and bottom."""

import html
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from geo_server.api.pages import sheet
from geo_server.domain.drills import DrillReport
from geo_server.domain.places import Site

_MARK = '<p class="mark">EXERCISE: this was a drill</p>'

_TIMES = {
    "first_directive": "First order given",
    "first_report": "First room reported",
    "reported_50": "50 % of rooms reported",
    "reported_90": "90 % of rooms reported",
    "reported_100": "All rooms reported",
    "first_evacuated": "First room at the assembly point",
    "last_evacuated": "Last room at the assembly point",
    "all_clear": "All clear",
}


def drill_page(report: DrillReport, site: Site, kind_title: str) -> str:
    """The page.

    Args:
        report: The drill.
        site: Where; times are told in its time zone.
        kind_title: What the protocol pack calls the kind of incident that was practised.
    """
    zone = ZoneInfo(site.timezone)
    title = f"Drill report: {kind_title}, {site.name}"
    body = [
        _MARK,
        f"<h1>{html.escape(title)}</h1>",
        _facts(report, zone),
        "<h2>Times</h2>",
        _times(report, zone),
        "<h2>Rooms and people</h2>",
        _people(report),
        "<h2>Problems</h2>",
        _bullets((_problem(report, i) for i in range(len(report.problems))), "None noted."),
        "<h2>Actions</h2>",
        _bullets((_action(report, i) for i in range(len(report.actions))), "None noted."),
        f"<h2>Remarks</h2><p>{_text(report.form.remarks or 'None.')}</p>",
        '<p class="signed">Name and signature</p>',
        _MARK,
    ]
    return sheet(title, "".join(body))


def _facts(report: DrillReport, zone: ZoneInfo) -> str:
    form, began = report.form, report.measures.first_alert_at.astimezone(zone)
    rows = [
        ("Date", began.strftime("%Y-%m-%d")),
        ("Drill type", _words(report.drill_type)),
        ("Announced before", _yes_no(form.announced)),
        ("Situation at start", _words(form.situation)),
        ("Weather", form.weather),
        ("Alert method", form.alert_method),
        ("Took part", ", ".join(_words(one) for one in form.participants)),
        ("Mapping system used", _yes_no(report.mapping_system_used)),
        ("Incident roles", form.incident_roles),
        ("Filled in by", form.completed_by),
    ]
    return _table((), rows)


def _times(report: DrillReport, zone: ZoneInfo) -> str:
    measures, before = report.measures, report.previous
    took, took_before = measures.after_alert(), before[1].after_alert() if before else {}
    moments = {name: None if after is None else measures.first_alert_at + after for name, after in took.items()}
    rows = [("First alert", _clock(measures.first_alert_at, zone), "", "", "")]
    rows += [
        (
            words,
            _clock(moments[name], zone),
            _duration(took[name]),
            _duration(took_before.get(name)),
            _change(took[name], took_before.get(name)),
        )
        for name, words in _TIMES.items()
    ]
    last = f"Last drill ({before[0].opened_at.astimezone(zone):%Y-%m-%d})" if before else "Last drill (none)"
    return f'<div class="wide">{_table(("", "Time", "After the alert", last, "Change"), rows)}</div>'


def _people(report: DrillReport) -> str:
    measures = report.measures
    silent = ", ".join(report.zones[zone_id] for zone_id in measures.silent)
    rows = [
        ("Rooms that reported", f"{measures.reported} of {measures.occupied}"),
        ("Rooms that did not", silent or "none"),
        ("Rooms at the assembly point", str(measures.evacuated)),
        ("Students", _count(report.students)),
        ("Staff", _count(report.staff)),
        ("Injured (as played)", _count(measures.injured)),
    ]
    return _table((), rows)


def _problem(report: DrillReport, i: int) -> str:
    problem = report.problems[i]
    where = f" ({report.zones.get(problem.zone_id, 'a room that is gone')})" if problem.zone_id else ""
    return f"{_words(problem.kind)}{where}{': ' if problem.note else ''}{problem.note}"


def _action(report: DrillReport, i: int) -> str:
    action = report.actions[i]
    parts = [
        action.what,
        action.owner,
        f"due {action.due_on}" if action.due_on else "",
        "done" if action.done_at else "",
    ]
    return ", ".join(part for part in parts if part)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    top = "".join(f"<th>{_text(one)}</th>" for one in head)
    lines = "".join(
        f"<tr><th>{_text(first)}</th>{''.join(f'<td>{_text(cell)}</td>' for cell in cells)}</tr>"
        for first, *cells in rows
    )
    return f"<table>{f'<tr>{top}</tr>' if top else ''}{lines}</table>"


def _bullets(lines: Iterable[str], otherwise: str) -> str:
    items = "".join(f"<li>{_text(line)}</li>" for line in lines)
    return f"<ul>{items}</ul>" if items else f"<p>{otherwise}</p>"


def _text(text: str) -> str:
    return html.escape(text).replace("\n", "<br>")


def _words(value: StrEnum | None) -> str:
    return value.replace("_", " ").capitalize() if value else ""


def _yes_no(value: bool | None) -> str:
    return "" if value is None else "Yes" if value else "No"


def _count(count: int | None) -> str:
    return "not counted" if count is None else str(count)


def _clock(at: datetime | None, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%H:%M:%S") if at else "not reached"


def _duration(took: timedelta | None) -> str:
    if took is None:
        return ""
    minutes, seconds = divmod(round(took.total_seconds()), 60)
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"


def _change(now: timedelta | None, before: timedelta | None) -> str:
    if now is None or before is None:
        return ""
    if abs(now - before) < timedelta(seconds=1):
        return "the same"
    return f"{_duration(abs(now - before))} {'faster' if now < before else 'slower'}"
