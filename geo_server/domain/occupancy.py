"""How many people are in each zone, as far as anybody said, and who said it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from geo_server.domain.accountability import OCCUPIED
from geo_server.domain.errors import InvalidInput
from geo_server.domain.incidents import Status, StatusReport
from geo_server.domain.places import Zone


class CountedBy(StrEnum):
    """Where a number of people comes from."""

    REPORT = "report"
    """Somebody counted them and said so during the incident."""
    PART = "part"
    """Somebody counted only adults or only students, and these are more than it is known to hold: there may be others."""
    CAPACITY = "capacity"
    """Nobody did; the zone is taken to be as full as it may be."""
    GIVEN = "given"
    """It was given with the question."""


@dataclass(frozen=True, slots=True)
class Occupancy:
    """People by zone.

    Args:
        people: Numbers; a zone that is not here is taken to be empty.
        counted_by: Where each comes from.
    """

    people: Mapping[UUID, int]
    counted_by: Mapping[UUID, CountedBy]


MOST_PEOPLE = 100_000
"""In one zone; a capacity beyond that is a slip, and must stop no plan."""

GONE = frozenset({Status.EVACUATED, Status.CLEARED})
"""Nobody is left where this was reported."""


def occupancy(zones: Iterable[Zone], latest: Mapping[UUID, StatusReport]) -> Occupancy | None:
    """People by zone: as reported, else as many as the zone may hold; None where nobody said anything of any zone.

    Who says only adults or only students has not counted the others, so such a report never makes a zone emptier than full.

    Args:
        zones: All zones.
        latest: The report that counts for each zone that has one.
    """
    people: dict[UUID, int] = {}
    counted_by: dict[UUID, CountedBy] = {}
    for zone in zones:
        number, by = _reported(latest.get(zone.id))
        full = zone.capacity if zone.category in OCCUPIED else None
        if by is not CountedBy.REPORT and full is not None and full >= number:
            number, by = full, CountedBy.CAPACITY
        if by is not None:
            people[zone.id], counted_by[zone.id] = min(number, MOST_PEOPLE), by
    return Occupancy(people, counted_by) if people else None


def full_occupancy(zones: Iterable[Zone], *, where: str) -> Occupancy:
    """Every zone where people stay as full as it may be.

    Args:
        zones: All zones.
        where: What asked for it.

    Raises:
        InvalidInput: No zone says what it holds.
    """
    full = occupancy(zones, {})
    if full is None:
        raise InvalidInput(
            "No zone where people stay has a capacity.", where=where, advice="Give numbers, or add capacity to zones."
        )
    return full


def _reported(report: StatusReport | None) -> tuple[int, CountedBy | None]:
    """People that a report says are in its zone, at least, and whether that is all of them; None when it says no number."""
    if report is None:
        return 0, None
    if report.status in GONE:
        return 0, CountedBy.REPORT
    said = [number for number in (report.adults, report.students) if number is not None]
    return sum(said), (None, CountedBy.PART, CountedBy.REPORT)[len(said)]
