"""What the sizes of drawn things say about the unit.

Buildings all over the world share them: a door leaf is 0.9 m wide (0.75 to 1.1), a tread 0.29 m deep (0.25 to 0.33), a
wall 0.16 m thick (0.07 to 0.5), an unmarked gap for a door 0.95 m, a plan 10 to 300 m across.
"""

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import shapely

from geo_server.domain.wording import counted
from geo_server.ingest.dxf.curves import arcs_in
from geo_server.ingest.dxf.drawing import Drawing, Stroke, all_points
from geo_server.ingest.dxf.evidence import Evidence, fits, mode
from geo_server.ingest.dxf.profile import stroke_role
from geo_server.ingest.dxf.role import Role
from geo_server.ingest.dxf.segments import Corners, cap_gaps, extent, find_caps, lengths, segments_of


def evidence_of_sizes(drawing: Drawing, roles: Mapping[str, Role]) -> list[Evidence]:
    """What the sizes of doors, treads, walls, rooms, texts and the plan say."""
    by_role: dict[Role, list[Stroke]] = {role: [] for role in Role}
    for stroke in drawing.strokes:
        by_role[stroke_role(stroke, roles)].append(stroke)
    walls = by_role[Role.WALL] + by_role[Role.COLUMN]
    found = [
        *_from_doors(by_role),
        *_from_treads(by_role[Role.STAIRS]),
        *_from_walls(walls),
        *_from_size(walls or list(drawing.strokes)),
        *_from_heights(drawing),
        *_from_outlines(by_role[Role.AREA]),
    ]
    return list(found)


def _from_doors(by_role: Mapping[Role, list[Stroke]]) -> Iterator[Evidence]:
    for role in (Role.DOOR, Role.GLAZING, Role.WALL, Role.UNKNOWN):
        radii = np.array(
            [arc.radius for _, arc in arcs_in(by_role[role]) if 80 <= arc.sweep_deg <= 97 and arc.radius > 0]
        )
        if len(radii) >= (2 if role is Role.DOOR else 4):
            typical = mode(radii)
            share = min(1.0, len(radii) / 4) * (1.0 if role is Role.DOOR else 0.3)
            words = f"{counted(len(radii), 'door arc')} have a radius of about {typical:.4g}, which fits a leaf in {{units}}."
            yield fits(words, typical, 0.88, 0.2, weight=share, firm=role is Role.DOOR)
            return


def _from_treads(strokes: Sequence[Stroke]) -> Iterator[Evidence]:
    pitches = tread_pitches(strokes)
    if len(pitches) >= 6:
        typical = mode(pitches)
        words = f"Stair treads are about {typical:.4g} deep, which fits {{units}}."
        yield fits(words, typical, 0.29, 0.18, weight=min(1.0, len(pitches) / 10), firm=True)


def tread_pitches(strokes: Sequence[Stroke]) -> npt.NDArray[np.float64]:
    """Distances between neighbouring parallel segments of equal length, side by side: the depths of treads."""
    segments = segments_of(strokes)
    if len(segments) < 4:
        return np.empty(0)
    sizes = lengths(segments)
    middles = (segments[:, :2] + segments[:, 2:]) / 2
    spots = shapely.points(middles)
    one, other = shapely.STRtree(spots).query(spots, predicate="dwithin", distance=sizes / 2)
    units = (segments[:, 2:] - segments[:, :2]) / sizes[:, None]
    away = middles[other] - middles[one]
    across = np.abs(away[:, 0] * units[one, 1] - away[:, 1] * units[one, 0])
    along = np.abs((away * units[one]).sum(axis=1))
    beside = (across > 0.02 * sizes[one]) & (along < 0.1 * sizes[one]) & (np.abs(sizes[other] / sizes[one] - 1) < 0.1)
    nearest = np.full(len(segments), np.inf)
    np.minimum.at(nearest, one[beside], across[beside])
    return np.asarray(nearest[np.isfinite(nearest)], dtype=np.float64)


def _from_walls(strokes: Sequence[Stroke]) -> Iterator[Evidence]:
    segments = segments_of(strokes)
    width, height = extent(all_points(strokes))
    if len(segments) < 8 or not max(width, height):
        return
    caps = find_caps(Corners(segments, 1e-5 * max(width, height)), 0.05 * max(width, height))
    if len(caps) >= 8:
        typical = mode(np.array([cap.width for cap in caps]))
        yield fits(f"Walls are about {typical:.4g} thick, which fits {{units}}.", typical, 0.15, 0.6)
    gaps = cap_gaps(caps)
    if len(gaps) >= 8:
        typical = mode(gaps)
        share = float((np.abs(np.log(gaps[gaps > 0] / typical)) < 0.06).mean())
        words = (
            f"{len(gaps)} gaps between wall ends are mostly about {typical:.4g} wide, which fits doors in {{units}}."
        )
        weight = min(1.0, len(gaps) / 20) * min(1.0, 2 * share)
        yield fits(words, typical, 0.95, 0.3, weight=weight, floor=-5.0)


def _from_size(strokes: Sequence[Stroke]) -> Iterator[Evidence]:
    size = max(extent(all_points(strokes)))
    if size:
        yield fits(f"The plan is about {size:.4g} across, which fits {{units}}.", size, 55.0, 0.9)


def _from_heights(drawing: Drawing) -> Iterator[Evidence]:
    heights = np.array([label.height for label in drawing.labels if label.height > 0])
    if len(heights) >= 4:
        median = float(np.median(heights))
        yield fits(f"Texts are about {median:.4g} high, which fits {{units}}.", median, 0.25, 0.8, floor=-6.0)


def _from_outlines(strokes: Sequence[Stroke]) -> Iterator[Evidence]:
    areas = [a for s in strokes if s.closed and (a := float(shapely.Polygon(s.points).area)) > 0]
    if len(areas) >= 4:
        side = math.sqrt(float(np.median(areas)))
        words = f"Room outlines are about {side:.4g} wide, which fits {{units}}."
        yield fits(words, side, 4.5, 0.5, weight=min(1.0, len(areas) / 20))
