"""Floors behind fronts of glass. On layers with AIA names, in metres."""

from dataclasses import replace
from itertools import pairwise

import shapely
from ezdxf.math import Vec2
from shapely import LineString, box

from tests.ingest.dxf.door_pens import DOOR, arc_and_line
from tests.ingest.dxf.drawings import Drawn, add_treads, rings
from tests.ingest.dxf.floor import OUTER, Floor, Wall, school_floor
from tests.ingest.dxf.pens import WALL, Space, plain_texts
from tests.ingest.dxf.sheets import sheet


def curtain(*, mullions: bool = True, layer: str = "A-GLAZ-CURT") -> Drawn:
    """The outer walls are glass: two thin lines, with mullions; doors in them have leaves and swings."""
    old, glass = school_floor(), 0.12
    walls = tuple(Wall(w.start, w.end, glass if w.thick == OUTER else w.thick) for w in old.walls)
    doors = tuple(replace(d, thick=glass if d.thick == OUTER else d.thick) for d in old.doors)
    floor = Floor(walls, doors, (), old.names, old.treads)
    document = sheet()
    space = document.modelspace()
    gaps = shapely.union_all([d.gap for d in doors])
    inner = shapely.union_all([w.body for w in walls[4:]]) - shapely.union_all([w.body for w in walls[:4]]) - gaps
    for a, b in (pair for ring in rings(inner) for pair in pairwise(ring)):
        space.add_line(a, b, dxfattribs=WALL)
    for part in (part for wall in walls[:4] for part in shapely.get_parts(wall.path - gaps)):
        for side in ("left", "right"):
            space.add_lwpolyline(list(part.parallel_offset(0.03, side).coords), dxfattribs={"layer": layer})
        if mullions:
            _add_mullions(space, part, layer)
    add_treads(floor, space)
    arc_and_line(floor, space)
    plain_texts(floor, space)
    return Drawn(document, floor)


def _add_mullions(space: Space, part: LineString, layer: str) -> None:
    """Posts along a piece of a glass front, some 1.5 m apart."""
    steps = max(1, round(part.length / 1.5))
    for at in (part.interpolate(k / steps, normalized=True) for k in range(steps + 1)):
        post = box(at.x - 0.06, at.y - 0.06, at.x + 0.06, at.y + 0.06)
        space.add_lwpolyline(list(post.exterior.coords)[:-1], close=True, dxfattribs={"layer": layer})


def revolving_in_glass(layer: str = "A-GLAZ-CURT") -> Drawn:
    """The main door as a drum with four wings in a front of glass."""
    drawn = curtain(layer=layer)
    main = next(d for d in drawn.floor.doors if "" in d.sides and d.leaves == 2)
    space = drawn.document.modelspace()
    near = main.gap.centroid.buffer(1.6)
    for entity in list(space.query('*[layer=="A-DOOR"]')):
        at = entity.dxf.center if entity.dxftype() == "ARC" else entity.dxf.start
        if near.contains(shapely.Point(at.x, at.y)):
            space.delete_entity(entity)
    middle, radius = Vec2(main.hinge).lerp(Vec2(main.latch)), main.width / 2
    for first in (20.0, 200.0):
        space.add_arc(middle, radius, first, first + 140, dxfattribs=DOOR)
    for angle in (30, 120):
        wing = Vec2.from_deg_angle(angle, radius)
        space.add_line(middle - wing, middle + wing, dxfattribs=DOOR)
    return drawn
