"""Who has answered and who is silent, from status reports."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from geo_server.domain.incidents import Status, StatusReport
from geo_server.domain.places import Zone, ZoneCategory

OCCUPIED = frozenset(
    {
        ZoneCategory.ROOM,
        ZoneCategory.ASSEMBLY,
        ZoneCategory.SHELTER,
        ZoneCategory.RESTROOM,
        ZoneCategory.SERVICE,
        ZoneCategory.UNSPECIFIED,
    }
)
"""Categories of zones where people stay, so that silence there means something."""

NUMBERS = ("adults", "students", "injured", "need_assistance")
"""Numbers of a report that may be left unsaid."""

URGENCY: tuple[Status, ...] = (
    Status.DANGER,
    Status.THREAT_HERE,
    Status.MEDICAL,
    Status.HELP,
    Status.UNREPORTED,
    Status.EVACUATING,
    Status.OK,
    Status.EVACUATED,
    Status.CLEARED,
)
"""Order in which responders want to see zones: danger, calls for help and silence first."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Zones by status.

    Args:
        by_status: Number of occupied zones with each status.
        latest: The report that counts for a zone, by zone id (see :func:`latest_reports`). A zone without one is unreported.
    """

    by_status: Mapping[Status, int]
    latest: Mapping[UUID, StatusReport]


def latest_reports(reports: Iterable[StatusReport]) -> dict[UUID, StatusReport]:
    """The report that counts for each zone: the last one given by the client's clock, never later than its arrival.

    A phone whose clock runs ahead cannot outrank a later report for ever; ties go to the later arrival, then to the id.
    Numbers that it leaves unsaid are those that were said last: who says OK after having counted has not uncounted. What else
    it leaves unsaid is not known of that moment.
    """
    latest: dict[UUID, StatusReport] = {}
    for report in sorted(reports, key=_rank):
        before = latest.get(report.zone_id)
        latest[report.zone_id] = report if before is None else _completed(report, before)
    return latest


def latest_saying(reports: Iterable[StatusReport], name: str) -> list[StatusReport]:
    """Of each zone the report that counts among those which say something, by the name of its field; in the order of zones."""
    latest = {report.zone_id: report for report in sorted(reports, key=_rank) if getattr(report, name) is not None}
    return sorted(latest.values(), key=lambda report: str(report.zone_id))


def tally(zones: Iterable[Zone], reports: Iterable[StatusReport]) -> Tally:
    """Count the occupied zones of a site by status; zones without a report are ``unreported``."""
    latest = latest_reports(reports)
    counts: Counter[Status] = Counter()
    for zone in zones:
        if zone.id in latest:
            counts[latest[zone.id].status] += 1
        elif zone.category in OCCUPIED:
            counts[Status.UNREPORTED] += 1
    return Tally({status: counts[status] for status in Status}, latest)


def _completed(report: StatusReport, before: StatusReport) -> StatusReport:
    unsaid = [name for name in NUMBERS if getattr(report, name) is None]
    return replace(report, **{name: getattr(before, name) for name in unsaid})


def _rank(report: StatusReport) -> tuple[float, float, str]:
    given = min(report.client_at, report.received_at)
    return given.timestamp(), report.received_at.timestamp(), str(report.id)
