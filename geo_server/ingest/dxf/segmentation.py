"""Spaces of a level by morphology alone: a second opinion on its zones that knows no door, no bridge and no face.

Walls are drawn into a grid and grown until doorways close. What stays free falls apart into cores; each core grows back
by as much, and is a region. Spaces too narrow for that are looked for again with a smaller radius. This is the
morphological segmentation of robot maps (Bormann et al., "Room segmentation: survey, implementation, and analysis",
ICRA 2016), with two fixed radii in place of a search. All lengths in metres.

Terminology:
    core: free cells farther from every wall than a radius, joined side by side.
    region: a core grown back; what lies around the building is a region too.
    unseen: free, but narrower than twice the smallest radius: it belongs to no region.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely import Polygon

from geo_server.ingest.dxf.segments import Segments, grouped, lengths

CELL_M, COARSEST_M = 0.1, 0.15
MOST_CELLS = 2_000_000
"""The grid of a level; one that asks for more at the coarsest cell is not segmented."""
RADII_M = (0.65, 0.4)
"""Doorways up to twice the first are closed; spaces narrower than that are looked for with the second."""
MARGIN_M = 2.0
SAMPLE_M = 0.25
"""Zones are compared with regions at places this far apart."""
LEAST_CORE_M2 = 0.1
LEAST_SEEN = 0.5
"""Of a zone that lies in regions to a smaller share, the segmentation says nothing."""

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Likeness:
    """A zone beside the region that covers most of it.

    Args:
        alike: Intersection over union, 0 to 1.
        runs_on: The region covers more beyond the zone than the zone does beyond the region.
    """

    alike: float
    runs_on: bool


@dataclass(frozen=True)
class Regions:
    """A grid of regions.

    Args:
        origin: Its lower left corner.
        cell: Side of a cell.
        labels: Shape (rows upwards, columns): the number of the region, 0 for walls and what is unseen.
    """

    origin: tuple[float, float]
    cell: float
    labels: npt.NDArray[np.int32]


def segment(walls: Segments, zones: Sequence[Polygon]) -> Regions | None:
    """The regions that walls leave around zones; None where there are no zones, or the level is too large.

    Args:
        walls: Walls, columns and glazing as drawn: neither noded nor closed.
        zones: Only for where to look.
    """
    grid = _grid(zones)
    if grid is None:
        return None
    origin, cell, shape = grid
    solid = _drawn(walls, origin, cell, shape)
    labels = np.zeros(shape, dtype=np.int32)
    for radius in RADII_M:
        cores = ~_grown(solid, radius / cell) & (labels == 0)
        _add_regions(labels, cores, solid, radius / cell, LEAST_CORE_M2 / cell**2)
    return Regions(origin, cell, labels)


def _grid(zones: Sequence[Polygon]) -> tuple[tuple[float, float], float, tuple[int, int]] | None:
    """Origin, cell and shape of a grid around zones; its outermost cells count as walls."""
    if not zones:
        return None
    west, south, east, north = shapely.total_bounds(np.array(zones, dtype=object)).tolist()
    width, height = east - west + 2 * MARGIN_M, north - south + 2 * MARGIN_M
    cell = max(CELL_M, math.sqrt(width * height / MOST_CELLS))
    if cell > COARSEST_M:
        return None
    return (west - MARGIN_M, south - MARGIN_M), cell, (math.ceil(height / cell), math.ceil(width / cell))


def _drawn(walls: Segments, origin: tuple[float, float], cell: float, shape: tuple[int, int]) -> Mask:
    """Cells that walls run through."""
    solid = np.zeros(shape, dtype=np.bool_)
    low, high = np.array(origin), np.array(origin) + cell * np.array(shape[::-1])
    near = (np.maximum(walls[:, :2], walls[:, 2:]) >= low).all(axis=1) & (
        np.minimum(walls[:, :2], walls[:, 2:]) <= high
    ).all(axis=1)
    lines = shapely.clip_by_rect(shapely.linestrings(walls[near].reshape(-1, 2, 2)), *low, *high)
    ends = shapely.get_coordinates(lines[~shapely.is_empty(lines)]).reshape(-1, 4)
    steps = np.maximum(1, np.ceil(lengths(ends) / (0.5 * cell))).astype(np.int64)
    which = np.repeat(np.arange(len(ends)), steps + 1)
    first = np.cumsum(steps + 1) - (steps + 1)
    share = (np.arange(len(which)) - first[which]) / steps[which]
    places = ends[which, :2] + share[:, None] * (ends[which, 2:] - ends[which, :2])
    column, row = np.floor((places - low) / cell).astype(np.int64).T
    solid[row.clip(0, shape[0] - 1), column.clip(0, shape[1] - 1)] = True
    solid[[0, -1], :] = True
    solid[:, [0, -1]] = True
    return solid


def _grown(solid: Mask, radius: float) -> Mask:
    """Cells within a radius of solid ones, in cells: row by row of the disc, by running sums."""
    reach = math.floor(radius)
    sums = np.cumsum(np.pad(solid, ((0, 0), (reach + 1, reach))), axis=1, dtype=np.int32)
    wide = solid.shape[1]
    grown = solid.copy()
    for step in range(min(reach + 1, len(grown))):
        half = math.floor(math.sqrt(radius * radius - step * step))
        near = sums[:, reach + 1 + half : reach + 1 + half + wide] > sums[:, reach - half : reach - half + wide]
        grown[step:] |= near[: len(near) - step]
        grown[: len(grown) - step] |= near[step:]
    return grown


def _add_regions(labels: npt.NDArray[np.int32], cores: Mask, solid: Mask, radius: float, least: float) -> None:
    """Number the cores, and let each grow back over free cells by a radius."""
    found = _components(cores)
    sizes = np.bincount(found.ravel())
    kept = sizes >= least
    kept[0] = False
    number = np.where(kept, np.cumsum(kept) + labels.max(), 0).astype(np.int32)
    cells = np.flatnonzero(cores)
    numbers = number[found.ravel()[cells]]
    cells, numbers = cells[numbers > 0], numbers[numbers > 0]
    flat, wide = labels.ravel(), labels.shape[1]
    flat[cells] = numbers
    walkable, inner = ~solid.ravel(), cores.ravel()
    edge = cells[~(inner[cells - 1] & inner[cells + 1] & inner[cells - wide] & inner[cells + wide])]
    straight, slanted = (1, -1, wide, -wide), (1, -1, wide, -wide, wide + 1, wide - 1, -wide + 1, -wide - 1)
    for step in range(math.ceil(radius)):
        grown = []
        for offset in slanted if step % 2 else straight:
            target = edge + offset
            into = walkable[target] & (flat[target] == 0)
            flat[target[into]] = flat[edge[into]]
            grown.append(target[into])
        edge = np.concatenate(grown)


def _components(mask: Mask) -> npt.NDArray[np.intp]:
    """For each cell of a mask the number of its component, side by side; 0 outside. The mask's outermost cells are not set."""
    flat = mask.ravel()
    turns = np.flatnonzero(np.diff(flat.astype(np.int8))) + 1
    starts, ends = turns[::2], turns[1::2]
    wide = mask.shape[1]
    first = np.searchsorted(ends, starts + wide, side="right")
    last = np.searchsorted(starts, ends + wide, side="left")
    count = np.maximum(last - first, 0)
    one = np.repeat(np.arange(len(starts)), count)
    other = np.arange(len(one)) - np.repeat(np.cumsum(count) - count, count) + np.repeat(first, count)
    _, group = np.unique(grouped(len(starts), one, other), return_inverse=True)
    found = np.zeros(mask.shape, dtype=np.intp)
    found.ravel()[flat] = np.repeat(group + 1, ends - starts)
    return found


def compare(regions: Regions, zones: Sequence[Polygon]) -> list[Likeness | None]:
    """How well each zone is one region: the one that covers most of it. Walls and what is unseen count for neither.

    Returns:
        None for a zone that is mostly unseen.
    """
    stride = max(1, round(SAMPLE_M / regions.cell))
    sampled = regions.labels[::stride, ::stride]
    sizes = np.bincount(sampled.ravel())
    first = np.array(regions.origin) + regions.cell / 2
    return [_likeness(_within(zone, sampled, first, stride * regions.cell), sizes) for zone in zones]


def _within(
    zone: Polygon, sampled: npt.NDArray[np.int32], first: npt.NDArray[np.float64], step: float
) -> npt.NDArray[np.int32]:
    """Labels at the sampled places inside a zone."""
    low, high = np.array(zone.bounds).reshape(2, 2)
    begin = np.maximum(np.ceil((low - first) / step), 0).astype(np.int64)
    end = np.minimum(np.floor((high - first) / step) + 1, sampled.shape[::-1]).astype(np.int64)
    columns, rows = (np.arange(a, b) for a, b in zip(begin, end, strict=True))
    shapely.prepare(zone)
    inside = shapely.contains_xy(zone, *np.meshgrid(first[0] + columns * step, first[1] + rows * step))
    return np.asarray(sampled[rows[:, None], columns][inside], dtype=np.int32)


def _likeness(within: npt.NDArray[np.int32], sizes: npt.NDArray[np.intp]) -> Likeness | None:
    seen = within[within > 0]
    if len(seen) == 0 or len(seen) < LEAST_SEEN * len(within):
        return None
    counts = np.bincount(seen)
    best = int(counts.argmax())
    shared = int(counts[best])
    beyond, left = int(sizes[best]) - shared, len(seen) - shared
    return Likeness(shared / (shared + beyond + left), runs_on=beyond > left)
