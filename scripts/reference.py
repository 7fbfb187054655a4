"""Writes ``docs/reference/`` from the code, or with ``--check`` says which page is stale (exit code 1).

A setting, command, error, layer, finding or role that is not described here cannot exist: the pages are the code's own
descriptions, and ``make check`` fails when they differ.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import typer

from geo_server.api.explanations import EXPLANATIONS
from geo_server.api.problems import status_of
from geo_server.cli.app import build_app
from geo_server.cli.ending import EXIT_CODES
from geo_server.domain.roles import PERMISSIONS, Permission, Role
from geo_server.ingest.codes import CODES
from geo_server.settings import Settings
from geo_server.tiles.layers import LAYERS
from tests.routing import prove
from tests.routing.cases import Case
from tests.routing.published import CASES, LEFT_OUT
from tests.routing.walkers import BUILDINGS, kept

DOCS = Path(__file__).parents[1] / "docs"


DRAFTS = """## Drafts

Who may `edit_floorplans` may also discard a draft that nobody wants (`POST /api/sites/{site}/revisions/{revision_id}/discard`,
or the button under *Floorplans*, which asks once more). It leaves the list, no later draft follows it, and it stays on record
with what was read: `GET …/revisions` names it with the state `discarded`, and `POST …/copy` makes a draft of it again. What is
or was in force is never discarded: that is a conflict (409). Who did it is in the audit log.

"""

RESPONDER_LINKS = """## Responder links

Who may `share_incident` makes links to an open incident for responders without an account: a QR code to hold a phone to, or an
address to send. A device that opens one is a `guest` until the link ends: an hour after the all-clear
(`GEO_SERVER_RESPONDER_LINK_HOURS`), as soon as the incident is closed or another one is opened, a day after it was made, or
when somebody revokes it. A guest sees the map, the threats, the status of each room, orders and routes; of none of them who
said it, what they wrote, or how many people are where; and may change nothing. Whoever is signed in already stays who they are.

Making, revoking and every session that begins by a link are in the audit log, with what the device says that it is.

## Site links

Who may `handle_concerns` makes links by which anybody reports a concern for a year, with or without a name. A link lets nobody
in: its form shows the outlines of buildings and the grounds, and takes a kind, some words and a place. By one link come at
most 60 concerns an hour, and from one address 20 in ten minutes.
"""


def settings_page() -> str:
    """All settings with their defaults."""
    rows = [
        (f"`GEO_SERVER_{name.upper()}`", _default(name), str(info.description))
        for name, info in Settings.model_fields.items()
    ]
    lead = "Environment variables, read once at start. An empty one counts as unset."
    return _page("Settings", lead, ("variable", "default", "meaning"), rows)


def _default(name: str) -> str:
    if name == "data_dir":
        return "`~/.local/share/geo-server` (`$XDG_DATA_HOME`); `/var/lib/geo-server` for root"
    default = Settings.model_fields[name].default
    return "none" if default is None else f"`{default}`"


def commands_page() -> str:
    """All commands with their help."""
    codes = _table(("exit code", "meaning"), [(str(code), meaning) for code, meaning in EXIT_CODES.items()])
    lead = (
        "What is not done is told in one line on stderr, `geo-server: error: …`: what, where and what to do. Results go to\n"
        "the standard output, in UTF-8."
    )
    parts = [f"# Commands\n\n{lead}\n\n{codes}"]
    for name, command in _commands(typer.main.get_group(build_app())):
        rows = [
            (" ".join(f"`{name}`" for name in parameter.opts if name.startswith("-")) or f"`{parameter.name}`".upper(),
             str(getattr(parameter, "help", None) or ""))
            for parameter in command.params
        ]  # fmt: skip
        parts.append(f"## geo-server {name}\n\n{(command.help or '').strip()}\n\n{_table(('option', 'meaning'), rows)}")
    return "\n".join(parts)


def _commands(group: typer.core.TyperGroup, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The commands of a group by name, those of groups in it with the name of their group before them."""
    for name, command in sorted(group.commands.items()):
        if isinstance(command, typer.core.TyperGroup):
            yield from _commands(command, f"{prefix}{name} ")
        else:
            yield f"{prefix}{name}", command


def errors_page() -> str:
    """All kinds of bad answers with their HTTP status."""
    rows = [
        (f"`/problems/{slug}`", str(status_of(told.kind).value), told.kind.title, told.meaning, told.remedy)
        for slug, told in EXPLANATIONS.items()
    ]
    lead = (
        "Each is `application/problem+json` (RFC 9457) with `detail`, and where they apply `where`, `advice` and `reference`.\n"
        "Its `type` is an address of the server, with these words for people."
    )
    return _page("Errors", lead, ("type", "status", "title", "meaning", "what to do"), rows)


def layers_page() -> str:
    """All tile layers with their attributes."""
    rows = [
        (f"`{layer.name}`", layer.geometry, layer.words, "; ".join(f"`{a.name}` {a.words}" for a in layer.attributes))
        for layer in LAYERS
    ]
    lead = "Vector tiles at `/tiles/{site}/{ordinal}/{z}/{x}/{y}.mvt`; every feature carries its `id`."
    return _page("Layers", lead, ("layer", "geometry", "shows", "attributes"), rows)


def findings_page() -> str:
    """All finding codes of the intake."""
    rows = [(f"`{code}`", str(entry.severity), entry.meaning, entry.advice) for code, entry in sorted(CODES.items())]
    return _page(
        "Findings", "What an intake may notice in a drawing.", ("code", "severity", "meaning", "what to do"), rows
    )


def access_page() -> str:
    """Which role may do what."""
    rows = [
        (f"`{permission}`", *("yes" if permission in PERMISSIONS[role] else "" for role in Role))
        for permission in Permission
    ]
    lead = (
        "A person has one role on each site. Another site, or one that does not exist, answers 404. The database keeps "
        "sites apart\na second time, by row-level security ([why and how](adr/0009-the-database-keeps-sites-apart.md)): "
        "a program of your own that\nreads the tables says `SET geo_server.site = 'ID OF THE SITE'` first, and sees nothing "
        "otherwise.\n\n"
        "A person signs in with a link that works once; the browser then holds a session cookie. Programs send\n"
        "`Authorization: Bearer TOKEN`. Only hashes of links, sessions and tokens are stored."
    )
    return _page("Access", lead, ("", *Role), rows) + "\n" + DRAFTS + RESPONDER_LINKS


def verification_page() -> str:
    """Published verification cases with what ours give."""
    rows = [
        (case.source, case.geometry, case.expects, _within(case), f"{case.measure():.2f} {case.unit}".strip())
        for case in CASES
    ]
    lead = (
        "Cases of RiMEA, IMO (MSC.1/Circ.1238) and NIST (TN 1822) for evacuation models, as far as they can be put to a\n"
        "planner. Each is a test (`tests/routing/published*.py`); the last column is what this version gives."
    )
    left_out = _table(("not here", "why"), LEFT_OUT.items())
    page = _page("Verification", lead, ("case", "built", "expected", "passes", "ours"), rows)
    return f"{page}\n{left_out}\n{_proved()}\n{_beside_jupedsim()}"


def _beside_jupedsim() -> str:
    """Clearance times, and those of a model that moves every person."""
    said = kept()
    rows = []
    for name, make in BUILDINGS.items():
        building, walked = make(), said["seconds"][name]
        ours_s = building.clearance_s()
        rows.append(
            (
                building.built,
                f"{ours_s:.1f} s",
                f"{min(walked):.1f} to {max(walked):.1f} s",
                f"{max(walked) / ours_s:.2f}",
            )
        )
    lead = (
        f"## Beside an independent model\n\nThe same buildings, people and exits in JuPedSim {said['version']} (collision-free "
        "speed model, radius 0.20 m, 0.95 m/s like our\nadults, else as shipped; three runs each), which moves every person. Ours "
        "is an upper bound, so nobody may be out later there.\nHow many get through a door in JuPedSim hangs on its parameters and on "
        "what lies behind the door (here 0.5 m of the same width, then they are gone; with 2.5 m of it the first row\nwas 101 s),\nso these rows say nothing about how near "
        "either is to real people. JuPedSim lives in an environment of its own:\n\n    python3 -m venv VENV && VENV/bin/pip "
        "install jupedsim\n    python -m tests.routing.walkers --python VENV/bin/python\n\n"
    )
    return lead + _table(("built", "ours, at most", "JuPedSim", "its latest over ours"), rows)


def _proved() -> str:
    """What came of following people for long."""
    said = prove.kept()
    rows = [
        ("campuses made by chance, from number " + str(said["first"]) + " on", str(said["trials"])),
        ("threats on them, each known to a disc or a polygon", f"{said['threat']:,}"),
        ("routes called safe that were followed from their latest departure", f"{said['route']:,}"),
        ("choices", f"{said['choice']:,}"),
        ("ways in for responders", f"{said['entry']:,}"),
        ("ways on to assembly points", f"{said['onward']:,}"),
        ("groups that queued at the doors of their way", f"{said['queue']:,}"),
        ("**met by the pursuer, or later than told**", f"**{said['met']}**"),
    ]
    lead = (
        "## Followed by a pursuer\n\nThe last long run of `make prove`: a pursuer that shares no code with the planner starts anywhere in "
        "the disc or polygon,\nmoves freely in the true polygons as fast as the threat can, and tries to be where somebody is who follows a "
        "way that is\ncalled safe ([how](routing.md#how-it-is-tested)). Kept by\n\n    python -m tests.routing.prove --seconds 480 --first "
        f"{said['first']} --keep\n\n"
    )
    return lead + _table(("followed", "how many"), rows)


def _within(case: Case) -> str:
    most = "" if case.most == float("inf") else f" to {case.most:g}"
    return f"{case.least:g}{most or ' or more'} {case.unit}".strip()


def _page(title: str, lead: str, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    return f"# {title}\n\n{lead}\n\n{_table(head, rows)}"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return (
        "\n".join(
            "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |" for row in lines
        )
        + "\n"
    )


PAGES: dict[str, Callable[[], str]] = {
    "access.md": access_page,
    "reference/commands.md": commands_page,
    "reference/errors.md": errors_page,
    "reference/findings.md": findings_page,
    "reference/layers.md": layers_page,
    "reference/settings.md": settings_page,
    "verification.md": verification_page,
}


def main() -> int:
    """Write the pages, or compare them."""
    stale = [name for name, page in PAGES.items() if not (DOCS / name).exists() or (DOCS / name).read_text() != page()]
    if "--check" in sys.argv:
        for name in stale:
            sys.stderr.write(f"docs/{name} is stale: run `make docs` and commit it.\n")
        return 1 if stale else 0
    for name in stale:
        (DOCS / name).parent.mkdir(parents=True, exist_ok=True)
        (DOCS / name).write_text(PAGES[name]())
    return 0


if __name__ == "__main__":
    sys.exit(main())
