"""The graph of a floorplan as files that networkx, Gephi and others read: GraphML, and node-link JSON.

Nodes and edges have the attributes of :mod:`geo_server.routing.graph`, in plain values:
    edges: ``through`` names the zone or transition (the key is a number); ``line`` is WKT, empty where people are not sent;
        for each profile ``<profile>_s`` are the seconds that its people need; where they are not sent these and
        ``occupant_m`` are :data:`NOT_SENT`, which no way of any building comes near
        ``side``: what a threat walks through on it, itself or, of yards, ``outdoors``
    nodes: also ``lon`` and ``lat`` where the floorplan is placed; ``shift_x`` and ``shift_y`` lay their level over the others of
        its building; ``side`` and ``other_side`` are what lies on either side; openings have their ``line`` as WKT
    graph: ``floorplan_sha256``, ``coordinates`` (of ``x``, ``y``, ``line``, ``polygon`` and ``region``), and ``crs`` of those of
        a placed floorplan
    zones: one more node each, ``zone:<id>``, of kind ``zone``, with its ``polygon``, at the place that its ways are measured from;
        and edges of kind ``start`` from there to its nodes, with ``spread_m`` and, as WKT, the ``region`` in which a threat
        comes in. No edge leads to it

The least sum of ``adult_s`` from a node to one with ``exit`` is what a plan has without a threat.
"""

import io
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import networkx as nx
import numpy as np
from shapely import LineString

from geo_server.domain.frame import Frame, SiteFrame
from geo_server.domain.places import Floorplan, ZoneCategory
from geo_server.routing.chase import node_sides, side_names
from geo_server.routing.compiled import CompiledFloorplan
from geo_server.routing.nodes import NodeKind, node_name
from geo_server.routing.profiles import PROFILES
from geo_server.routing.refuges import inner_place
from geo_server.routing.visibility import Vertex
from geo_server.routing.zones import ZoneWays

NOT_SENT = 1e9
"""Metres and seconds where people are not sent. Not infinite: neither JSON nor every reader of GraphML knows that."""


def graphml(compiled: CompiledFloorplan) -> bytes:
    """The graph as GraphML, UTF-8. ``networkx.read_graphml`` gives it back."""
    target = io.BytesIO()
    nx.write_graphml(plain_graph(compiled), target, encoding="utf-8")
    return target.getvalue()


def node_link(compiled: CompiledFloorplan) -> dict[str, Any]:
    """The graph as node-link JSON values. ``networkx.node_link_graph(…, edges="edges")`` gives it back."""
    document: dict[str, Any] = nx.node_link_data(plain_graph(compiled), edges="edges")
    return document


def plain_graph(compiled: CompiledFloorplan) -> nx.MultiDiGraph:
    """The graph with plain values as attributes."""
    seconds = {f"{name}_s": compiled.occupant_s(profile).tolist() for name, profile in PROFILES.items()}
    graph = nx.MultiDiGraph(
        floorplan_sha256=compiled.digest,
        coordinates="metres east and north of the site's origin"
        if compiled.floorplan.placed
        else "metres in the drawing's own axes",
        **_crs(compiled.floorplan.frame),
    )
    for node, sides in zip(compiled.nodes, node_sides(compiled.floorplan, compiled.nodes), strict=True):
        graph.add_node(node, **_node(compiled, node), side=sides[0], other_side=sides[1])
    through = zip(compiled.keys, side_names(compiled.floorplan, compiled.keys), strict=True)
    for number, (tail, head, (key, side)) in enumerate(
        zip(compiled.tails.tolist(), compiled.heads.tolist(), through, strict=True)
    ):
        ends = compiled.nodes[tail], compiled.nodes[head]
        told = compiled.graph.edges[(*ends, key)]
        line = _wkt(told["line"])
        times = {name: _finite(values[number]) for name, values in seconds.items()}
        plain = {**told, "occupant_m": _finite(told["occupant_m"]), "through": key, "side": side, "line": line, **times}
        graph.add_edge(*ends, key=number, **{name: _plain(value) for name, value in plain.items()})
    for ways in compiled.zones.values():
        _add_zone(graph, compiled.floorplan, ways)
    return graph


def _add_zone(graph: nx.MultiDiGraph, floorplan: Floorplan, ways: ZoneWays) -> None:
    """A zone with the ways from its start to its doors, and the places at which a threat is in these."""
    zone, node = ways.zone, node_name(NodeKind.ZONE, ways.zone_id)
    x, y = inner_place(ways)
    side = side_names(floorplan, [str(zone.id)])[0]
    graph.add_node(
        node,
        kind=NodeKind.ZONE.value,
        subject_id=str(zone.id),
        level_id=str(zone.level_id),
        ordinal=floorplan.ordinal(zone.level_id),
        x=x,
        y=y,
        exit=False,
        outside=zone.category is ZoneCategory.OUTDOOR,
        number="",
        lock_delay_s=0.0,
        polygon=zone.polygon.wkt,
        side=side,
        other_side=side,
        **_laid(floorplan, str(zone.level_id), x, y),
    )
    edges = graph.number_of_edges()
    for k, (head, walk) in enumerate(zip(ways.nodes, ways.starts, strict=True)):
        metres = walk.metres if walk else NOT_SENT
        graph.add_edge(
            node,
            head,
            key=edges + k,
            kind="start",
            occupant_m=metres,
            threat_m=0.0,
            threat_s=0.0,
            clear=walk.clear if walk else False,
            through=str(zone.id),
            side=side,
            line=_wkt(walk.line if walk else ()),
            spread_m=ways.spread_m[k],
            region=ways.regions[k].wkt,
            **{f"{name}_s": metres / profile.level_mps if walk else NOT_SENT for name, profile in PROFILES.items()},
        )


def _node(compiled: CompiledFloorplan, node: str) -> dict[str, Any]:
    told = {name: _plain(value) for name, value in compiled.graph.nodes[node].items()}
    opening = compiled.floorplan.opening_by_id.get(UUID(told["subject_id"]))
    line = {} if opening is None else {"line": opening.line.wkt}
    return {**told, **line, **_laid(compiled.floorplan, told["level_id"], told["x"], told["y"])}


def _laid(floorplan: Floorplan, level_id: str, x: float, y: float) -> dict[str, float]:
    """Where a place is: how its level lies over the others and, where that is known, on the ground."""
    shift_x, shift_y = floorplan.level_by_id[UUID(level_id)].shift_m
    shift = {"shift_x": float(shift_x), "shift_y": float(shift_y)}
    if not isinstance(floorplan.frame, SiteFrame):
        return shift
    lon, lat = floorplan.frame.coordinates_to_lonlat(np.array([[x, y]]))[0].tolist()
    return {**shift, "lon": round(lon, 7), "lat": round(lat, 7)}


def _crs(frame: Frame) -> dict[str, str]:
    return {"crs": frame.proj4} if isinstance(frame, SiteFrame) else {}


def _wkt(line: Sequence[Vertex]) -> str:
    return LineString(line).wkt if line else ""


def _finite(value: float) -> float:
    return min(NOT_SENT, value)


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever an attribute may be
    """A numpy scalar as the Python value that it is."""
    return value.item() if isinstance(value, np.generic) else value
