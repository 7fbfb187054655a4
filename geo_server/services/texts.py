"""Status reports by text message: a gateway passes on what it was sent, and gets one line to answer with."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from geo_server.domain.errors import GeoServerError, TooOften
from geo_server.domain.places import Floorplan, Site, Zone
from geo_server.domain.roles import Permission
from geo_server.domain.texts import USAGE, TextReport, match_zones, one_line, other_calls, read_text
from geo_server.services.access import Principal
from geo_server.services.phones import hash_sender
from geo_server.services.published import PublishedFloorplans
from geo_server.services.status_reports import LATE_ADVICE, NewStatusReport, Receipt, record_status_report
from geo_server.store import texts as rows
from geo_server.store.access import find_roles
from geo_server.store.database import Connection, Database
from geo_server.store.incidents import find_current_incident, load_incident

A_MINUTE = timedelta(minutes=1)
MOST_OF_SENDER = 10
"""Messages of one sender in a minute."""
MOST_OF_SITE = 1200
"""Messages of a whole site in a minute: more than a staff of a thousand sends at an alarm."""
CLOCKS_APART = timedelta(minutes=2)
"""How far the clock of a gateway may be off."""

BY_TEXT = "By text message"
"""What the note of such a report says first: the number of a sender can be forged."""


@dataclass(frozen=True, slots=True)
class NewText:
    """A message as a gateway passes it on.

    Args:
        message_id: What the gateway calls it, the same when it is passed on again.
        sender: Number, with its country.
        sent_at: When it was sent by the gateway's clock, or None.
    """

    message_id: str
    sender: str
    text: str
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Taken:
    """A message with what the server adds to it: its id, and the hash of its sender's number."""

    said: NewText
    id: UUID
    sender_hash: bytes
    at: datetime


def take_text(database: Database, floorplans: PublishedFloorplans, site: Site, said: NewText, *, by: Principal) -> str:
    """Record the status report that a message is, if it is one.

    Args:
        database: Where it is kept.
        floorplans: The maps.
        site: The site.
        said: The message.
        by: The gateway.

    Returns:
        One line for the sender: what was understood, or how to write it. A message that is passed on again counts once and
        has the answer of the first time.

    Raises:
        TooOften: More messages than anybody sends.
    """
    taken = _Taken(said, uuid5(by.person_id, said.message_id), hash_sender(site.id, said.sender), datetime.now(UTC))
    with database.transaction(site.id) as c:
        before = rows.claim_text(c, site.id, taken.id, taken.sender_hash, taken.at)
        if before is not None:
            return before
        _check_rate(c, site.id, taken)
        answer = one_line(_answer(c, floorplans, site, taken))
        rows.keep_answer(c, site.id, taken.id, answer)
    return answer


def _check_rate(c: Connection, site_id: UUID, taken: _Taken) -> None:
    since = taken.at - A_MINUTE
    of_sender = rows.count_texts(c, site_id, since, taken.sender_hash)
    if of_sender > MOST_OF_SENDER or rows.count_texts(c, site_id, since) > MOST_OF_SITE:
        raise TooOften(
            "More messages came in a minute than are taken.", where="sender", advice="Pass it on again in a minute."
        )


def _answer(c: Connection, floorplans: PublishedFloorplans, site: Site, taken: _Taken) -> str:
    person = _find_sender(c, site, taken)
    if person is None:
        return "This number may not report here. Nothing was recorded. Ask your office to add it."
    readings = read_text(taken.said.text)
    if not readings:
        return f"Not understood. {USAGE}"
    floorplan = floorplans.load(c, site).floorplan
    report, zones = _placed(floorplan, readings)
    if len(zones) != 1:
        return _which(floorplan, report, zones)
    if calls := other_calls(report):
        return f"Two statuses: {report.status} and {calls[0]}. Nothing was recorded. Send again with one of them."
    if _is_of_earlier(c, site, taken.said):
        return "That was sent before this incident began. Nothing was recorded. Send it again if it still holds."
    return _recorded(c, site, _report(taken, report, zones[0]), zones[0], by=person)


def _find_sender(c: Connection, site: Site, taken: _Taken) -> Principal | None:
    known = rows.find_person_by_phone(c, site.id, taken.sender_hash)
    person = known and Principal(*known, find_roles(c, known[0]))
    return person if person and person.may(site.id, Permission.REPORT_STATUS) else None


def _placed(floorplan: Floorplan, readings: list[TextReport]) -> tuple[TextReport, list[Zone]]:
    """The first reading whose place is on the map, else the first."""
    for reading in readings:
        zones = match_zones(floorplan, reading.place)
        if zones:
            return reading, zones
    return readings[0], []


def _which(floorplan: Floorplan, report: TextReport, zones: list[Zone]) -> str:
    place = report.place[:30]
    if not zones:
        return f"No room {place} here. Nothing was recorded. {USAGE}"
    levels = [floorplan.level_by_id[zone.level_id] for zone in zones]
    names = {floorplan.building_by_id[level.building_id].name for level in levels if level.building_id}
    if len(names) == len(zones):
        return f"{place} is in {' and in '.join(sorted(names))}: write the building first. Nothing was recorded."
    return f"Several rooms are called {place}. Nothing was recorded. Use the page, or the radio."


def _is_of_earlier(c: Connection, site: Site, said: NewText) -> bool:
    incident = find_current_incident(c, site.id)
    return incident is not None and said.sent_at is not None and said.sent_at < incident.opened_at - CLOCKS_APART


def _report(taken: _Taken, report: TextReport, zone: Zone) -> NewStatusReport:
    return NewStatusReport(
        id=taken.id,
        zone_id=zone.id,
        status=report.status,
        client_at=taken.said.sent_at or taken.at,
        adults=report.adults,
        students=report.students,
        injured=report.injured,
        note=f"{BY_TEXT}: {report.note}" if report.note else BY_TEXT,
    )


def _recorded(c: Connection, site: Site, report: NewStatusReport, zone: Zone, *, by: Principal) -> str:
    try:
        with c.begin_nested():
            receipt = record_status_report(c, site, report, by=by)
    except GeoServerError as refusal:
        return f"Nothing was recorded. {refusal.what} {refusal.advice or ''}"
    return _told(c, site, zone, receipt)


def _told(c: Connection, site: Site, zone: Zone, receipt: Receipt) -> str:
    report = receipt.report
    drill = "EXERCISE: " if load_incident(c, site.id, report.incident_id).exercise else ""
    counted = {"students": report.students, "injured": report.injured, "adults": report.adults}
    numbers = "".join(f", {name} {number}" for name, number in counted.items() if number is not None)
    at = report.received_at.astimezone(ZoneInfo(site.timezone)).strftime("%H:%M")
    stands = "" if receipt.in_force else ", but a newer report stands"
    late = f" The incident is closed: nobody may be looking any more. {LATE_ADVICE}" if receipt.late else ""
    return f"{drill}{zone.name[:40]} {report.status.value.replace('_', ' ')}{numbers}. Received {at}{stands}.{late}"
