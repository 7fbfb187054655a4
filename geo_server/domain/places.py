"""A campus: site, buildings, levels, and what a level holds. One floorplan is the value that all engines share.

Geometry is in the metres of the floorplan's frame (see :mod:`geo_server.domain.frame`): site metres once placed,
drawing metres before. Longitude and latitude appear at the rim only.

Terminology:
    zone: the smallest walkable space that a plan gives: a room, a corridor, a stair flight, a yard.
    opening: a way between two zones of one level, or to outside.
    transition: stairs, a ramp or an elevator between zones of two levels.
    ordinal: order of a level in its building; 0 is the level of the main entrance. A half landing belongs to the
        level below it.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from uuid import UUID

from shapely import LineString, MultiPolygon, Point, Polygon

from geo_server.domain.confidence import Confidence
from geo_server.domain.frame import DrawingFrame, Frame, SiteFrame

LOWEST_ORDINAL = -50
HIGHEST_ORDINAL = 200
"""Ordinals that a level may have: no building reaches farther down or up."""


class ZoneCategory(StrEnum):
    """What a zone is for."""

    ROOM = "room"
    CORRIDOR = "corridor"
    STAIRS = "stairs"
    ELEVATOR = "elevator"
    RAMP = "ramp"
    RESTROOM = "restroom"
    ASSEMBLY = "assembly"
    SHELTER = "shelter"
    SERVICE = "service"
    OUTDOOR = "outdoor"
    UNSPECIFIED = "unspecified"


class OpeningCategory(StrEnum):
    """What fills an opening."""

    DOOR = "door"
    GAP = "gap"
    EMERGENCY_EXIT = "emergency_exit"


class TransitionCategory(StrEnum):
    """How two levels are joined."""

    STAIRS = "stairs"
    RAMP = "ramp"
    ELEVATOR = "elevator"


class AssetCategory(StrEnum):
    """Things that responders look for."""

    AED = "aed"
    EXTINGUISHER = "extinguisher"
    KEY_BOX = "key_box"
    TRAUMA_KIT = "trauma_kit"
    SHUT_OFF = "shut_off"
    PANEL = "panel"
    CALL_POINT = "call_point"
    DETECTOR = "detector"
    CAMERA = "camera"
    HYDRANT = "hydrant"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Site:
    """A campus.

    Args:
        slug: Its name in addresses: lower case letters, digits and hyphens.
        timezone: IANA name, for people only; all recorded times are UTC.
    """

    id: UUID
    slug: str
    name: str
    frame: SiteFrame
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Building:
    """A building of a site."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Level:
    """A storey of a building.

    Args:
        building_id: None in a drawing that names no building.
        ordinal: 0 = main entrance, 1 above, -1 below.
        shift_m: Drawing metres to add so that this level lies over the others of its building (several levels side by
            side in one drawing). Zero once placed.
    """

    id: UUID
    building_id: UUID | None
    ordinal: int
    name: str
    shift_m: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Zone:
    """A walkable space of one level. Zones of a level never overlap; they may share edges.

    Args:
        name: What the drawing or the sign says, such as ``114`` or ``Library``; never empty.
        alias: What people call it, when that differs.
        lockable: True, False, or None when nobody has said.
        capacity: People it may hold, or None.
        confidence: How sure its outline is and why, or None when nobody has weighed it.
    """

    id: UUID
    level_id: UUID
    polygon: Polygon
    name: str
    category: ZoneCategory = ZoneCategory.UNSPECIFIED
    alias: str | None = None
    lockable: bool | None = None
    capacity: int | None = None
    confidence: Confidence | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """A way through a wall of one level.

    Args:
        line: Across the wall: from jamb to jamb, its length is the clear width as drawn.
        zones: The zones on its two sides; None means outside.
        width_m: Clear width in metres.
        exit: It leads out of the building.
        number: Exterior door number, or None.
        lock_delay_s: Seconds that its rated lock holds a threat, 0 when unrated.
    """

    id: UUID
    level_id: UUID
    line: LineString
    zones: tuple[UUID | None, UUID | None]
    category: OpeningCategory = OpeningCategory.DOOR
    width_m: float = 0.9
    exit: bool = False
    number: str | None = None
    lock_delay_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Transition:
    """Stairs, a ramp or an elevator between a zone and a zone of a higher level.

    Args:
        level_id: The lower level.
        geometry: A point where both levels agree, or a line whose first vertex is the foot (in the lower level's
            coordinates) and whose last vertex is the head (in the upper level's).
        zones: Lower zone, upper zone.
        length_m: Metres walked, along the slope.
        riser_m: Height of a step, or None.
        tread_m: Depth of a step, or None.
    """

    id: UUID
    level_id: UUID
    geometry: LineString | Point
    zones: tuple[UUID, UUID]
    category: TransitionCategory
    length_m: float
    riser_m: float | None = None
    tread_m: float | None = None
    step_free: bool = False


@dataclass(frozen=True, slots=True)
class Wall:
    """A wall, for drawing and for lines of sight."""

    id: UUID
    level_id: UUID
    line: LineString
    thickness_m: float = 0.0
    transparent: bool = False


@dataclass(frozen=True, slots=True)
class Asset:
    """A thing that responders look for."""

    id: UUID
    level_id: UUID
    point: Point
    category: AssetCategory
    name: str = ""


@dataclass(frozen=True, slots=True)
class AssemblyPoint:
    """Where people gather outside."""

    id: UUID
    point: Point
    name: str


@dataclass(frozen=True)
class Floorplan:
    """Everything walkable of a site, a building or a drawing, with what stands in it.

    Args:
        frame: Frame of every coordinate in it.
        site: None for a drawing that belongs to no site yet.
    """

    frame: Frame
    levels: tuple[Level, ...] = ()
    zones: tuple[Zone, ...] = ()
    openings: tuple[Opening, ...] = ()
    transitions: tuple[Transition, ...] = ()
    walls: tuple[Wall, ...] = ()
    assets: tuple[Asset, ...] = ()
    assembly_points: tuple[AssemblyPoint, ...] = ()
    buildings: tuple[Building, ...] = ()
    site: Site | None = None
    outlines: dict[UUID, Polygon | MultiPolygon] = field(default_factory=dict)
    """Footprint of a level by level id, where one is known."""

    @property
    def placed(self) -> bool:
        """Whether coordinates are site metres."""
        return not isinstance(self.frame, DrawingFrame)

    @cached_property
    def level_by_id(self) -> dict[UUID, Level]:
        """Levels by id."""
        return {level.id: level for level in self.levels}

    @cached_property
    def zone_by_id(self) -> dict[UUID, Zone]:
        """Zones by id."""
        return {zone.id: zone for zone in self.zones}

    @cached_property
    def opening_by_id(self) -> dict[UUID, Opening]:
        """Openings by id."""
        return {opening.id: opening for opening in self.openings}

    @cached_property
    def transition_by_id(self) -> dict[UUID, Transition]:
        """Transitions by id."""
        return {transition.id: transition for transition in self.transitions}

    @cached_property
    def assembly_point_by_id(self) -> dict[UUID, AssemblyPoint]:
        """Assembly points by id."""
        return {point.id: point for point in self.assembly_points}

    @cached_property
    def building_by_id(self) -> dict[UUID, Building]:
        """Buildings by id."""
        return {building.id: building for building in self.buildings}

    def ordinal(self, level_id: UUID) -> int:
        """Ordinal of a level."""
        return self.level_by_id[level_id].ordinal

    def levels_up(self, lower_id: UUID, upper_id: UUID) -> int | None:
        """How many levels one zone lies above another; None between buildings, whose ordinals say nothing of each other's height."""
        lower, upper = (self.level_by_id[self.zone_by_id[zone_id].level_id] for zone_id in (lower_id, upper_id))
        return upper.ordinal - lower.ordinal if lower.building_id == upper.building_id else None

    def is_indoors(self, zone_id: UUID | None) -> bool:
        """Whether what lies on a side of an opening is indoors: no yard, and not outside (None)."""
        return zone_id is not None and self.zone_by_id[zone_id].category is not ZoneCategory.OUTDOOR

    def can_be_closed(self, subject_id: UUID) -> bool:
        """Whether an id is that of an opening, a transition, a zone or an assembly point of this floorplan."""
        known = (self.opening_by_id, self.transition_by_id, self.zone_by_id, self.assembly_point_by_id)
        return any(subject_id in things for things in known)

    def levels_at(self, ordinal: int) -> tuple[Level, ...]:
        """The levels with an ordinal: one for each building that reaches it."""
        return tuple(level for level in self.levels if level.ordinal == ordinal)
