"""A map as one HTML file: opens from a memory stick, without any network, on anything that has a browser.

The levels are a switch; each zone says its name and, where a plan is given, its way out. Below the map stands the same
as a list, which needs no script. What is drawn is a moment's picture and says so.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import folium
import numpy as np
import shapely
from shapely.geometry import shape

from geo_server.domain.frame import DrawingFrame
from geo_server.domain.palette import LIGHT
from geo_server.domain.places import Floorplan, Level, Zone
from geo_server.export.geojson import floorplan_document
from geo_server.export.map_words import RouteWords, page_words, read_routes
from geo_server.export.offline import OfflineMap, finished_page, safe
from geo_server.export.zone_labels import ZoneLabels, label

Json = dict[str, Any]

_ZONE = {"color": LIGHT.outline, "weight": 1, "fillOpacity": 1.0}
_FILLS = {"corridor": LIGHT.corridor, "stairs": LIGHT.stairs, "elevator": LIGHT.stairs, "outdoor": LIGHT.outdoor}
_LINES: dict[str, Json] = {
    "wall": {"color": LIGHT.wall, "weight": 2},
    "glass": {"color": LIGHT.glass, "weight": 2},
    "door": {"color": LIGHT.zone, "weight": 4},
    "exit": {"color": LIGHT.exit, "weight": 6},
    "casing": {"color": LIGHT.halo, "weight": 6},
    "route": {"color": LIGHT.exit, "weight": 3},
    "uncertain": {"color": LIGHT.text, "weight": 3, "dashArray": "6 6"},
}


def folium_page(
    floorplan: Floorplan,
    plan_document: Mapping[str, Any] | None = None,
    *,
    title: str,
    exercise: bool = False,
    made_at: datetime | None = None,
) -> str:
    """A floorplan, and a plan when one is given, as one HTML page.

    Args:
        floorplan: Placed or not: a drawing without a place on the ground is shown in its own metres.
        plan_document: What ``export.plan`` wrote for this floorplan, or None.
        title: Heading and title of the page; any text.
        exercise: It is a drill: the page says so at its top.
        made_at: Moment that the page names; None is now.
    """
    geometries = {feature["id"]: feature["geometry"] for feature in floorplan_document(floorplan)["features"]}
    routes = read_routes(floorplan, plan_document or {})
    page = OfflineMap(
        tiles=None,
        zoom_start=18,
        max_zoom=24,
        zoom_snap=0.25,
        zoom_animation=False,
        crs="Simple" if isinstance(floorplan.frame, DrawingFrame) else "EPSG3857",
        attribution_control=False,
        control_scale=True,
        min_zoom=-8 if isinstance(floorplan.frame, DrawingFrame) else 2,
    )
    ordinals = sorted({level.ordinal for level in floorplan.levels})
    for ordinal in ordinals:
        group = folium.FeatureGroup(
            _level_name(floorplan.levels_at(ordinal), ordinal), overlay=False, show=ordinal == _first(ordinals)
        )
        group.add_to(page)
        _add_level(group, floorplan, ordinal, geometries, routes)
        for layer in _plan_layers(plan_document or {}, ordinal, routes):
            layer.add_to(group)
    folium.LayerControl(collapsed=False).add_to(page)
    ZoneLabels().add_to(page)
    _fit(page, geometries.values())
    made = made_at or datetime.now(UTC)
    words = page_words(floorplan, plan_document or {}, routes, title=title, exercise=exercise, made_at=made)
    return finished_page(page, title, words)


def _first(ordinals: list[int]) -> int:
    """The main entrance's level, else the lowest above it, else the highest."""
    return next((ordinal for ordinal in ordinals if ordinal >= 0), ordinals[-1])


def _level_name(levels: tuple[Level, ...], ordinal: int) -> str:
    names = {level.name for level in levels}
    return safe(names.pop() if len(names) == 1 else f"Level {ordinal}")


def _add_level(
    group: folium.FeatureGroup,
    floorplan: Floorplan,
    ordinal: int,
    geometries: Mapping[str, Json],
    routes: Mapping[str, RouteWords],
) -> None:
    on_level = {level.id for level in floorplan.levels_at(ordinal)}
    zones = [zone for zone in floorplan.zones if zone.level_id in on_level]
    shapes = [_feature(geometries[str(zone.id)], **_zone_properties(zone, routes)) for zone in zones]
    if shapes:
        folium.GeoJson(
            {"type": "FeatureCollection", "features": shapes},
            style_function=lambda feature: _ZONE | {"fillColor": feature["properties"]["fill"]},
            tooltip=folium.GeoJsonTooltip(["name"], labels=False),
            popup=folium.GeoJsonPopup(["about"], labels=False, max_width=320),
        ).add_to(group)
    lines = [
        _feature(geometries[str(wall.id)], kind="glass" if wall.transparent else "wall")
        for wall in floorplan.walls
        if wall.level_id in on_level
    ]
    openings = [opening for opening in floorplan.openings if opening.level_id in on_level]
    lines += [_feature(geometries[str(o.id)], kind="exit" if o.exit else "door") for o in openings]
    _add_lines(group, lines)
    for zone in zones:
        name = routes[str(zone.id)].mark + zone.name if str(zone.id) in routes else zone.name
        label(geometries[str(zone.id)], name, "zone-label", zone.polygon.area).add_to(group)
    for opening in openings:
        if opening.exit:
            words = f"EXIT {opening.number}" if opening.number else "EXIT"
            label(geometries[str(opening.id)], words, "exit-label", 1e9).add_to(group)
    for asset in floorplan.assets:
        if asset.level_id in on_level:
            words = asset.name or asset.category.value.replace("_", " ").upper()
            label(geometries[str(asset.id)], f"● {words}", "asset-label", 0.0).add_to(group)
    for point in floorplan.assembly_points:
        label(geometries[str(point.id)], f"⚑ {point.name}", "exit-label", 1e9).add_to(group)


def _zone_properties(zone: Zone, routes: Mapping[str, RouteWords]) -> Json:
    name = f"{zone.name}, {zone.alias}" if zone.alias else zone.name
    route = routes.get(str(zone.id))
    fill = route.fill if route else _FILLS.get(zone.category, LIGHT.zone)
    about = route.html if route else zone.category.value
    return {"name": safe(name), "about": f"<b>{safe(name)}</b><br>{about}", "fill": fill}


def _plan_layers(plan: Mapping[str, Any], ordinal: int, routes: Mapping[str, RouteWords]) -> Iterator[Any]:
    for area in plan.get("reach") or ():
        if area["ordinal"] == ordinal:
            yield folium.GeoJson(
                _feature(area["geometry"]),
                style_function=lambda _: {"color": LIGHT.threat, "weight": 2, "dashArray": "4 6", "fill": False},
                interactive=False,
            )
    legs = [
        (leg, routes[zone["zone_id"]].kind)
        for zone in plan.get("zones", ())
        for leg in (*zone.get("legs", ()), *(zone.get("onward") or {}).get("legs", ()))
        if leg["ordinal"] == ordinal and zone["zone_id"] in routes
    ]
    lines = [{"type": "LineString", "coordinates": leg["coordinates"]} for leg, _ in legs]
    yield from _lines([_feature(line, kind="casing") for line in lines])
    yield from _lines([_feature(line, kind=kind) for line, (_, kind) in zip(lines, legs, strict=True)])
    for threat in plan.get("threats", ()):
        if threat["ordinal"] == ordinal:
            yield from _threat(threat)


def _threat(threat: Mapping[str, Any]) -> Iterator[Any]:
    x, y = threat["at"]
    kind = str(threat.get("kind") or "threat").replace("_", " ")
    words = f"▲ {kind}, {threat.get('seen_s_ago') or 0:.0f} s old"
    look: Json = {"color": LIGHT.threat, "fill": True, "fill_opacity": 0.35, "tooltip": safe(words)}
    if "polygon" in threat:
        yield folium.Polygon([(lat, lon) for lon, lat in threat["polygon"]], **look)
    else:
        yield folium.Circle((y, x), radius=threat["radius_m"], **look)
    yield label({"type": "Point", "coordinates": [x, y]}, words, "threat-label", 1e12)


def _add_lines(group: folium.FeatureGroup, lines: list[Json]) -> None:
    for layer in _lines(lines):
        layer.add_to(group)


def _lines(lines: list[Json]) -> Iterator[Any]:
    if lines:
        yield folium.GeoJson(
            {"type": "FeatureCollection", "features": lines},
            style_function=lambda feature: _LINES[feature["properties"]["kind"]],
            interactive=False,
        )


def _feature(geometry: Json, **properties: str) -> Json:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _fit(page: folium.Map, geometries: Any) -> None:  # noqa: ANN401 - a view of GeoJSON geometries
    shapes = np.array([shape(geometry) for geometry in geometries if geometry], dtype=object)
    if len(shapes):
        west, south, east, north = shapely.total_bounds(shapes).tolist()
        page.fit_bounds([[south, west], [north, east]], padding=(40, 40))
