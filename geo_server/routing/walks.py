"""How people walk through one zone: an upper bound of the metres between its terminals, and the line walked.

Terminology:
    clearance: distance kept from walls, where that fits.
    join: how a terminal is tied to the zone: it may lie in the thickness of a wall, up to a metre from the polygon.
    start: the place of a zone that is farthest from its terminals (:mod:`geo_server.routing.beginnings`).
    spread: by how much the way to one terminal from anywhere in the zone can be longer than the way from the start.

A walk keeps its clearance when both joins lie in one piece of the zone that has it; otherwise (a passage that is too
narrow) it is the shortest way without clearance. Either can be walked, so either is an upper bound.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import shapely
from shapely import Point, Polygon
from shapely.geometry.base import BaseGeometry

from geo_server.routing.beginnings import build_grid, find_start
from geo_server.routing.visibility import Floats, Space, Vertex, build_space, lines_between, shortest_way, vertex_of

CLEARANCE_M = 0.3
"""Half a person's width beside a wall."""

LONGEST_STUB_M = 1.0
"""Farthest that a terminal may be from the part of a zone with clearance, measured from the zone's edge."""


@dataclass(frozen=True, slots=True)
class Walk:
    """A way through one zone.

    Args:
        metres: Its length.
        line: Its vertices, both ends included.
        clear: Whether it keeps the clearance.
    """

    metres: float
    line: tuple[Vertex, ...]
    clear: bool

    def reversed(self) -> "Walk":
        """The same way back."""
        return Walk(self.metres, self.line[::-1], self.clear)


@dataclass(frozen=True)
class _Tie:
    """Terminals tied to one space, with all that walks between them need; ``tied`` is false for those too far from it."""

    space: Space
    feet: npt.NDArray[np.object_]
    tied: npt.NDArray[np.bool_]

    @cached_property
    def sights(self) -> Floats:
        sights = np.full((len(self.feet), len(self.space.corners)), np.inf)
        sights[self.tied] = self.space.sights(self.feet[self.tied])
        return sights

    @cached_property
    def to_corners(self) -> Floats:
        return self.space.to_corners(self.sights)

    def straight(self, other: "_Tie") -> Floats:
        both = self.tied[:, None] & other.tied[None, :]
        # Between its own terminals a way and the way back are one.
        one, two = np.nonzero(np.triu(both) if other is self else both)
        lengths = np.full((len(self.feet), len(other.feet)), np.inf)
        lines = lines_between(shapely.get_coordinates(self.feet)[one], shapely.get_coordinates(other.feet)[two])
        lengths[one, two] = self.space.open_lengths(lines)
        return np.minimum(lengths, lengths.T) if other is self else lengths


@dataclass(frozen=True)
class Walker:
    """Walks through one zone.

    Args:
        bare: The zone's space.
        clear: The spaces that are left when the clearance is kept; none in a narrow zone.
    """

    bare: Space
    clear: tuple[Space, ...]

    def walks(self, centres: list[Point]) -> dict[tuple[int, int], Walk]:
        """Walks between terminals by their positions in the list, both ways. A pair without one is missing."""
        edges = self._edges(centres)
        ties = [self._tie(space, edges) for space in (*self.clear, self.bare)]
        straights = [tie.straight(tie) for tie in ties]
        found: dict[tuple[int, int], Walk] = {}
        for i in range(len(centres)):
            for j in range(i + 1, len(centres)):
                walk = _best(ties, ties, straights, (i, j), [(centres[i], edges[i]), (centres[j], edges[j])])
                if walk is not None:
                    found[i, j], found[j, i] = walk, walk.reversed()
        return found

    def walks_from(self, place: Point, centres: list[Point]) -> list[Walk | None]:
        """From a place in the zone, the walk to each terminal; None when there is none."""
        return self._walks_from(place, centres, self._edges(centres))

    def starts(self, centres: list[Point]) -> tuple[list[Walk | None], list[float]]:
        """From the zone's start, for each terminal the walk to it (None when there is none) and its spread in metres.

        The place farthest from a terminal is a vertex of a polygon without holes. Round a column it may be between two
        places that were tried, farther than either by half a diagonal of the grid.
        """
        edges = self._edges(centres)
        there = self._tie(self.bare, edges)
        grid = build_grid(self.bare.polygon)
        places = grid.places()
        start = find_start(grid, places, self._away(places, there), lambda others: self._away(others, there))
        stubs = np.asarray(shapely.distance(edges, np.asarray(centres, dtype=object)))
        between = grid.spacing / math.sqrt(2) if self.bare.polygon.interiors else 0.0
        walked = self._walked(places, edges)
        farthest = walked.max(axis=0, where=np.isfinite(walked), initial=0.0) + stubs + between
        walks = self._walks_from(start, centres, edges)
        spreads = [
            max(0.0, float(far) - walk.metres) if walk else 0.0 for walk, far in zip(walks, farthest, strict=True)
        ]
        return walks, spreads

    def _away(self, places: npt.NDArray[np.object_], there: _Tie) -> Floats:
        """Shortest ways without clearance from places to terminals, shape (places, terminals)."""
        return _between(self._tie(self.bare, places), there)

    def _walked(self, places: npt.NDArray[np.object_], edges: npt.NDArray[np.object_]) -> Floats:
        """Metres of the walks from places to terminals' edges, with clearance where that fits; as :func:`_best` has it."""
        metres = np.full((len(places), len(edges)), np.inf)
        for space in (*self.clear, self.bare):
            here, there = self._tie(space, places), self._tie(space, edges)
            steps = shapely.distance(places, here.feet)[:, None] + shapely.distance(edges, there.feet)[None, :]
            metres = np.where(np.isfinite(metres), metres, _between(here, there) + steps)
        return metres

    def _walks_from(self, start: Point, centres: list[Point], edges: npt.NDArray[np.object_]) -> list[Walk | None]:
        origin = np.asarray([start], dtype=object)
        froms = [self._tie(space, origin) for space in (*self.clear, self.bare)]
        tos = [self._tie(space, edges) for space in (*self.clear, self.bare)]
        straights = [tie.straight(end) for tie, end in zip(froms, tos, strict=True)]
        return [
            _best(froms, tos, straights, (0, k), [(start, start), (centres[k], edges[k])]) for k in range(len(centres))
        ]

    def _edges(self, centres: list[Point]) -> npt.NDArray[np.object_]:
        """Where the terminals meet the zone: themselves, or the nearest place of its edge."""
        lines = shapely.shortest_line(self.bare.polygon, np.asarray(centres, dtype=object))
        return np.asarray(shapely.get_point(lines, 0), dtype=object)

    def _tie(self, space: Space, edges: npt.NDArray[np.object_]) -> _Tie:
        """Terminals' places in a space: themselves, or a short stub away that no wall crosses."""
        if space is self.bare or not len(edges):
            return _Tie(space, edges, np.ones(len(edges), dtype=bool))
        stubs = shapely.shortest_line(space.polygon, edges)
        near = self.bare.open_lengths(stubs) <= LONGEST_STUB_M
        return _Tie(space, np.asarray(shapely.get_point(stubs, 0), dtype=object), near)


def build_walker(polygon: Polygon, bare: Space) -> Walker:
    """The walker of a zone, from its polygon and its space."""
    shrunk: BaseGeometry = polygon.buffer(-CLEARANCE_M, join_style="mitre")
    pieces = [piece for piece in shapely.get_parts(shrunk) if isinstance(piece, Polygon) and not piece.is_empty]
    return Walker(bare, tuple(build_space(piece) for piece in pieces))


def _between(here: _Tie, there: _Tie) -> Floats:
    """Shortest ways in one space, shape (here, there); infinite where there is none."""
    away = here.straight(there)
    if len(there.feet) and here.sights.shape[1]:
        around = np.stack([(here.sights + row[None]).min(axis=1) for row in there.to_corners], axis=1)
        away = np.minimum(away, around)
    return away


def _best(
    froms: list[_Tie], tos: list[_Tie], straights: list[Floats], pair: tuple[int, int], ends: list[tuple[Point, Point]]
) -> Walk | None:
    """The first way found in the order of the spaces: those with clearance first, the bare one last."""
    i, j = pair
    for number, (start, end) in enumerate(zip(froms, tos, strict=True)):
        if not (start.tied[i] and end.tied[j]):
            continue
        metres, corners = shortest_way(
            start.space, start.sights[i], start.to_corners[i], end.sights[j], float(straights[number][i, j])
        )
        if np.isfinite(metres):
            inner = [vertex_of(start.feet[i]), *corners, vertex_of(end.feet[j])]
            (centre_i, edge_i), (centre_j, edge_j) = ends
            line = without_repeats(
                [vertex_of(centre_i), vertex_of(edge_i), *inner, vertex_of(edge_j), vertex_of(centre_j)]
            )
            return Walk(_length(line), line, clear=number < len(froms) - 1)
    return None


def without_repeats(line: list[Vertex]) -> tuple[Vertex, ...]:
    """A line without vertices that lie on the one before; two at least."""
    kept = [line[0]]
    for vertex in line[1:]:
        if abs(vertex[0] - kept[-1][0]) + abs(vertex[1] - kept[-1][1]) > 1e-9:
            kept.append(vertex)
    return tuple(kept) if len(kept) > 1 else (line[0], line[-1])


def _length(line: tuple[Vertex, ...]) -> float:
    return math.fsum(map(math.dist, line, line[1:]))
