"""Floorplans for tests: one that a person can picture, and many that nobody would draw."""

import math
from itertools import permutations
from typing import TypeVar
from uuid import UUID, uuid5

from hypothesis import strategies as st
from shapely import LineString, MultiPolygon, Point, Polygon, box

from geo_server.domain.confidence import Confidence, Evidence, Reason, weigh
from geo_server.domain.frame import DrawingFrame, Frame, SiteFrame
from geo_server.domain.places import (
    AssemblyPoint,
    Asset,
    AssetCategory,
    Building,
    Floorplan,
    Level,
    Opening,
    OpeningCategory,
    Site,
    Transition,
    TransitionCategory,
    Wall,
    Zone,
    ZoneCategory,
)

T = TypeVar("T")
SPACE = UUID("a3b1f0de-6c54-4c7e-9f53-1f5a5e7b8c90")
DRESDEN = SiteFrame(13.7229, 51.0255)


def uid(name: str) -> UUID:
    return uuid5(SPACE, name)


def school(frame: Frame = DRESDEN) -> Floorplan:
    """Two rooms and a corridor on the ground floor, one room above, a stair, an exit, a yard's assembly point."""
    building = Building(uid("main"), "Main building")
    ground = Level(uid("ground"), building.id, 0, "Ground floor")
    upper = Level(uid("upper"), building.id, 1, "First floor")
    zones = (
        Zone(
            uid("101"),
            ground.id,
            box(0, 3, 8, 10),
            "101",
            ZoneCategory.ROOM,
            "Chemistry",
            lockable=True,
            capacity=30,
            confidence=weigh([Evidence(Reason.EDGE_DRAWN, 0.97), Evidence(Reason.NAMED)]),
        ),
        Zone(uid("102"), ground.id, box(8, 3, 16, 10), "102", ZoneCategory.ROOM, lockable=False),
        Zone(uid("corridor"), ground.id, box(0, 0, 16, 3), "Corridor", ZoneCategory.CORRIDOR),
        Zone(uid("201"), upper.id, box(0, 0, 16, 10), "201", ZoneCategory.ASSEMBLY),
    )
    openings = (
        Opening(uid("d1"), ground.id, LineString([(3, 3), (4, 3)]), (uid("101"), uid("corridor")), width_m=1.0),
        Opening(uid("d2"), ground.id, LineString([(10, 3), (11, 3)]), (uid("102"), uid("corridor")), width_m=1.0),
        Opening(
            uid("exit"),
            ground.id,
            LineString([(16, 1), (16, 2.2)]),
            (uid("corridor"), None),
            OpeningCategory.EMERGENCY_EXIT,
            1.2,
            exit=True,
            number="4",
        ),
    )
    return Floorplan(
        frame,
        levels=(ground, upper),
        zones=zones,
        openings=openings,
        transitions=(
            Transition(
                uid("stairs"),
                ground.id,
                LineString([(1, 1), (3, 1)]),
                (uid("corridor"), uid("201")),
                TransitionCategory.STAIRS,
                5.2,
                riser_m=0.17,
                tread_m=0.28,
            ),
        ),
        walls=(Wall(uid("w1"), ground.id, LineString([(0, 3), (3, 3)]), 0.2, transparent=True),),
        assets=(Asset(uid("aed"), ground.id, Point(12, 2.8), AssetCategory.AED, "AED by 102"),),
        assembly_points=(AssemblyPoint(uid("yard"), Point(40, 5), "North yard"),),
        buildings=(building,),
        site=Site(uid("site"), "school", "The School", DRESDEN, "Europe/Berlin"),
        outlines={ground.id: box(0, 0, 16, 10)},
    )


names = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cf")), min_size=1, max_size=20)
metres = st.floats(-2000, 2000).map(lambda v: round(v, 3))
amounts = st.floats(0, 1000).map(lambda v: round(v, 6))
optional_amounts = st.none() | amounts


@st.composite
def stars(draw: st.DrawFn) -> Polygon:
    """Concave polygons around a centre, some with a hole."""
    x, y = draw(metres), draw(metres)
    radii = draw(st.lists(st.floats(2, 20), min_size=3, max_size=12))
    turn = 2 * math.pi / len(radii)
    shell = [(x + r * math.cos(i * turn), y + r * math.sin(i * turn)) for i, r in enumerate(radii)]
    hole = [(x + 0.5 * math.cos(a), y + 0.5 * math.sin(a)) for a in (0, 2, 4)]
    return Polygon(shell, [hole] if draw(st.booleans()) else None)


@st.composite
def lines(draw: st.DrawFn) -> LineString:
    x, y = draw(metres), draw(metres)
    steps = draw(st.lists(st.tuples(st.floats(0.05, 5), st.floats(-5, 5)), min_size=1, max_size=4))
    points = [(x, y)]
    for dx, dy in steps:
        points.append((points[-1][0] + dx, points[-1][1] + dy))
    return LineString(points)


points = st.builds(Point, metres, metres)
evidence = st.builds(Evidence, st.sampled_from(Reason), st.none() | st.floats(0, 99).map(lambda v: round(v, 3)))
confidences = st.lists(evidence, max_size=6).map(weigh) | st.builds(Confidence, st.floats(0, 1))
frames = st.one_of(
    st.builds(SiteFrame, st.floats(-179, 179), st.floats(-80, 80)),
    st.builds(DrawingFrame, st.sampled_from([1.0, 0.01, 0.0254, 0.001, 0.3048])),
)


@st.composite
def openings(draw: st.DrawFn, ids: st.SearchStrategy[UUID], zones: list[Zone]) -> Opening:
    """From a zone to outside, or to another of its level."""
    zone = draw(st.sampled_from(zones))
    others = [other for other in zones if other.level_id == zone.level_id and other.id != zone.id]
    other = draw(st.sampled_from([None, *others]))
    leads_out = other is None or ZoneCategory.OUTDOOR in (zone.category, other.category)
    return Opening(
        draw(ids),
        zone.level_id,
        draw(lines()),
        (zone.id, other.id if other else None),
        draw(st.sampled_from(OpeningCategory)),
        draw(amounts),
        leads_out and draw(st.booleans()),
        draw(st.none() | names),
        draw(amounts),
    )


@st.composite
def transitions(draw: st.DrawFn, ids: st.SearchStrategy[UUID], ways_up: list[tuple[Zone, Zone]]) -> Transition:
    """From a zone to one that lies no lower."""
    low, high = draw(st.sampled_from(ways_up))
    return Transition(
        draw(ids),
        low.level_id,
        draw(lines() | points),
        (low.id, high.id),
        draw(st.sampled_from(TransitionCategory)),
        draw(amounts),
        draw(optional_amounts),
        draw(optional_amounts),
        draw(st.booleans()),
    )


@st.composite
def floorplans(draw: st.DrawFn) -> Floorplan:
    """Anything that the domain allows, ids and references sound."""
    frame = draw(frames)
    ids = _unique_ids()
    buildings = [Building(draw(ids), draw(names)) for _ in range(draw(st.integers(0, 3)))]
    building_ids = st.sampled_from([None, *(b.id for b in buildings)])
    shifts = st.just((0.0, 0.0)) | st.tuples(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4))
    levels = draw(
        st.lists(st.builds(Level, ids, building_ids, st.integers(-3, 9), names, shifts), min_size=1, max_size=4)
    )
    level_ids = st.sampled_from([level.id for level in levels])
    zones = draw(
        st.lists(
            st.builds(
                Zone,
                ids,
                level_ids,
                stars(),
                names,
                st.sampled_from(ZoneCategory),
                st.none() | names,
                st.none() | st.booleans(),
                st.none() | st.integers(0, 1000),
                st.none() | confidences,
            ),
            min_size=1,
            max_size=5,
        )
    )
    ordinals = {level.id: level.ordinal for level in levels}
    ways_up = [(low, high) for low, high in permutations(zones, 2) if ordinals[low.level_id] <= ordinals[high.level_id]]
    return Floorplan(
        frame,
        tuple(levels),
        tuple(zones),
        tuple(draw(_few(openings(ids, zones)))),
        tuple(draw(_few(transitions(ids, ways_up)))) if ways_up else (),
        tuple(draw(_few(st.builds(Wall, ids, level_ids, lines(), st.floats(0, 2), st.booleans())))),
        tuple(
            draw(_few(st.builds(Asset, ids, level_ids, points, st.sampled_from(AssetCategory), st.just("") | names)))
        ),
        tuple(draw(_few(st.builds(AssemblyPoint, ids, points, names)))),
        tuple(buildings),
        draw(_site(frame, ids)),
        {levels[0].id: draw(stars() | stars().map(lambda s: MultiPolygon([s])))} if draw(st.booleans()) else {},
    )


def _unique_ids() -> st.SearchStrategy[UUID]:
    seen: set[UUID] = set()

    def is_new(thing_id: UUID) -> bool:
        known = thing_id in seen
        seen.add(thing_id)
        return not known

    return st.uuids(version=4).filter(is_new)


def _few(things: st.SearchStrategy[T]) -> st.SearchStrategy[list[T]]:
    return st.lists(things, max_size=3)


def _site(frame: Frame, ids: st.SearchStrategy[UUID]) -> st.SearchStrategy[Site | None]:
    own = frame if isinstance(frame, SiteFrame) else DRESDEN
    slugs = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8})?", fullmatch=True)
    return st.none() | st.builds(Site, ids, slugs, names, st.just(own), st.sampled_from(["UTC", "America/New_York"]))
