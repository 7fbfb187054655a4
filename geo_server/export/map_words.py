"""What the folium page says in words: its heading, legend and list, and what is said of each zone's way out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from geo_server.domain.palette import LIGHT
from geo_server.domain.places import Floorplan
from geo_server.domain.routes import SAFE, RouteStatus
from geo_server.export.offline import safe


@dataclass(frozen=True, slots=True)
class _Look:
    words: str
    mark: str
    fill: str
    kind: str


_LOOKS: dict[RouteStatus, _Look] = {
    RouteStatus.SAFE_SHORTEST: _Look("Safe by the shortest way", "✓ ", "#CCE3F0", "route"),
    RouteStatus.SAFE_DETOUR: _Look("Safe by a detour", "✓ ", "#99C7E0", "route"),
    RouteStatus.NO_GUARANTEED_ROUTE: _Look("No way out is guaranteed", "! ", LIGHT.caution, "uncertain"),
    RouteStatus.UNREACHABLE: _Look("No way to any exit", "✕ ", LIGHT.unknown, "uncertain"),
}
"""How each status looks: words and a mark, so that it is never the colour alone."""

_STYLE = """<style>
body { display: flex; flex-direction: column; font: 16px/1.4 system-ui, sans-serif; color: #111; background: #fff; }
header, .zone-list, .legend, .ground { padding: 8px 16px; }
.folium-map { order: 1; flex: 0 0 70vh; background: #F6F5F2 !important; }
.legend { order: 2; } .ground { order: 3; } .zone-list { order: 4; overflow-x: auto; }
h1 { font-size: 22px; margin: 0; } h2 { font-size: 18px; margin: 8px 0; } header p { margin: 4px 0 0; }
.warning { background: #B5360B; color: #fff; padding: 8px; font-weight: 700; }
.exercise { background: #F0E442; color: #000; border: 3px solid #000; padding: 8px; text-align: center; font-weight: 700; }
.legend ul { list-style: none; display: flex; flex-wrap: wrap; gap: 4px 20px; margin: 0; padding: 0; }
.swatch { display: inline-block; width: 22px; height: 14px; margin-right: 6px; border: 1px solid #333; }
table { border-collapse: collapse; } .zone-list th, .zone-list td { border: 1px solid #999; padding: 4px 8px; text-align: left; vertical-align: top; }
.map-label { position: absolute; transform: translate(-50%, -50%); white-space: nowrap; font: 600 12px system-ui, sans-serif;
  color: #111; text-shadow: 0 0 2px #fff, 0 0 2px #fff, 0 0 3px #fff; }
.exit-label { color: #fff; background: #007A5A; padding: 0 4px; border-radius: 3px; text-shadow: none; }
.asset-label { color: #6A3D9A; } .threat-label { color: #fff; background: #B5360B; padding: 2px 6px; border-radius: 3px; text-shadow: none; }
@media print { .leaflet-control-container { display: none; } }
</style>"""


@dataclass(frozen=True, slots=True)
class RouteWords:
    """What the page says of one zone's way out.

    Args:
        html: Status, measures, steps and what is avoided.
        mark: Before the zone's name on the map.
        fill: CSS colour of the zone.
        kind: Line style of the route.
    """

    html: str
    mark: str
    fill: str
    kind: str


def read_routes(floorplan: Floorplan, plan: Mapping[str, Any]) -> dict[str, RouteWords]:
    """What a plan document says of each zone of a floorplan, by zone id."""
    zones = {str(zone.id) for zone in floorplan.zones}
    exits = {str(o.id): f"exit {o.number}" if o.number else "an exit" for o in floorplan.openings}
    words = {}
    for route in plan.get("zones", ()):
        if route["zone_id"] in zones:
            look = _LOOKS[_status(route, behind=bool(plan.get("behind")))]
            html = _route_html(route, look.words, exits)
            words[route["zone_id"]] = RouteWords(html, look.mark, look.fill, look.kind)
    return words


def _status(route: Mapping[str, Any], *, behind: bool) -> RouteStatus:
    """Of a plan that does not know of everything no way is safe for sure."""
    status = RouteStatus(route["status"])
    return RouteStatus.NO_GUARANTEED_ROUTE if behind and status in SAFE else status


def page_words(
    floorplan: Floorplan,
    plan: Mapping[str, Any],
    routes: Mapping[str, RouteWords],
    *,
    title: str,
    exercise: bool,
    made_at: datetime,
) -> str:
    """Heading, legend, what the ways out rest on, and list, as HTML.

    Args:
        floorplan: What the page shows.
        plan: The plan document; empty when there is none.
        routes: See :func:`read_routes`.
        title: Any text.
        exercise: It is a drill.
        made_at: Moment that the page was made.
    """
    banner = '<p class="exercise">EXERCISE. This is a drill, not an emergency.</p>' if exercise else ""
    stamp = made_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    warnings = "".join(f'<p class="warning">{words}</p>' for words in _warnings(plan))
    return (
        f"{_STYLE}<header>{banner}<h1>{safe(title)}</h1>"
        f"<p>Made at <time>{stamp}</time>. A picture of that moment: it does not follow what happens after.</p>"
        f"{warnings}</header>"
        f"{_legend(routes)}{_ground(plan)}{_list(floorplan, routes)}"
    )


def _warnings(plan: Mapping[str, Any]) -> Iterable[str]:
    """What of a plan may be wrong, in words that cannot be overlooked."""
    if plan.get("behind"):
        made = safe(str(plan.get("made_for_at", "an unknown moment")))
        yield (
            f"NOT UP TO DATE. Something was reported after {made} that these ways out do not know of, such as a threat that is not "
            "shown here. No way is guaranteed."
        )
    elif plan and plan.get("reach") is None:
        yield "Where the threat can be was not drawn yet when this was made."


def _legend(routes: Mapping[str, RouteWords]) -> str:
    entries = [("Room", LIGHT.zone), ("Corridor", LIGHT.corridor), ("Stairs", LIGHT.stairs), ("Exit", LIGHT.exit)]
    if routes:
        entries = [(f"{look.mark}{look.words}", look.fill) for look in _LOOKS.values()]
        entries += [("▲ Threat; inside the dashes it can be soon", LIGHT.threat), ("Exit, way out", LIGHT.exit)]
    items = "".join(
        f'<li><span class="swatch" style="background:{colour}"></span>{safe(words)}</li>' for words, colour in entries
    )
    return f'<section class="legend" aria-label="Legend"><ul>{items}</ul></section>'


def _list(floorplan: Floorplan, routes: Mapping[str, RouteWords]) -> str:
    rows = "".join(
        f"<tr><td>{floorplan.ordinal(zone.level_id)}</td><td>{safe(zone.name)}</td><td>{safe(zone.alias or '')}</td>"
        f"<td>{routes[str(zone.id)].html if str(zone.id) in routes else zone.category.value}</td></tr>"
        for zone in sorted(floorplan.zones, key=lambda zone: (floorplan.ordinal(zone.level_id), zone.name))
    )
    heads = "".join(f'<th scope="col">{word}</th>' for word in ("Level", "Zone", "Also called", "What it is"))
    return f'<section class="zone-list"><h2>All zones</h2><table><tr>{heads}</tr>{rows}</table></section>'


def _ground(plan: Mapping[str, Any]) -> str:
    """What the ways out rest on and do not cover: no answer goes out without it."""
    if not plan:
        return ""
    guarantee, assumptions = plan.get("guarantee") or {}, plan.get("assumptions") or {}
    limits = "".join(f"<li>{safe(str(words))}</li>" for words in guarantee.get("does_not_cover", ()))
    forms = (("reaction_s", "People start to walk within {:.0f} s."), ("margin_s", "They keep {:.0f} s ahead."))
    stated = " ".join(form.format(assumptions[key]) for key, form in forms if key in assumptions)
    return (
        f'<section class="ground"><h2>What the ways out rest on</h2>'
        f"<p>They are advice for those who decide; the directive in force comes first. "
        f"Made for {safe(str(plan.get('made_for_at', 'an unknown moment')))}. {stated}</p>"
        f"<p>Safe means: {safe(str(guarantee.get('covers', 'ahead of the threat all the way')))}. It does not cover:</p>"
        f"<ul>{limits}</ul></section>"
    )


def _route_html(route: Mapping[str, Any], status: str, exits: Mapping[str, str]) -> str:
    facts = [status]
    if route.get("exit_id"):
        facts.append(f"by {exits.get(route['exit_id'], 'an exit')}")
    facts += _measures(route)
    reasons = [*(route.get("avoided") or ()), *((route.get("onward") or {}).get("avoided") or ())]
    avoided = "".join(f"<br>{safe(reason['words'])}" for reason in reasons)
    return f"{safe(', '.join(facts))}.{avoided}{_steps(route.get('instructions') or ())}"


def _measures(route: Mapping[str, Any]) -> list[str]:
    forms = (("distance_m", "{:.0f} m"), ("time_s", "{:.0f} s on foot"), ("margin_s", "margin {:.0f} s"))
    return [form.format(route[key]) for key, form in forms if route.get(key) is not None]


def _steps(instructions: Iterable[str]) -> str:
    steps = "".join(f"<li>{safe(step)}</li>" for step in instructions)
    return f"<ol>{steps}</ol>" if steps else ""
