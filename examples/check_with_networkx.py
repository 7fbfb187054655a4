"""Check what the planner says with networkx alone: how far is it from each door to the nearest exit?

python examples/check_with_networkx.py data/floorplans/school_level_0.dxf
"""

import argparse
from pathlib import Path

import networkx as nx

from geo_server.domain.errors import GeoServerError
from geo_server.ingest.pipeline import read_plan
from geo_server.routing.graph import build_graph


def metres_to_an_exit(graph: nx.MultiDiGraph) -> dict[str, float]:
    """Metres that people walk from each opening to the nearest exit, by node; nodes without a way are left out."""
    exits = {node for node, told in graph.nodes(data=True) if told.get("exit")}
    return dict(nx.multi_source_dijkstra_path_length(graph.reverse(copy=False), exits, weight="occupant_m"))


def main() -> None:
    """Print the farthest doors of a drawing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, help="a drawing, or a floorplan document")
    file: Path = parser.parse_args().file
    try:
        floorplan = read_plan(file.read_bytes(), file.name).floorplan
    except (OSError, GeoServerError) as refusal:
        parser.error(str(refusal))
    graph = build_graph(floorplan)
    farthest = sorted(metres_to_an_exit(graph).items(), key=lambda item: -item[1])
    for node, metres in farthest[:10]:
        told = graph.nodes[node]
        print(f"{metres:6.1f} m  from the door at {told['x']:.1f}, {told['y']:.1f} on level {told['ordinal']}")


if __name__ == "__main__":
    main()
