"""Ways as they lie on the floorplan, without times: what threats, closures and waits leave as it is.

From one plan to the next most zones keep their way, so what is made of a course (its line, its words, the doors that it passes)
is made once and stays with it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TypeVar
from uuid import UUID
from weakref import WeakKeyDictionary

from geo_server.domain.places import Zone
from geo_server.routing.compiled import CompiledFloorplan
from geo_server.routing.walks import Walk
from geo_server.routing.workings import Drawer

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Course:
    """One way out of a zone.

    Args:
        compiled: The floorplan.
        zone_id: The zone.
        walk: From the start to the first node.
        nodes: Numbers of its nodes in order; the last is an exit.
        edges: Numbers of the edges between them.
        metres: Its length.
    """

    compiled: CompiledFloorplan
    zone_id: UUID
    walk: Walk
    nodes: tuple[int, ...]
    edges: tuple[int, ...]
    metres: float

    @property
    def zone(self) -> Zone:
        """The zone."""
        return self.compiled.floorplan.zone_by_id[self.zone_id]

    @property
    def exit(self) -> int:
        """Number of the exit."""
        return self.nodes[-1]


COURSES: Drawer[tuple[UUID, tuple[int, ...], tuple[int, ...]], Course] = Drawer(20_000)
"""Courses that stay with a floorplan, by zone, nodes and edges."""


def find_course(
    compiled: CompiledFloorplan, zone_id: UUID, walk: Walk, nodes: tuple[int, ...], edges: tuple[int, ...]
) -> Course:
    """The course of a zone along given nodes and the edges between them, the same each time.

    Args:
        compiled: The floorplan.
        zone_id: The zone.
        walk: From the zone's start to the first node: the floorplan has one.
        nodes: Numbers of the nodes.
        edges: Numbers of the edges.
    """
    key = zone_id, nodes, edges
    return compiled.workings.of(COURSES).get(key, lambda: build_course(compiled, zone_id, walk, nodes, edges))


def build_course(
    compiled: CompiledFloorplan, zone_id: UUID, walk: Walk, nodes: tuple[int, ...], edges: tuple[int, ...]
) -> Course:
    """A course that nobody else will ask for."""
    metres = walk.metres + sum(float(compiled.occupant_m[edge]) for edge in edges)
    return Course(compiled, zone_id, walk, nodes, edges, metres)


def once_a_course(make: Callable[[Course], T]) -> Callable[[Course], T]:
    """Keep what is made of a course for as long as the course itself."""
    made: WeakKeyDictionary[Course, T] = WeakKeyDictionary()

    @wraps(make)
    def get(course: Course) -> T:
        found = made.get(course)
        if found is None:
            found = made[course] = make(course)
        return found

    return get
