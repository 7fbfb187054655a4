"""The roll of an incident: how many people are where, who is missing, and in whose room they may have turned up."""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

from rapidfuzz import fuzz, process

from geo_server.domain.accountability import latest_saying
from geo_server.domain.incidents import MissingPerson, StatusReport
from geo_server.domain.occupancy import GONE

ALIKE = 82.0
"""Names as alike as this, from 0 to 100 (see :func:`rapidfuzz.fuzz.token_set_ratio`), may be the same: ``Jon Smyth`` and
``John Smith`` are 84, ``Ana`` and ``Ana Nunez`` 100."""

MOST_ALIKE = 500
"""Names on either side that are compared for being alike: what is more takes seconds. The same name is found among any number."""

MOST_FOUND = 5
"""Places told of one missing person."""


@dataclass(frozen=True, slots=True)
class Headcount:
    """How many people reports tell of. What nobody has said counts as none.

    Args:
        adults: In their zones; so are ``students``, ``injured`` and ``need_assistance``.
        out: Adults and students of groups that have left their zone. Who counts them again where they gather counts them
            among ``adults`` and ``students`` there.
    """

    adults: int = 0
    students: int = 0
    injured: int = 0
    need_assistance: int = 0
    out: int = 0

    def __add__(self, other: "Headcount") -> "Headcount":
        return Headcount(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))


@dataclass(frozen=True, slots=True)
class ExtraPerson:
    """Somebody with a group that is not theirs.

    Args:
        zone_id: Where that group is.
        said_at: When it was said, by the client's clock.
    """

    name: str
    zone_id: UUID
    said_at: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """Where a missing person may be.

    Args:
        sure: Of two names or more, and nobody else who is missing, and no other group, has the same. A person decides all the
            same: names are not unique.
    """

    extra: ExtraPerson
    sure: bool


@dataclass(frozen=True, slots=True)
class Missing:
    """Somebody whom their group misses.

    Args:
        zone_id: Where that group is.
        said_at: When it was said, by the client's clock.
        found: The likeliest first; empty when no group has anybody of such a name.
    """

    person: MissingPerson
    zone_id: UUID
    said_at: datetime
    found: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class Roll:
    """Who is missing, those found nowhere first; and who is extra and missed by nobody."""

    missing: tuple[Missing, ...]
    extra: tuple[ExtraPerson, ...]


def headcount(report: StatusReport) -> Headcount:
    """The people that one report tells of."""
    adults, students = report.adults or 0, report.students or 0
    if report.status in GONE:
        return Headcount(out=adults + students)
    return Headcount(adults, students, report.injured or 0, report.need_assistance or 0)


def call_roll(reports: Collection[StatusReport]) -> Roll:
    """Match who is missing against who is extra: of each zone those who were named last.

    Names are compared without case, accents, order and punctuation: ``Núñez, Ana`` is ``ana nunez``. Whoever is missing in a
    room is not found among the extra people of that same room.

    Args:
        reports: All of an incident.
    """
    extra = [
        ExtraPerson(name, r.zone_id, r.client_at) for r in latest_saying(reports, "extra") for name in r.extra or ()
    ]
    missing = [(person, r) for r in latest_saying(reports, "missing") for person in r.missing or ()]
    found = _Matching(extra, [person.name for person, _ in missing])
    told = [
        Missing(person, report.zone_id, report.client_at, found.of(person.name, report.zone_id))
        for person, report in missing
    ]
    claimed = {id(one.extra) for missed in told for one in missed.found}
    return Roll(
        tuple(sorted(told, key=lambda one: (_rank(one.found), one.person.name.casefold(), str(one.zone_id)))),
        tuple(person for person in extra if id(person) not in claimed),
    )


def folded(name: str) -> str:
    """The words of a name without case, accents and punctuation, in the order of the alphabet; empty where it has none."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    return " ".join(sorted("".join(c if c.isalnum() else " " for c in plain).split()))


class _Matching:
    """Finds missing people among the extra ones, by their folded names."""

    def __init__(self, extra: Iterable[ExtraPerson], missing: Iterable[str]) -> None:
        self._missed = Counter(folded(name) for name in missing)
        self._named: defaultdict[str, list[ExtraPerson]] = defaultdict(list)
        for person in extra:
            self._named[folded(person.name)].append(person)
        self._unlike = [name for name in self._named if name and name not in self._missed][:MOST_ALIKE]
        self._alike = _find_alike([name for name in self._missed if name], self._unlike)

    def of(self, missing: str, zone_id: UUID) -> tuple[Found, ...]:
        name = folded(missing)
        same = [extra for extra in self._named.get(name, ()) if name and extra.zone_id != zone_id]
        if same:
            sure = len(same) == 1 and self._missed[name] == 1 and " " in name
            return tuple(Found(extra, sure) for extra in same[:MOST_FOUND])
        elsewhere = [
            extra for other in self._alike.get(name, ()) for extra in self._named[other] if extra.zone_id != zone_id
        ]
        return tuple(Found(extra, sure=False) for extra in elsewhere[:MOST_FOUND])


def _find_alike(names: list[str], others: list[str]) -> Mapping[str, list[str]]:
    """Of each name the others that are alike, the likest first."""
    scores = process.cdist(names[:MOST_ALIKE], others, scorer=fuzz.token_set_ratio, score_cutoff=ALIKE)
    return {
        name: [others[k] for k in row.argsort(kind="stable")[::-1] if row[k] >= ALIKE]
        for name, row in zip(names, scores, strict=False)
    }


def _rank(found: tuple[Found, ...]) -> int:
    """Nowhere first, perhaps next, surely last."""
    return 0 if not found else 2 if found[0].sure else 1
