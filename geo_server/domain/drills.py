"""What a drill has shown: its times as they were measured, and what people say of it.

Terminology:
    reported: the share of the occupied zones of which anything was heard, by the server's clock at arrival.
    at assembly: a zone is at the assembly point from the report that says ``evacuated`` on, as long as no other follows.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from geo_server.domain.accountability import latest_reports
from geo_server.domain.incidents import Incident, Status, StatusReport
from geo_server.domain.protocols import ProtocolPack

SHARES = (50, 90, 100)
"""Per cent of the occupied zones whose reports are timed."""

IN_NEED = frozenset({Status.THREAT_HERE, Status.MEDICAL, Status.HELP, Status.DANGER})


class DrillType(StrEnum):
    """What was practised, as state forms name it (Washington OSPI: school emergency drill form)."""

    FIRE = "fire"
    LOCKDOWN = "lockdown"
    MODIFIED_LOCKDOWN = "modified_lockdown"
    SHELTER = "shelter"
    EARTHQUAKE = "earthquake"
    MEDICAL = "medical"
    LAHAR = "lahar"
    WEATHER = "weather"
    OTHER = "other"


class Situation(StrEnum):
    """What the school was doing when the drill began."""

    CLASS = "class"
    PASSING = "passing"
    LUNCH = "lunch"
    RECESS = "recess"
    ASSEMBLY = "assembly"
    BEFORE_SCHOOL = "before_school"
    AFTER_SCHOOL = "after_school"


class Participant(StrEnum):
    """Who took part."""

    ADMINISTRATORS = "administrators"
    TEACHERS = "teachers"
    STUDENTS = "students"
    POLICE = "police"
    FIRE = "fire"
    EMS = "ems"


class ProblemKind(StrEnum):
    """What went wrong, as state forms list it."""

    CONGESTION = "congestion"
    ALARM_NOT_HEARD = "alarm_not_heard"
    UNSURE_WHAT_TO_DO = "unsure_what_to_do"
    COULD_NOT_LOCK = "could_not_lock"
    LEFT_OPEN = "left_open"
    LIGHTS_ON = "lights_on"
    ATTENDANCE = "attendance"
    ASSISTANCE = "assistance"
    MAP_NOT_REACHABLE = "map_not_reachable"
    RADIO = "radio"
    NETWORK = "network"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class DrillForm:
    """What people say of a drill that no measurement can.

    Args:
        announced: Whether people knew of it before; None when not said. So are the other values that may be None.
        staff: How many took part; None: as many as were reported.
        students: The same of students.
        mapping_system_used: None: it was, when anybody reported through it.
        completed_by: Who filled it in; empty: nobody yet.
    """

    drill_type: DrillType | None = None
    announced: bool | None = None
    situation: Situation | None = None
    weather: str = ""
    participants: tuple[Participant, ...] = ()
    alert_method: str = ""
    staff: int | None = None
    students: int | None = None
    mapping_system_used: bool | None = None
    incident_roles: str = ""
    remarks: str = ""
    completed_by: str = ""


@dataclass(frozen=True, slots=True)
class DrillProblem:
    """Something that went wrong.

    Args:
        zone_id: Where, or None.
    """

    id: UUID
    kind: ProblemKind
    note: str
    zone_id: UUID | None
    noted_at: datetime
    noted_by: str


@dataclass(frozen=True, slots=True)
class DrillAction:
    """Something that is to be done about it.

    Args:
        owner: Who is to do it.
        due_on: Until when, or None.
        done_at: None until it is.
    """

    id: UUID
    what: str
    owner: str
    due_on: date | None
    noted_at: datetime
    noted_by: str
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DrillMeasures:
    """What a drill's own record says.

    Args:
        reported_at: When each of :data:`SHARES` of the occupied zones had reported; None where it never came to that.
        last_evacuated_at: When the last of the zones that are at the assembly point came there.
        occupied: How many zones an answer was expected from.
        reported: Of how many of them one came.
        silent: Ids of the others.
        in_need: Ids of zones whose last word calls for help.
        staff: Adults by the last report of each zone; None when nobody counted. So are the two below.
    """

    first_alert_at: datetime
    first_directive_at: datetime | None
    first_report_at: datetime | None
    reported_at: Mapping[int, datetime | None]
    first_evacuated_at: datetime | None
    last_evacuated_at: datetime | None
    all_clear_at: datetime | None
    occupied: int
    reported: int
    evacuated: int
    silent: tuple[UUID, ...]
    in_need: tuple[UUID, ...]
    staff: int | None
    students: int | None
    injured: int | None

    def after_alert(self) -> dict[str, timedelta | None]:
        """How long after the first alert each moment came, by name and in the order in which they are told."""
        moments = {
            "first_directive": self.first_directive_at,
            "first_report": self.first_report_at,
            **{f"reported_{share}": self.reported_at[share] for share in SHARES},
            "first_evacuated": self.first_evacuated_at,
            "last_evacuated": self.last_evacuated_at,
            "all_clear": self.all_clear_at,
        }
        return {name: None if at is None else at - self.first_alert_at for name, at in moments.items()}


@dataclass(frozen=True, slots=True)
class DrillReport:
    """All of a drill: what was measured, what people say of it, and the drill of its kind before it.

    Args:
        drill_type: What the form says, or else what the kind of incident suggests.
        zones: Names of the zones that were on the map when it began, by id.
        previous: The last drill of the same kind on this site, with its measures; None when this is the first.
    """

    incident: Incident
    drill_type: DrillType
    zones: Mapping[UUID, str]
    measures: DrillMeasures
    form: DrillForm
    problems: tuple[DrillProblem, ...]
    actions: tuple[DrillAction, ...]
    previous: tuple[Incident, DrillMeasures] | None = None

    @property
    def staff(self) -> int | None:
        """How many adults took part: as typed, else as reported."""
        return self.measures.staff if self.form.staff is None else self.form.staff

    @property
    def students(self) -> int | None:
        """How many students took part: as typed, else as reported."""
        return self.measures.students if self.form.students is None else self.form.students

    @property
    def mapping_system_used(self) -> bool:
        """As typed, else whether anybody reported through it."""
        typed = self.form.mapping_system_used
        return self.measures.first_report_at is not None if typed is None else typed


def measure_drill(
    incident: Incident,
    occupied: Collection[UUID],
    reports: Sequence[StatusReport],
    first_directive_at: datetime | None = None,
) -> DrillMeasures:
    """The times and counts of a drill.

    Args:
        incident: The drill.
        occupied: Ids of the zones that an answer was expected from.
        reports: Its status reports, in the order in which they arrived.
        first_directive_at: When the first order of a person was given.
    """
    heard = _first_heard(reports)
    answered = sorted(at for zone_id, at in heard.items() if zone_id in set(occupied))
    assembled = _assembled(reports)
    latest = latest_reports(reports)
    return DrillMeasures(
        first_alert_at=incident.opened_at,
        first_directive_at=first_directive_at,
        first_report_at=min(heard.values(), default=None),
        reported_at={share: _when_share(answered, len(occupied), share) for share in SHARES},
        first_evacuated_at=min(assembled.values(), default=None),
        last_evacuated_at=max(assembled.values(), default=None),
        all_clear_at=incident.cleared_at,
        occupied=len(occupied),
        reported=len(answered),
        evacuated=len(assembled),
        silent=tuple(zone_id for zone_id in occupied if zone_id not in heard),
        in_need=tuple(zone_id for zone_id, report in latest.items() if report.status in IN_NEED),
        staff=_sum(report.adults for report in latest.values()),
        students=_sum(report.students for report in latest.values()),
        injured=_sum(report.injured for report in latest.values()),
    )


def suggest_type(kind: str, pack: ProtocolPack) -> DrillType:
    """What a drill of a kind of incident practises, as long as nobody says otherwise."""
    named = {
        "fire": DrillType.FIRE,
        "earthquake": DrillType.EARTHQUAKE,
        "medical": DrillType.MEDICAL,
        "severe_weather": DrillType.WEATHER,
    }
    by_action = {
        "lockdown": DrillType.LOCKDOWN,
        "secure": DrillType.MODIFIED_LOCKDOWN,
        "shelter": DrillType.SHELTER,
    }
    known = pack.kinds.get(kind)
    return named.get(kind) or by_action.get(known.action if known else "", DrillType.OTHER)


def _first_heard(reports: Iterable[StatusReport]) -> dict[UUID, datetime]:
    heard: dict[UUID, datetime] = {}
    for report in reports:
        heard.setdefault(report.zone_id, report.received_at)
    return heard


def _assembled(reports: Iterable[StatusReport]) -> dict[UUID, datetime]:
    assembled: dict[UUID, datetime] = {}
    for report in reports:
        if report.status is Status.EVACUATED:
            assembled.setdefault(report.zone_id, report.received_at)
        else:
            assembled.pop(report.zone_id, None)
    return assembled


def _when_share(answered: Sequence[datetime], expected: int, share: int) -> datetime | None:
    needed = math.ceil(expected * share / 100)
    return answered[needed - 1] if 0 < needed <= len(answered) else None


def _sum(counts: Iterable[int | None]) -> int | None:
    said = [count for count in counts if count is not None]
    return sum(said) if said else None
