"""A floorplan's hash, as far as planning sees it."""

import hashlib

import shapely

from geo_server.domain.places import Floorplan


def floorplan_digest(floorplan: Floorplan) -> str:
    """SHA-256 of all that plans depend on or name, whatever order it is in."""
    seen = hashlib.sha256()
    seen.update(str(sorted((str(building.id), building.name) for building in floorplan.buildings)).encode())
    levels = {
        level.id: f"{level.building_id} {level.ordinal} {level.name} {level.shift_m}" for level in floorplan.levels
    }
    for level_id in sorted(levels, key=str):
        outline = floorplan.outlines.get(level_id)
        seen.update(f"{level_id} {levels[level_id]} {outline is not None}\n".encode())
        if outline is not None:
            seen.update(shapely.to_wkb(outline, byte_order=1))
    for zone in sorted(floorplan.zones, key=lambda z: str(z.id)):
        seen.update(f"{zone.id} {zone.level_id} {zone.name} {zone.alias} {zone.category} {zone.lockable}\n".encode())
        seen.update(shapely.to_wkb(zone.polygon, byte_order=1))
    for opening in sorted(floorplan.openings, key=lambda o: str(o.id)):
        seen.update(repr(opening).encode() + shapely.to_wkb(opening.line, byte_order=1))
    for transition in sorted(floorplan.transitions, key=lambda t: str(t.id)):
        seen.update(repr(transition).encode() + shapely.to_wkb(transition.geometry, byte_order=1))
    for wall in sorted(floorplan.walls, key=lambda w: str(w.id)):
        seen.update(
            f"{wall.id} {wall.thickness_m} {wall.transparent}".encode() + shapely.to_wkb(wall.line, byte_order=1)
        )
    for point in sorted(floorplan.assembly_points, key=lambda p: str(p.id)):
        seen.update(f"{point.id} {point.name}".encode() + shapely.to_wkb(point.point, byte_order=1))
    return seen.hexdigest()
