"""Names of the graph's nodes. They are made and read here alone; everything else asks for kinds and subjects."""

from enum import StrEnum
from uuid import UUID


class NodeKind(StrEnum):
    """What a node is. Its name is ``<kind>:<id of the opening, transition, assembly point or zone>``."""

    OPENING = "opening"
    FOOT = "foot"
    HEAD = "head"
    ASSEMBLY_POINT = "assembly_point"
    REFUGE = "refuge"
    """A zone to stay in (see :mod:`geo_server.routing.refuges`)."""
    ZONE = "zone"
    """In files only (see :mod:`geo_server.routing.graph_files`)."""


def node_name(kind: NodeKind, subject_id: UUID) -> str:
    """The name of a node."""
    return f"{kind.value}:{subject_id}"


def read_node(name: str) -> tuple[NodeKind, UUID]:
    """The kind and the subject of a node."""
    kind, _, subject = name.partition(":")
    return NodeKind(kind), UUID(subject)


def opening_node(opening_id: UUID) -> str:
    """Node of an opening."""
    return node_name(NodeKind.OPENING, opening_id)


def assembly_node(point_id: UUID) -> str:
    """Node of an assembly point."""
    return node_name(NodeKind.ASSEMBLY_POINT, point_id)


def refuge_node(zone_id: UUID) -> str:
    """Node of a zone to stay in."""
    return node_name(NodeKind.REFUGE, zone_id)
