"""Edits of zones: what they are called, and where one ends and the next begins."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import UUID, uuid5

import numpy as np
import shapely
from shapely import LineString, Point, Polygon
from shapely.ops import split

from geo_server.domain.confidence import Evidence, Reason, weigh
from geo_server.domain.edits.values import ChangeZone, Line, MergeZones, RemoveZone, SplitZone
from geo_server.domain.errors import InvalidInput, NotFound
from geo_server.domain.places import Floorplan, Opening, OpeningCategory, Transition, Zone

WALL_M = 0.6
"""Zones farther apart than this are divided by more than a wall."""
LONGEST_NAME = 100
MOST_VERTICES = 1000
LEAST_PART_M2 = 0.5
"""A smaller part of a zone is a slip of the hand."""
LEAST_GAP_M = 0.3
"""A shorter stretch of a line that divides a zone is no way through."""

CORRECTED = weigh([Evidence(Reason.CORRECTED)])
"""Of a zone whose outline a person has set."""


def load_zone(floorplan: Floorplan, zone_id: UUID) -> Zone:
    """A zone of the floorplan.

    Raises:
        NotFound: There is none with this id.
    """
    zone = floorplan.zone_by_id.get(zone_id)
    if zone is None:
        raise NotFound(f"The floorplan has no zone {zone_id}.", where="zone_id", advice="See its zones.")
    return zone


def check_name(name: str, where: str) -> None:
    """Make sure that a name can stand on a map.

    Raises:
        InvalidInput: It is empty, too long, or has characters that cannot be seen.
    """
    if not (0 < len(name.strip()) <= LONGEST_NAME and name.isprintable()):
        raise InvalidInput(
            f"{name[:LONGEST_NAME]!r} is no name.",
            where=where,
            advice=f"Give the name on the door's sign, 1 to {LONGEST_NAME} characters.",
        )


def make_line(line: Line) -> LineString:
    """The line of an edit.

    Raises:
        InvalidInput: It has fewer than two vertices, a thousand or more, or one that is no place.
    """
    if not 2 <= len(line) < MOST_VERTICES or not np.isfinite(line).all():
        raise InvalidInput(
            f"A line of {len(line)} places cannot be drawn.", where="line", advice="Give two places or more, as [x, y]."
        )
    return LineString(line)


def change_zone(floorplan: Floorplan, edit: ChangeZone) -> Floorplan:
    """Say of a zone what the drawing did not."""
    zone = load_zone(floorplan, edit.zone_id)
    if edit.name is not None:
        check_name(edit.name, "name")
    if edit.alias:
        check_name(edit.alias, "alias")
    if edit.capacity is not None and edit.capacity < 0:
        raise InvalidInput(f"The capacity is {edit.capacity}.", where="capacity", advice="Give a number of people.")
    changed = replace(
        zone,
        name=zone.name if edit.name is None else edit.name.strip(),
        alias=zone.alias if edit.alias is None else edit.alias.strip() or None,
        category=edit.category or zone.category,
        lockable=zone.lockable if edit.lockable is None else edit.lockable,
        capacity=zone.capacity if edit.capacity is None else edit.capacity,
    )
    return _with_zones(floorplan, {zone.id: (changed,)})


def merge_zones(floorplan: Floorplan, edit: MergeZones) -> Floorplan:
    """Make one zone of several; openings between them go, the others lead into the one that stays."""
    zones = [load_zone(floorplan, zone_id) for zone_id in dict.fromkeys(edit.zone_ids)]
    if len(zones) < 2:
        raise InvalidInput("There is one zone.", where="zone_ids", advice="Give two or more.")
    if len({zone.level_id for zone in zones}) > 1:
        raise InvalidInput(
            "The zones lie on different levels.", where="zone_ids", advice="Join levels by stairs or a ramp."
        )
    kept, gone = zones[0], {zone.id for zone in zones[1:]}
    merged = replace(kept, polygon=_joined(floorplan, zones), confidence=CORRECTED)

    def after(zone_id: UUID | None) -> UUID | None:
        return kept.id if zone_id in gone else zone_id

    openings = tuple(
        replace(opening, zones=(after(opening.zones[0]), after(opening.zones[1]))) for opening in floorplan.openings
    )
    transitions = tuple(
        replace(t, zones=(after(t.zones[0]) or kept.id, after(t.zones[1]) or kept.id)) for t in floorplan.transitions
    )
    return replace(
        _with_zones(floorplan, {kept.id: (merged,), **dict.fromkeys(gone, ())}),
        openings=tuple(opening for opening in openings if opening.zones[0] != opening.zones[1]),
        transitions=transitions,
    )


def split_zone(floorplan: Floorplan, edit: SplitZone) -> Floorplan:
    """Divide a zone; each opening and transition goes with the part that it touches."""
    zone = load_zone(floorplan, edit.zone_id)
    check_name(edit.name, "name")
    larger, smaller = _parts(zone, make_line(edit.line))
    kept = replace(zone, polygon=larger, confidence=CORRECTED)
    new = replace(kept, id=uuid5(edit.id, "zone"), polygon=smaller, name=edit.name.strip(), alias=None, capacity=None)

    def after(zone_id: UUID, place: Point) -> UUID:
        if zone_id != zone.id:
            return zone_id
        return kept.id if kept.polygon.distance(place) <= new.polygon.distance(place) else new.id

    openings = tuple(_opening_after(opening, after) for opening in floorplan.openings)
    transitions = tuple(_transition_after(transition, after) for transition in floorplan.transitions)
    return replace(
        _with_zones(floorplan, {zone.id: (kept, new)}),
        openings=openings + (tuple(_gaps(edit, kept, new)) if edit.passable else ()),
        transitions=transitions,
    )


def remove_zone(floorplan: Floorplan, edit: RemoveZone) -> Floorplan:
    """Take a zone away. A door to a neighbour stays, leading outside, until someone takes it away too."""
    zone = load_zone(floorplan, edit.zone_id)

    def after(zone_id: UUID | None) -> UUID | None:
        return None if zone_id == zone.id else zone_id

    openings = tuple(replace(o, zones=(after(o.zones[0]), after(o.zones[1]))) for o in floorplan.openings)
    return replace(
        _with_zones(floorplan, {zone.id: ()}),
        openings=tuple(opening for opening in openings if opening.zones != (None, None)),
        transitions=tuple(t for t in floorplan.transitions if zone.id not in t.zones),
    )


def _with_zones(floorplan: Floorplan, after: dict[UUID, tuple[Zone, ...]]) -> Floorplan:
    """The floorplan with some zones replaced by others, in their places."""
    zones = tuple(new for zone in floorplan.zones for new in after.get(zone.id, (zone,)))
    return replace(floorplan, zones=zones)


def _joined(floorplan: Floorplan, zones: Sequence[Zone]) -> Polygon:
    """One polygon over several zones and the walls between them, off every other zone of the level."""
    polygons = [zone.polygon for zone in zones]
    joined = shapely.union_all(polygons)
    if not isinstance(joined, Polygon):
        closed = joined.buffer(WALL_M / 2, join_style="mitre").buffer(-WALL_M / 2, join_style="mitre")
        members = {zone.id for zone in zones}
        others = [
            zone.polygon
            for zone in floorplan.zones
            if zone.level_id == zones[0].level_id and zone.id not in members and zone.polygon.intersects(closed)
        ]
        joined = shapely.union_all([*polygons, closed.difference(shapely.union_all(others))])
    if not isinstance(joined, Polygon):
        raise InvalidInput(
            "The zones do not touch.", where="zone_ids", advice=f"Merge neighbours, at most {WALL_M} m apart."
        )
    return joined


def _parts(zone: Zone, line: LineString) -> tuple[Polygon, Polygon]:
    """The larger and the smaller part of a zone."""
    pieces = [piece for piece in split(zone.polygon, line).geoms if isinstance(piece, Polygon)]
    pieces.sort(key=lambda piece: -piece.area)
    if len(pieces) != 2 or pieces[1].area < LEAST_PART_M2:
        raise InvalidInput(
            f"The line divides the zone into {len([p for p in pieces if p.area >= LEAST_PART_M2])} parts.",
            where="line",
            advice="Draw it from one wall of the zone across to another, once.",
        )
    return pieces[0], pieces[1]


def _opening_after(opening: Opening, after: Callable[[UUID, Point], UUID]) -> Opening:
    middle = opening.line.interpolate(0.5, normalized=True)
    one, two = opening.zones
    return replace(
        opening, zones=(None if one is None else after(one, middle), None if two is None else after(two, middle))
    )


def _transition_after(transition: Transition, after: Callable[[UUID, Point], UUID]) -> Transition:
    vertices = shapely.get_coordinates(transition.geometry)
    lower, upper = transition.zones
    return replace(transition, zones=(after(lower, Point(vertices[0])), after(upper, Point(vertices[-1]))))


def _gaps(edit: SplitZone, kept: Zone, new: Zone) -> list[Opening]:
    """Where people walk from one part to the other: along all that the parts share."""
    shared = shapely.line_merge(kept.polygon.intersection(new.polygon))
    stretches = [part for part in shapely.get_parts(shared) if part.length >= LEAST_GAP_M]
    return [
        Opening(
            uuid5(edit.id, f"gap {number}"),
            kept.level_id,
            stretch,
            (kept.id, new.id),
            OpeningCategory.GAP,
            stretch.length,
        )
        for number, stretch in enumerate(stretches)
    ]
