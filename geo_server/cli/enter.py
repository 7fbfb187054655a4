"""``geo-server enter``: by which outside door to a room, without a database."""

from typing import Annotated
from uuid import UUID

import orjson
import typer
from shapely import Point

from geo_server.cli.asked import Asked, ClosureWords, File, Margin, Now, ProfileName, ThreatWords, placed, read_asked
from geo_server.cli.output import say
from geo_server.domain.entries import EntryMode
from geo_server.domain.errors import InvalidInput
from geo_server.domain.places import Floorplan
from geo_server.export.entries import entries_document
from geo_server.routing.compiled import compile_floorplan
from geo_server.routing.entries import find_entries
from geo_server.routing.profiles import ADULT
from geo_server.routing.request import MARGIN_S


def enter(
    floorplan: File,
    zone: Annotated[str, typer.Argument(metavar="ZONE", help="Id, name or alias of the room to come to.")],
    *,
    start: Annotated[
        str | None,
        typer.Option("--from", metavar="X,Y", help="Where responders stand outside; coordinates as in the document."),
    ] = None,
    mode: Annotated[
        EntryMode, typer.Option("--mode", help="The quickest way whoever is on it, or one ahead of every threat.")
    ] = EntryMode.AVOID,
    threat: ThreatWords = None,
    closure: ClosureWords = None,
    profile: ProfileName = ADULT.name,
    margin_s: Margin = MARGIN_S,
    now: Now = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object in place of sentences.")] = False,
) -> None:
    """Say by which outside door, on which side, responders come to a room, walking outside round the buildings."""
    place, request = read_asked(Asked(floorplan, threat, closure, profile, 0.0, margin_s, now))
    answer = find_entries(compile_floorplan(place), request, _zone_id(place, zone), mode, _start(place, start))
    if json:
        say(orjson.dumps(entries_document(answer, place), option=orjson.OPT_INDENT_2))
    else:
        say("\n".join(entry.radio for entry in answer.entries) or "No outside door leads there.")


def _zone_id(floorplan: Floorplan, words: str) -> UUID:
    found = [zone.id for zone in floorplan.zones if words in {str(zone.id), zone.name, zone.alias}]
    if len(found) != 1:
        how_many = "No zone" if not found else f"{len(found)} zones"
        raise InvalidInput(f"{how_many} of the floorplan is called {words!r}.", where="ZONE", advice="Give its id.")
    return found[0]


def _start(floorplan: Floorplan, words: str | None) -> Point | None:
    if words is None:
        return None
    try:
        x, y = (float(part) for part in words.split(","))
    except ValueError:
        raise InvalidInput(f"{words!r} is no place.", where="--from", advice="Give X,Y, such as 12.5,3.") from None
    return placed(floorplan, x, y, "--from")
