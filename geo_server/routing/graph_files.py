"""The graph of a floorplan as files that networkx, Gephi and others read: GraphML, and node-link JSON.

Nodes and edges have the attributes of :mod:`geo_server.routing.graph`, in plain values:
    edges: ``through`` names the zone or transition (the key is a number); ``line`` is WKT, empty where people are not sent;
        for each profile ``<profile>_s`` are the seconds that its people need; where they are not sent these and
        ``occupant_m`` are :data:`NOT_SENT`, which no way of any building comes near
    nodes: also ``lon`` and ``lat`` where the floorplan is placed
    graph: ``floorplan_sha256`` and ``coordinates`` (of ``x``, ``y`` and ``line``)

The least sum of ``adult_s`` from a node to one with ``exit`` is what a plan has without a threat, walk to the node aside.
"""

import io
from typing import Any

import networkx as nx
import numpy as np
from shapely import LineString

from geo_server.domain.frame import SiteFrame
from geo_server.routing.compiled import CompiledFloorplan
from geo_server.routing.profiles import PROFILES

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
    )
    for node in compiled.nodes:
        graph.add_node(node, **_node(compiled, node))
    for number, (tail, head, key) in enumerate(
        zip(compiled.tails.tolist(), compiled.heads.tolist(), compiled.keys, strict=True)
    ):
        ends = compiled.nodes[tail], compiled.nodes[head]
        told = compiled.graph.edges[(*ends, key)]
        line = LineString(told["line"]).wkt if told["line"] else ""
        times = {name: _finite(values[number]) for name, values in seconds.items()}
        plain = {**told, "occupant_m": _finite(told["occupant_m"]), "through": key, "line": line, **times}
        graph.add_edge(*ends, key=number, **{name: _plain(value) for name, value in plain.items()})
    return graph


def _node(compiled: CompiledFloorplan, node: str) -> dict[str, Any]:
    told = {name: _plain(value) for name, value in compiled.graph.nodes[node].items()}
    frame = compiled.floorplan.frame
    if not isinstance(frame, SiteFrame):
        return told
    lon, lat = frame.coordinates_to_lonlat(np.array([[told["x"], told["y"]]]))[0].tolist()
    return {**told, "lon": round(lon, 7), "lat": round(lat, 7)}


def _finite(value: float) -> float:
    return min(NOT_SENT, value)


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever an attribute may be
    """A numpy scalar as the Python value that it is."""
    return value.item() if isinstance(value, np.generic) else value
