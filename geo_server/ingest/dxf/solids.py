"""Bodies to the edges that they show from above: regions and solids whose edges are all straight, and meshes.

Terminology:
    body: what a REGION, a 3DSOLID and a BODY hold: lumps of shells of faces of loops of edges, in the ACIS format.
    seam: an edge between two faces of a mesh that lie in one plane; nobody drew it.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from ezdxf.acis.dxf import load_dxf
from ezdxf.render.mesh import MeshBuilder

from geo_server.ingest.dxf.entities import Entity, SpacePoints

BODIES = frozenset({"3DSOLID", "BODY", "REGION"})
MOST_EDGES = 20_000
"""Edges of one body or mesh; what has more is no wall."""
FLAT = 0.9999
"""Faces whose normals' cosine is at least this lie in one plane."""


def body_edges(entity: Entity) -> list[SpacePoints]:
    """The edges of a body, each once.

    Returns:
        Nothing when it holds none, or one that is curved: half of a body would be worse than none.

    Raises:
        Exception: The body's own data is contradictory (ezdxf raises many kinds).
    """
    edges: dict[int, Entity] = {}
    runs = []
    for body in load_dxf(entity):
        matrix = None if body.transform.is_none else body.transform.matrix
        for edge in _edges(body):
            if id(edge) in edges:
                continue
            edges[id(edge)] = edge
            if edge.curve.type != "straight-curve" or len(edges) > MOST_EDGES:
                return []
            ends = [edge.start_vertex.point.location, edge.end_vertex.point.location]
            ends = ends if matrix is None else list(matrix.transform_vertices(ends))
            runs.append(np.array([end.xyz for end in ends]))
    return runs


def mesh_edges(entity: Entity) -> list[SpacePoints]:
    """The edges of a MESH, or of a polyline that is one, without seams."""
    builder = MeshBuilder.from_mesh(entity) if entity.dxftype() == "MESH" else MeshBuilder.from_polyface(entity)
    vertices = np.array([vertex.xyz for vertex in builder.vertices]).reshape(-1, 3)
    normals = defaultdict[tuple[int, int], list[SpacePoints]](list)
    for face in builder.faces:
        normal = _normal(vertices[list(face)])
        for a, b in zip(face, [*face[1:], face[0]], strict=True):
            normals[min(a, b), max(a, b)].append(normal)
        if len(normals) > MOST_EDGES:
            return []
    return [vertices[list(edge)] for edge, beside in normals.items() if not _is_seam(beside)]


def _edges(body: Entity) -> Iterator[Entity]:
    for lump in _chain(body.lump, "next_lump"):
        for shell in _chain(lump.shell, "next_shell"):
            for face in _chain(shell.face, "next_face"):
                for loop in _chain(face.loop, "next_loop"):
                    for coedge in _chain(loop.coedge, "next_coedge"):
                        yield coedge.edge


def _chain(first: Entity, following: str) -> Iterator[Entity]:
    """The links of a chain that may close, wherever it does."""
    seen: dict[int, Entity] = {}
    link = first
    while not link.is_none and id(link) not in seen:
        seen[id(link)] = link
        yield link
        link = getattr(link, following)


def _normal(corners: SpacePoints) -> SpacePoints:
    """Of a face, by Newell's method."""
    following = np.roll(corners, -1, axis=0)
    normal = np.cross(corners, following).sum(axis=0)
    return np.asarray(normal / (np.linalg.norm(normal) or 1.0))


def _is_seam(normals: Sequence[SpacePoints]) -> bool:
    return len(normals) == 2 and abs(float(normals[0] @ normals[1])) >= FLAT
