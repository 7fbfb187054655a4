"""``geo-server plan``: ways out of a floorplan document, without a database."""

from typing import Annotated

import orjson
import typer

from geo_server.cli.asked import (
    Asked,
    Choices,
    ClosureWords,
    File,
    Margin,
    Now,
    People,
    ProfileName,
    Reaction,
    StartWord,
    ThreatWords,
    To,
    read_asked,
)
from geo_server.cli.output import say
from geo_server.domain.routes import Destination
from geo_server.export.plan import plan_document
from geo_server.routing.compiled import compile_floorplan
from geo_server.routing.plan import plan as make_plan
from geo_server.routing.profiles import ADULT
from geo_server.routing.request import MARGIN_S, REACTION_S


def plan(
    floorplan: File,
    *,
    threat: ThreatWords = None,
    closure: ClosureWords = None,
    profile: ProfileName = ADULT.name,
    reaction_s: Reaction = REACTION_S,
    margin_s: Margin = MARGIN_S,
    now: Now = None,
    to: To = Destination.EXITS,
    people: People = None,
    choices: Choices = False,
    start: StartWord = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON, as it always does.")] = True,  # noqa: ARG001
) -> None:
    """Plan the ways out of every zone, ahead of the threats, and print them as one JSON object."""
    place, request = read_asked(
        Asked(floorplan, threat, closure, profile, reaction_s, margin_s, now, to, people, choices, start)
    )
    document = plan_document(make_plan(compile_floorplan(place), request), place)
    say(orjson.dumps(document, option=orjson.OPT_INDENT_2))
