"""A trail as lines on levels, with the latest arrival at every vertex."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise
from uuid import UUID

import numpy as np

from geo_server.domain.routes import Leg, Vertex
from geo_server.routing.compiled import CompiledFloorplan
from geo_server.routing.courses import Course, once_a_course
from geo_server.routing.edges import KINDS, LEVEL
from geo_server.routing.nodes import NodeKind
from geo_server.routing.trails import Trail
from geo_server.routing.visibility import Floats, Ints


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A course as lines on levels, all their vertices in one row.

    A vertex is come to at some share of the time between two moments: those of departure and of arrival at each node.

    Args:
        legs: Each without its times.
        ends: Where the vertices of each leg end.
        before: The moment before each vertex, shape (vertices,).
        after: The moment after it.
        share: What of the time between them has passed.
    """

    legs: tuple[Leg, ...]
    ends: tuple[int, ...]
    before: Ints
    after: Ints
    share: Floats


@dataclass
class _Draft:
    """A course that is being drawn."""

    level_id: UUID
    coordinates: list[Vertex] = field(default_factory=list)
    opening_ids: list[UUID] = field(default_factory=list)
    legs: list[Leg] = field(default_factory=list)
    times: list[tuple[int, int, float]] = field(default_factory=list)

    def walk(self, line: Sequence[Vertex], before: int, after: int) -> None:
        """Add a line walked between two moments; its first vertex is known already except on a new leg."""
        xy = np.asarray(line)
        along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))])
        share = along / along[-1] if along[-1] > 0 else np.linspace(0.0, 1.0, len(along))
        skip = 1 if self.coordinates else 0
        self.coordinates.extend(line[skip:])
        self.times += [*((before, after, one) for one in share[skip:-1].tolist()), (after, after, 0.0)]

    def close(self, transition_id: UUID | None = None) -> None:
        """End a leg."""
        self.legs.append(Leg(self.level_id, tuple(self.coordinates), (), tuple(self.opening_ids), transition_id))

    def begin(self, level_id: UUID, place: Vertex, moment: int) -> None:
        """Begin one on another level."""
        self.level_id, self.coordinates, self.opening_ids = level_id, [place], []
        self.times.append((moment, moment, 0.0))

    def drawn(self) -> _Drawn:
        """All of it."""
        before, after, share = zip(*self.times, strict=True)
        ends = np.cumsum([len(leg.coordinates) for leg in self.legs]).tolist()
        return _Drawn(tuple(self.legs), tuple(ends), np.array(before), np.array(after), np.array(share))


def build_legs(trail: Trail) -> tuple[Leg, ...]:
    """The legs of a trail: one a level, each but the last ending where it takes a transition."""
    (legs,) = build_all_legs([trail])
    return legs


def build_all_legs(trails: Sequence[Trail]) -> Iterator[tuple[Leg, ...]]:
    """:func:`build_legs` of several."""
    if not trails:
        return
    drawn = [_draw(trail.course) for trail in trails]
    moments = np.fromiter(chain.from_iterable((0.0, *trail.arrive_s) for trail in trails), np.float64)
    begins = np.cumsum([0, *(len(trail.arrive_s) + 1 for trail in trails[:-1])])
    begin = np.repeat(begins, [one.ends[-1] for one in drawn])
    before = np.concatenate([one.before for one in drawn]) + begin
    after = np.concatenate([one.after for one in drawn]) + begin
    from_s = moments[before]
    arrive_s = (from_s + np.concatenate([one.share for one in drawn]) * (moments[after] - from_s)).tolist()
    first = 0
    for one in drawn:
        ends = [first + end for end in one.ends]
        yield tuple(
            Leg(leg.level_id, leg.coordinates, tuple(arrive_s[begin:end]), leg.opening_ids, leg.transition_id)
            for leg, (begin, end) in zip(one.legs, pairwise([first, *ends]), strict=True)
        )
        first = ends[-1]


@once_a_course
def _draw(course: Course) -> _Drawn:
    compiled, draft = course.compiled, _Draft(course.zone.level_id)
    draft.walk(course.walk.line, 0, 1)
    _pass(compiled, draft, course.nodes[0])
    for position, edge in enumerate(course.edges, start=1):
        node, moment = course.nodes[position], position + 1
        kind = KINDS[compiled.kinds[edge]]
        if kind in LEVEL:
            names = compiled.nodes[compiled.tails[edge]], compiled.nodes[compiled.heads[edge]], compiled.keys[edge]
            # On the round from door to door of a refuge it is not said when each is locked, only by when all are.
            draft.walk(compiled.graph.edges[names]["line"], moment if kind == "refuge" else moment - 1, moment)
            _pass(compiled, draft, node)
            continue
        draft.close(compiled.subjects[node])
        arrived = compiled.graph.nodes[compiled.nodes[node]]
        draft.begin(UUID(arrived["level_id"]), (arrived["x"], arrived["y"]), moment)
    draft.close()
    return draft.drawn()


def outdoor_leg(whole: Trail) -> Leg:
    """The last piece of a trail, from its exit to an assembly point, as a leg on the level of the exit."""
    level_id, line, shares = _outdoors(whole.course)
    from_s, to_s = whole.arrive_s[-2:]
    return Leg(level_id, line, (*[from_s + share * (to_s - from_s) for share in shares], to_s))


@once_a_course
def _outdoors(course: Course) -> tuple[UUID, tuple[Vertex, ...], list[float]]:
    """The level and line of the last piece, and what of its length lies before each vertex but the last."""
    compiled, edge = course.compiled, course.edges[-1]
    tail, head = compiled.nodes[compiled.tails[edge]], compiled.nodes[compiled.heads[edge]]
    line = tuple(compiled.graph.edges[tail, head, compiled.keys[edge]]["line"])
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(np.asarray(line), axis=0).T))])
    shares = along / along[-1] if along[-1] > 0 else np.zeros(len(along))
    return UUID(compiled.graph.nodes[tail]["level_id"]), line, shares[:-1].tolist()


def _pass(compiled: CompiledFloorplan, draft: _Draft, node: int) -> None:
    if compiled.node_kinds[node] is NodeKind.OPENING:
        draft.opening_ids.append(compiled.subjects[node])
