"""Where the ways of a zone begin: the place that is farthest from its doors, the same place however the site is turned or mirrored.

Terminology:
    start: the place of a zone that is farthest from its terminals: whoever is in the zone has some terminal nearer.
    grid: places that are tried as starts beside the zone's vertices. It lies along the zone's longest edge, not along the axes of a
        drawing.

Of several places as far the start is the one farther from the terminal of the smallest name, then from the next, and so on; where
no terminal tells them apart (a room with one door in its middle), the one farther from the first vertex of the zone's outline as it
was drawn, then from the second. Turning and mirroring change neither.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely import Point, Polygon

from geo_server.routing.visibility import Floats

GRID_M = 0.5
"""Least spacing of the places that are tried as starts, beside the zone's vertices."""

GRID_PLACES = 200
"""About how many such places are tried in a large zone. The best is then looked for around the best of them."""

FINER = (0.5, 0.25, 0.1)
"""Spacings of the finer grids around the best place, as parts of the first."""

OFF_EDGE = 0.381966
"""The grid lies off the longest edge by this part of its spacing, so that rounding decides of few places whether they are in the zone."""

SAME_M = 1e-6
"""Lengths that differ by less are the same: by more than rounding makes of a site that was turned."""

Places = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Grid:
    """The grid of a zone.

    Args:
        polygon: The zone's.
        origin: First vertex of its longest edge, shape (2,).
        axes: Along that edge and inwards, of length 1, shape (2, 2).
        spacing: Metres between places.
    """

    polygon: Polygon
    origin: Floats
    axes: Floats
    spacing: float

    def places(self) -> Places:
        """Vertices of the zone in their order, and the places of the grid in it."""
        xy = shapely.get_coordinates(self.polygon)
        lows, highs = ((xy - self.origin) @ self.axes.T).min(axis=0), ((xy - self.origin) @ self.axes.T).max(axis=0)
        steps = [self._steps(low, high) for low, high in zip(lows.tolist(), highs.tolist(), strict=True)]
        return np.concatenate([shapely.points(xy), self._at(self.origin, *steps)])

    def around(self, place: Point, part: float) -> Places:
        """Places of the zone on a finer grid of five by five around one of its places."""
        steps = np.linspace(-2.0, 2.0, 5, dtype=np.float64) * (self.spacing * part)
        return self._at(np.array([place.x, place.y]), steps, steps)

    def _steps(self, low: float, high: float) -> Floats:
        firsts = np.arange(np.floor(low / self.spacing), high / self.spacing)
        return np.asarray((firsts + OFF_EDGE) * self.spacing, dtype=np.float64)

    def _at(self, origin: Floats, along: Floats, inwards: Floats) -> Places:
        one, other = np.meshgrid(along, inwards)
        points = shapely.points(origin + np.column_stack([one.ravel(), other.ravel()]) @ self.axes)
        return np.asarray(points[shapely.dwithin(self.polygon, points, SAME_M)], dtype=object)


def build_grid(polygon: Polygon) -> Grid:
    """The grid of a zone."""
    xy = shapely.get_coordinates(polygon.exterior)
    edges = np.diff(xy, axis=0)
    lengths = np.hypot(*edges.T)
    longest = int(np.argmax(lengths > lengths.max() - SAME_M))
    along = edges[longest] / lengths[longest]
    left = np.array([-along[1], along[0]])
    inwards = left if polygon.exterior.is_ccw else -left
    spacing = max(GRID_M, float(np.sqrt(polygon.area / GRID_PLACES)))
    return Grid(polygon, xy[longest], np.stack([along, inwards]), spacing)


def find_start(grid: Grid, places: Places, away: Floats, away_from: Callable[[Places], Floats]) -> Point:
    """The start of a zone, to within the finest grid.

    Args:
        grid: The zone's.
        places: Its places.
        away: Metres from these to the k terminals, in the order of their names, shape (places, k); infinite where there is no way.
        away_from: The same of any other places.
    """
    start, least = _farthest(grid, places, away)
    for part in FINER:
        around = grid.around(start, part)
        if len(around):
            other, metres = _farthest(grid, around, away_from(around))
            start, least = (other, metres) if metres > least + SAME_M else (start, least)
    return start


def _farthest(grid: Grid, places: Places, away: Floats) -> tuple[Point, float]:
    """The place farthest from its nearest terminal, and how far that is; -1 where none can be walked to."""
    known = np.where(np.isfinite(away), away, -1.0)
    nearest = np.where(np.isfinite(away).any(axis=1), away.min(axis=1), -1.0)
    kept = np.flatnonzero(nearest >= nearest.max() - SAME_M)
    for measure in _measures(grid, places, known):
        if len(kept) == 1:
            break
        metres = measure[kept]
        kept = kept[metres >= metres.max() - SAME_M]
    return places[kept[0]], float(nearest[kept[0]])


def _measures(grid: Grid, places: Places, known: Floats) -> Iterator[Floats]:
    yield from known.T
    for vertex in shapely.points(shapely.get_coordinates(grid.polygon)):
        yield shapely.distance(places, vertex)
