"""How many people are in each zone, as far as anybody said, and who said it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from geo_server.domain.accountability import OCCUPIED
from geo_server.domain.incidents import Status, StatusReport
from geo_server.domain.places import Zone


class CountedBy(StrEnum):
    """Where a number of people comes from."""

    REPORT = "report"
    """Somebody counted them and said so during the incident."""
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

    Args:
        zones: All zones.
        latest: The report that counts for each zone that has one.
    """
    people: dict[UUID, int] = {}
    counted_by: dict[UUID, CountedBy] = {}
    for zone in zones:
        reported = _reported(latest.get(zone.id))
        number, by = reported, CountedBy.REPORT
        if reported is None and zone.category in OCCUPIED:
            number, by = zone.capacity, CountedBy.CAPACITY
        if number is not None:
            people[zone.id], counted_by[zone.id] = min(number, MOST_PEOPLE), by
    return Occupancy(people, counted_by) if people else None


def _reported(report: StatusReport | None) -> int | None:
    """People that a report says are in its zone; None when it says no number."""
    if report is None:
        return None
    if report.status in GONE:
        return 0
    if report.adults is None and report.students is None:
        return None
    return (report.adults or 0) + (report.students or 0)
