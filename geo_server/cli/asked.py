"""What ``geo-server plan`` and ``what-if`` are asked: a floorplan document, threats, closures and people."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated
from uuid import NAMESPACE_URL, UUID, uuid5

import typer
from shapely import Point

from geo_server.cli.files import read_whole, shown
from geo_server.cli.people import read_people
from geo_server.cli.threats import GivenThreat, read_threats
from geo_server.domain.errors import InvalidInput
from geo_server.domain.frame import SiteFrame
from geo_server.domain.incidents import Closure, ClosureReason, Threat
from geo_server.domain.places import Floorplan, Level
from geo_server.domain.protocols import IncidentKind
from geo_server.domain.regions import Region, region_within
from geo_server.domain.routes import Destination
from geo_server.ingest.document.reader import MAX_BYTES, parse_document, read_document
from geo_server.routing.anchors import Anchor
from geo_server.routing.profiles import find_profile
from geo_server.routing.request import PlanRequest
from geo_server.routing.threats import FAR_M
from geo_server.services.protocols import load_pack
from geo_server.settings import load_settings

DOCUMENT_MIB = MAX_BYTES // 2**20
EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""Between these a moment can be. Outside, times and their offsets cannot be worked with."""

File = Annotated[Path, typer.Argument(metavar="FLOORPLAN", help="A floorplan document (GeoJSON).")]
ThreatWords = Annotated[
    list[str] | None,
    typer.Option(
        "--threat",
        help='Where a threat is: {"at": [x, y], "ordinal", "radius_m", "speed_mps", "seen_s_ago", "kind", "building"}, '
        'coordinates as in the document, the speed that of its kind where none is given; or in place of "at" and "radius_m" '
        'a "polygon": [[x, y], ...]; or @FILE with one or a list of them. May be repeated.',
    ),
]
ClosureWords = Annotated[
    list[str] | None,
    typer.Option(
        "--closure", help="Id of an opening, transition, zone or assembly point that cannot be used. May be repeated."
    ),
]
ProfileName = Annotated[str, typer.Option("--profile", help="Who walks: adult, child, reduced_mobility or wheelchair.")]
Reaction = Annotated[float, typer.Option("--reaction-s", help="Seconds until people start to walk.")]
Margin = Annotated[float, typer.Option("--margin-s", help="Seconds that people must be ahead of a threat.")]
To = Annotated[
    Destination,
    typer.Option(
        "--to", help="Where people go: out, on to an assembly point, into a shelter, or into a room that they lock."
    ),
]
People = Annotated[
    str | None,
    typer.Option(
        "--people",
        help='How many people are where: {"id of a zone": number}, or @FILE with that; or capacity, for what each room of '
        "the document holds. Without it nobody queues.",
    ),
]
Choices = Annotated[
    bool,
    typer.Option(
        "--choices",
        help="Also give up to three ways of every zone: fastest safe, least exposed to sight, largest margin.",
    ),
]
StartWord = Annotated[
    str | None,
    typer.Option(
        "--from",
        help="Where somebody is: X,Y or X,Y,ORDINAL, as in the document. Then only the way from there is given, and not "
        "that from the farthest place of each zone.",
    ),
]
Now = Annotated[str | None, typer.Option("--now", help="The plan's moment, ISO 8601 with its offset.")]


@dataclass(frozen=True, slots=True)
class Asked:
    """What stands on a command line, as words."""

    floorplan: Path
    threats: list[str] | None
    closures: list[str] | None
    profile: str
    reaction_s: float
    margin_s: float
    now: str | None
    to: Destination = Destination.EXITS
    people: str | None = None
    choices: bool = False
    start: str | None = None


def read_asked(asked: Asked) -> tuple[Floorplan, PlanRequest]:
    """The floorplan and the request that a command line asks for.

    Raises:
        InvalidInput: A word that means nothing here, or a document that cannot be read.
        NotFound: There is no such file.
        TooLarge: The document is over the limit.
    """
    walkers = find_profile(asked.profile)
    moment = _moment(asked.now)
    kinds = load_pack(load_settings().data_dir).kinds if asked.threats else {}
    given = read_threats(asked.threats or [], kinds)
    data = read_whole(asked.floorplan, DOCUMENT_MIB, "Give one building a document.")
    place = read_document(parse_document(data, shown(asked.floorplan)), shown(asked.floorplan))
    inside = None if asked.people is None else read_people(asked.people, place)
    request = PlanRequest(
        threats=[
            _threat(one, number, where, place, kinds=kinds, moment=moment)
            for number, (where, one) in enumerate(given, 1)
        ],
        closures=[_closure(text, moment) for text in asked.closures or []],
        profile=walkers,
        reaction_s=asked.reaction_s,
        margin_s=asked.margin_s,
        now=moment,
        to=asked.to,
        people=None if inside is None else inside.people,
        counted_by={} if inside is None else inside.counted_by,
        choices=asked.choices,
        start=None if asked.start is None else _start(asked.start, place),
    )
    return place, request


def _start(text: str, floorplan: Floorplan) -> Anchor:
    try:
        x, y, *others = (float(figure) for figure in text.split(","))
        ordinal = int(others[0]) if others else 0
    except (ValueError, OverflowError):
        raise InvalidInput(f"{text!r:.60} is no place.", where="--from", advice="Give X,Y or X,Y,ORDINAL.") from None
    point = placed(floorplan, x, y, "--from")
    return Anchor(_level(ordinal, None, point, floorplan, "--from").id, point)


def _moment(text: str | None) -> datetime:
    if text is None:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInput(
            f"{text!r} is not a time.", where="--now", advice="Give ISO 8601, such as 2026-03-02T09:00:00Z."
        ) from None
    if moment.tzinfo is None:
        raise InvalidInput(f"{text!r} has no offset.", where="--now", advice="Add Z for UTC.")
    if not EARLIEST <= moment <= LATEST:
        raise InvalidInput(
            f"{text!r} is out of range.", where="--now", advice=f"Give a time from {EARLIEST.year} to {LATEST.year}."
        )
    return moment.astimezone(UTC)


def _closure(text: str, moment: datetime) -> Closure:
    try:
        subject_id = UUID(text)
    except ValueError:
        raise InvalidInput(
            f"{text!r} is not an id.",
            where="--closure",
            advice="Give the id of an opening, transition, zone or assembly point.",
        ) from None
    return Closure(uuid5(NAMESPACE_URL, text), subject_id, ClosureReason.BLOCKED, "command line", moment)


def _threat(
    given: GivenThreat,
    number: int,
    where: str,
    floorplan: Floorplan,
    *,
    kinds: Mapping[str, IncidentKind],
    moment: datetime,
) -> Threat:
    region = _region(given, floorplan, where)
    return Threat(
        uuid5(NAMESPACE_URL, f"geo-server plan threat {number}"),
        given.kind,
        _level(given.ordinal, given.building, region.point, floorplan, where).id,
        region.point,
        region.radius_m,
        kinds[given.kind].speed_mps if given.speed_mps is None else given.speed_mps,
        moment - timedelta(seconds=given.seen_s_ago),
        region.polygon,
    )


def _region(given: GivenThreat, floorplan: Floorplan, where: str) -> Region:
    if given.at is not None:
        return Region(placed(floorplan, *given.at, where), given.radius_m)
    vertices = (placed(floorplan, *vertex, where) for vertex in given.polygon or ())
    return region_within([(vertex.x, vertex.y) for vertex in vertices], where=where)


def placed(floorplan: Floorplan, x: float, y: float, where: str) -> Point:
    """A place that somebody gave, in the floorplan's metres.

    Args:
        floorplan: In whose document's coordinates it was given.
        x: Longitude, or metres of the drawing.
        y: Latitude, or metres of the drawing.
        where: The word that it stands in.

    Raises:
        InvalidInput: It is none.
    """
    if not (math.isfinite(x) and math.isfinite(y)):
        raise InvalidInput(f"{x}, {y} is no place.", where=where, advice="Give finite numbers.")
    if not isinstance(floorplan.frame, SiteFrame):
        return Point(x, y)
    if abs(x) > 180 or abs(y) > 90:
        raise InvalidInput(
            f"at is {x}, {y}, not a longitude and latitude.",
            where=where,
            advice="This document is in lon, lat: give longitude first.",
        )
    return floorplan.frame.to_metres(Point(x, y))


def _level(ordinal: int, building: str | None, point: Point, floorplan: Floorplan, where: str) -> Level:
    """The level that a place is on: at its ordinal, in its building if that is named, else the one nearest to it."""
    names = {b.id: {b.name, str(b.id)} for b in floorplan.buildings}
    levels = [
        level
        for level in floorplan.levels
        if level.ordinal == ordinal
        and (building is None or building in (names.get(level.building_id, set()) if level.building_id else set()))
    ]
    if not levels:
        known = ", ".join(str(ordinal) for ordinal in sorted({level.ordinal for level in floorplan.levels}))
        of = f" of building {building!r}" if building is not None else ""
        raise InvalidInput(
            f"There is no level {ordinal!r}{of}.", where=where, advice=f"The document has levels: {known}."
        )
    distances = {level.id: math.inf for level in levels}
    for zone in floorplan.zones:
        if zone.level_id in distances:
            distances[zone.level_id] = min(distances[zone.level_id], zone.polygon.distance(point))
    nearest = min(levels, key=lambda level: (distances[level.id], str(level.id)))
    _check_near(nearest, distances[nearest.id], where)
    return nearest


def _check_near(level: Level, metres: float, where: str) -> None:
    """Refuse a slip of the hand here, where it can be mended at once; a plan for an incident takes any place."""
    if metres == math.inf:
        raise InvalidInput(f"Level {level.name} has no zones.", where=where, advice="Name a level that has some.")
    if metres > FAR_M:
        raise InvalidInput(
            f"at is {metres / 1000:.0f} km from the nearest zone of {level.name}.",
            where=where,
            advice="Put it on a zone, or in the open near one.",
        )
