"""``geo-server plan``: ways out of a floorplan document, without a database."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated
from uuid import NAMESPACE_URL, UUID, uuid5

import orjson
import typer
from shapely import Point

from geo_server.cli.files import read_whole, shown
from geo_server.cli.output import say
from geo_server.cli.threats import GivenThreat, read_threats
from geo_server.domain.errors import InvalidInput
from geo_server.domain.frame import SiteFrame
from geo_server.domain.incidents import Closure, ClosureReason, Threat
from geo_server.domain.places import Floorplan, Level
from geo_server.domain.protocols import IncidentKind
from geo_server.export.plan import plan_document
from geo_server.ingest.document.reader import MAX_BYTES, parse_document, read_document
from geo_server.routing.compiled import compile_floorplan
from geo_server.routing.plan import plan as make_plan
from geo_server.routing.profiles import ADULT, find_profile
from geo_server.routing.request import MARGIN_S, REACTION_S, PlanRequest
from geo_server.routing.threats import FAR_M
from geo_server.services.protocols import load_pack
from geo_server.settings import load_settings

DOCUMENT_MIB = MAX_BYTES // 2**20
EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""Between these a moment can be. Outside, times and their offsets cannot be worked with."""


def plan(
    floorplan: Annotated[Path, typer.Argument(help="A floorplan document (GeoJSON).")],
    *,
    threat: Annotated[
        list[str] | None,
        typer.Option(
            "--threat",
            help='Where a threat is: {"at": [x, y], "ordinal", "radius_m", "speed_mps", "seen_s_ago", "kind", "building"}, '
            "coordinates as in the document, the speed that of its kind where none is given; or @FILE with one or a "
            "list of them. May be repeated.",
        ),
    ] = None,
    closure: Annotated[
        list[str] | None,
        typer.Option("--closure", help="Id of an opening, transition or zone that is shut. May be repeated."),
    ] = None,
    profile: Annotated[
        str, typer.Option("--profile", help="Who walks: adult, child, reduced_mobility or wheelchair.")
    ] = ADULT.name,
    reaction_s: Annotated[float, typer.Option("--reaction-s", help="Seconds until people start to walk.")] = REACTION_S,
    margin_s: Annotated[
        float, typer.Option("--margin-s", help="Seconds that people must be ahead of a threat.")
    ] = MARGIN_S,
    now: Annotated[str | None, typer.Option("--now", help="The plan's moment, ISO 8601 with its offset.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON, as it always does.")] = True,  # noqa: ARG001
) -> None:
    """Plan the ways out of every zone, ahead of the threats, and print them as one JSON object."""
    walkers = find_profile(profile)
    moment = _moment(now)
    kinds = load_pack(load_settings().data_dir).kinds if threat else {}
    given = read_threats(threat or [], kinds)
    data = read_whole(floorplan, DOCUMENT_MIB, "Give one building a document.")
    place = read_document(parse_document(data, shown(floorplan)), shown(floorplan))
    request = PlanRequest(
        threats=[
            _threat(one, number, where, place, kinds=kinds, moment=moment)
            for number, (where, one) in enumerate(given, 1)
        ],
        closures=[_closure(text, moment) for text in closure or []],
        profile=walkers,
        reaction_s=reaction_s,
        margin_s=margin_s,
        now=moment,
    )
    document = plan_document(make_plan(compile_floorplan(place), request), place)
    say(orjson.dumps(document, option=orjson.OPT_INDENT_2))


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
            f"{text!r} is not an id.", where="--closure", advice="Give the id of an opening, transition or zone."
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
    x, y = given.at
    point = Point(x, y)
    if isinstance(floorplan.frame, SiteFrame):
        if abs(x) > 180 or abs(y) > 90:
            raise InvalidInput(
                f"at is {x}, {y}, not a longitude and latitude.",
                where=where,
                advice="This document is in lon, lat: give longitude first.",
            )
        point = floorplan.frame.to_metres(point)
    return Threat(
        uuid5(NAMESPACE_URL, f"geo-server plan threat {number}"),
        given.kind,
        _level(given, point, floorplan, where).id,
        point,
        given.radius_m,
        kinds[given.kind].speed_mps if given.speed_mps is None else given.speed_mps,
        moment - timedelta(seconds=given.seen_s_ago),
    )


def _level(given: GivenThreat, point: Point, floorplan: Floorplan, where: str) -> Level:
    """The level that a threat is on: at its ordinal, in its building if that is named, else the one nearest to it."""
    ordinal, building = given.ordinal, given.building
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
