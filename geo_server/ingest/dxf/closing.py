"""The walls of a level, closed: at doors first, then at gaps that windows and ways leave. All lengths in metres."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geo_server.domain.findings import Finding
from geo_server.ingest.dxf.barriers import Barriers
from geo_server.ingest.dxf.doors import DoorSymbol, about_refused, find_doors, without_doors
from geo_server.ingest.dxf.drawing import Vertex
from geo_server.ingest.dxf.frames import find_frames, in_sectors
from geo_server.ingest.dxf.mending import cap_open_ends, connect, join_free_ends, stitch
from geo_server.ingest.dxf.noding import node, node_with, straighten_noded, weld
from geo_server.ingest.dxf.polygonize import Faces, find_faces
from geo_server.ingest.dxf.segments import Segments
from geo_server.ingest.dxf.standing import LATCH_M
from geo_server.ingest.dxf.swings import find_swings
from geo_server.ingest.dxf.walls import Bridge, bridge_segments, find_bridges, needed_bridges, wall_thickness


@dataclass(frozen=True)
class Closed:
    """The arrangement of a level, closed.

    Args:
        findings: About door symbols that are no doors.
        still: Lines on door layers that are no leaf of a door that was placed.
        joined: Across gaps between free ends of walls that were meant to meet.
    """

    segments: Segments
    doors: list[DoorSymbol]
    bridges: list[Bridge]
    faces: Faces
    thickness: float
    findings: list[Finding]
    still: Segments
    joined: list[Bridge]


def close_level(barriers: Barriers, named: Sequence[Vertex]) -> Closed:
    """The arrangement of a level, closed at its doors and gaps.

    Args:
        barriers: Of the level.
        named: Where names and numbers of rooms stand.
    """
    swings = find_swings(barriers.doors)
    frames = find_frames(barriers.door_lines, [swing.arc for swing in swings], barriers.all)
    fixed = np.vstack([barriers.all, frames])
    doors, arcs, refused = find_doors(swings, barriers.doors, fixed, barriers.door_layers)
    segments = straighten_noded(node(weld(without_doors(fixed, arcs, doors))))
    chords = [Bridge(door.start, door.end, index) for index, door in enumerate(doors)]
    closing = [chord for chord in chords if not doors[chord.symbol or 0].on_wall]
    segments = node_with(segments, stitch(segments))
    joined = join_free_ends(segments)
    segments = node_with(segments, bridge_segments(joined))
    walls = node_with(segments, cap_open_ends(segments))
    segments = node_with(walls, connect(closing, walls, LATCH_M))
    gaps = find_bridges(node_with(segments, bridge_segments(closing)), walls, barriers.posts)
    gaps = needed_bridges(gaps, np.vstack([bridge_segments(chords), barriers.glazing]), segments)
    faces, stay = find_faces(segments, [*closing, *gaps], named)
    on_wall = [chord for chord in chords if doors[chord.symbol or 0].on_wall]
    still = barriers.door_lines[~in_sectors(barriers.door_lines, arcs)]
    return Closed(
        segments, doors, [*stay, *on_wall], faces, wall_thickness(segments), about_refused(refused), still, joined
    )
