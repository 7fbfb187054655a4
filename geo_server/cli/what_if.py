"""``geo-server what-if``: what closures and threats would do to a floorplan document, without a database or an incident."""

from typing import Annotated

import orjson
import typer

from geo_server.cli.asked import (
    Asked,
    ClosureWords,
    File,
    Margin,
    Now,
    People,
    ProfileName,
    Reaction,
    ThreatWords,
    read_asked,
)
from geo_server.cli.output import say
from geo_server.export.what_if import what_if_document
from geo_server.routing.compiled import compile_floorplan
from geo_server.routing.profiles import ADULT
from geo_server.routing.request import MARGIN_S, REACTION_S
from geo_server.routing.what_if import what_if as ask


def what_if(
    floorplan: File,
    *,
    closure: ClosureWords = None,
    threat: ThreatWords = None,
    people: People = None,
    profile: ProfileName = ADULT.name,
    reaction_s: Reaction = REACTION_S,
    margin_s: Margin = MARGIN_S,
    now: Now = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object in place of sentences.")] = False,
) -> None:
    """Say which zones would have no way out or only one, which doors and stairs that depends on, who needs longest, and with people what
    each exit has to let through."""
    place, request = read_asked(Asked(floorplan, threat, closure, profile, reaction_s, margin_s, now, people=people))
    answer = ask(compile_floorplan(place), request)
    if json:
        say(orjson.dumps(what_if_document(answer, place), option=orjson.OPT_INDENT_2))
    else:
        say("\n".join(answer.words))
