"""An IFC model to a floorplan in drawing metres: spaces on their storeys, doors between them, stairs from one to the next."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID, uuid5

import numpy as np
import shapely

from geo_server.domain.errors import UnreadableFile
from geo_server.domain.findings import Finding
from geo_server.domain.frame import DrawingFrame
from geo_server.domain.places import Building, Floorplan, Level, Opening, OpeningCategory, Zone, ZoneCategory
from geo_server.ingest.codes import make_finding
from geo_server.ingest.dxf.profile import category_of
from geo_server.ingest.ifc.footprint import door_line, footprint
from geo_server.ingest.ifc.model import NAMESPACE, Entity, Model, storey_of
from geo_server.ingest.ifc.place import find_place
from geo_server.ingest.ifc.stairs import transitions_of
from geo_server.ingest.result import ImportResult, Scale
from geo_server.ingest.spaces.doors import doors_to_nowhere, open_door
from geo_server.ingest.spaces.gaps import find_gaps
from geo_server.ingest.spaces.index import LevelIndex, index_levels
from geo_server.ingest.spaces.outcome import cut_off, walls_around
from geo_server.ingest.spaces.overlaps import free_of_overlaps, named
from geo_server.ingest.spaces.values import Door, Space


def read_ifc(data: bytes, name: str) -> ImportResult:
    """The floorplan that an IFC model shows.

    Args:
        data: The model, as a STEP file.
        name: What to call it in refusals.

    Raises:
        Unavailable: ifcopenshell is not installed.
        UnreadableFile: It cannot be read, or has no space with a shape.
        TooLarge: More spaces than any building has.
    """
    model = Model(data, name)
    builder = _Builder(model)
    builder.read_spaces()
    if not builder.spaces:
        raise UnreadableFile(
            "The model has no IfcSpace with a shape.",
            where=name,
            advice="Place rooms in the model and export them as spaces (Revit: export rooms, areas and spaces).",
        )
    builder.read_openings()
    return builder.result()


def model_id(*parts: object) -> UUID:
    """The id of a thing made of what a model holds."""
    return uuid5(NAMESPACE, "/".join(str(part) for part in parts))


@dataclass
class _Builder:
    model: Model
    levels: dict[int, Level] = field(default_factory=dict)
    """By the number of the storey in the file."""
    spaces: list[Space] = field(default_factory=list)
    openings: list[Opening] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    indexes: Mapping[UUID, LevelIndex] = field(default_factory=dict)

    @cached_property
    def boundless(self) -> frozenset[int]:
        """Numbers of the spaces that no wall divides from a neighbour: they have a virtual boundary."""
        return frozenset(
            boundary.RelatingSpace.id()
            for boundary in self.model.all("IfcRelSpaceBoundary")
            if boundary.PhysicalOrVirtualBoundary == "VIRTUAL" and boundary.RelatingSpace is not None
        )

    def read_spaces(self) -> None:
        """Levels and the spaces on them."""
        on_storey: defaultdict[int, list[tuple[Entity, shapely.Polygon]]] = defaultdict(list)
        storeys: dict[int, Entity] = {}
        shapeless = 0
        for entity in self.model.all("IfcSpace"):
            storey, shape = storey_of(entity), self.model.shape(entity)
            if getattr(entity, "PredefinedType", None) == "GFA":
                continue
            floors = footprint(shape) if shape is not None else []
            if storey is None or not floors:
                shapeless += 1
                continue
            storeys[storey.id()] = storey
            on_storey[storey.id()] += [(entity, floor) for floor in floors]
        if shapeless:
            self.findings.append(make_finding("shape-missing", count=shapeless))
        self.levels = levels_of(self.model, storeys)
        for number, found in on_storey.items():
            level = self.levels[number]
            free, cut = free_of_overlaps(list(self._spaces(found, level)), level.ordinal)
            self.spaces += named(free)
            self.findings += cut
        self.indexes = index_levels(self.spaces, self.levels.values())

    def read_openings(self) -> None:
        """Doors, and virtual boundaries between spaces that no wall divides."""
        for entity in self.model.all("IfcDoor"):
            opening = self._door(entity)
            if opening is None:
                self.findings.append(make_finding("door-unplaced", handle=str(entity.GlobalId)))
            else:
                self.openings.append(opening)
        self.findings += doors_to_nowhere(self.openings, "Doors lead to where no space is, above or below ground.")
        gaps = [gap for index in self.indexes.values() for gap in find_gaps(index, self.openings, model_id)]
        if gaps:
            words = "Spaces that the model divides by a virtual boundary are open to each other."
            self.findings.append(make_finding("opening-assumed", words, count=len(gaps)))
        self.openings += gaps

    def result(self) -> ImportResult:
        """All of it, checked for ways out."""
        zones = tuple(space.zone for space in self.spaces)
        buildings = [
            Building(self.model.uuid(b), _text(b.LongName) or _text(b.Name) or "Building") for b in self._buildings()
        ]
        transitions, unjoined = transitions_of(self.model, list(self.levels.values()), self.spaces)
        plan = Floorplan(
            DrawingFrame(self.model.metres_per_unit),
            levels=tuple(sorted(self.levels.values(), key=lambda level: level.ordinal)),
            zones=zones,
            openings=tuple(self.openings),
            transitions=tuple(transitions),
            walls=tuple(walls_around(self.spaces, self.openings, model_id)),
            buildings=tuple(buildings),
        )
        bounds = shapely.total_bounds([zone.polygon for zone in zones]).tolist()
        ground, told = find_place(self.model, (bounds[0], bounds[1], bounds[2], bounds[3]))
        findings = [*self.findings, *unjoined, *told, *cut_off(plan, self.spaces, "No door at ground level leads out.")]
        totals = {kind: len(self.model.all(kind)) for kind in ("IfcSpace", "IfcDoor", "IfcStair", "IfcBuildingStorey")}
        totals |= {"zones": len(zones), "openings": len(self.openings), "transitions": len(transitions)}
        scale = Scale(self.model.metres_per_unit, 1.0, ("The model states its unit.",))
        return ImportResult(plan, tuple(findings), "ifc", scale, totals, ground)

    def _buildings(self) -> list[Entity]:
        """The building, when there is one; levels of several are not told apart."""
        buildings = self.model.all("IfcBuilding")
        return buildings if len(buildings) == 1 else []

    def _spaces(self, found: Sequence[tuple[Entity, shapely.Polygon]], level: Level) -> Iterator[Space]:
        taken: set[UUID] = set()
        boundless = self.boundless
        for entity, floor in found:
            own = self.model.uuid(entity)
            zone_id = own if own not in taken else model_id("zone", own, len(taken))
            taken.add(zone_id)
            name, title = _text(entity.Name), _text(entity.LongName)
            zone = Zone(zone_id, level.id, floor, name or title, _category(entity), title if name and title else None)
            yield Space(zone, str(entity.GlobalId), entity.id() in boundless)

    def _door(self, entity: Entity) -> Opening | None:
        storey, shape = storey_of(entity), self.model.shape(entity)
        level = self.levels.get(storey.id()) if storey is not None else None
        if shape is None or level is None or level.id not in self.indexes:
            return None
        width = float(entity.OverallWidth or 0.0) * self.model.metres_per_unit
        line = door_line(shape, width if 0.3 <= width <= 12 else None)
        if line is None:
            return None
        fire = _flag(entity, "FireExit")
        category = OpeningCategory.EMERGENCY_EXIT if fire else OpeningCategory.DOOR
        door = Door(str(entity.GlobalId), line, category, leads_out=True if fire else None)
        return open_door(door, self.indexes[level.id], self.model.uuid(entity))


def levels_of(model: Model, storeys: Mapping[int, Entity]) -> dict[int, Level]:
    """Storeys with spaces as levels, lowest first; that nearest to the height 0 is the level of the main entrance."""
    buildings = model.all("IfcBuilding")
    building_id = model.uuid(buildings[0]) if len(buildings) == 1 else None
    order = sorted(storeys.values(), key=lambda storey: (_height(storey), storey.id()))
    ground = min(range(len(order)), key=lambda index: abs(_height(order[index])), default=0)
    return {
        storey.id(): Level(
            model.uuid(storey), building_id, index - ground, _text(storey.Name) or f"Level {index - ground}"
        )
        for index, storey in enumerate(order)
    }


def _height(storey: Entity) -> float:
    height = storey.Elevation
    return float(height) if isinstance(height, int | float) and np.isfinite(height) else 0.0


def _category(entity: Entity) -> ZoneCategory:
    said = (_text(entity.LongName), _text(entity.ObjectType), _text(entity.Name))
    found = next((category for text in said if text and (category := category_of(text)) is not None), None)
    if found is not None:
        return found
    outside = {getattr(entity, "InteriorOrExteriorSpace", None), getattr(entity, "PredefinedType", None)}
    return ZoneCategory.OUTDOOR if "EXTERNAL" in outside else ZoneCategory.ROOM


def _flag(entity: Entity, key: str) -> bool:
    """A property of an element that is true, in any of its property sets."""
    for relation in getattr(entity, "IsDefinedBy", None) or ():
        definition = getattr(relation, "RelatingPropertyDefinition", None)
        for one in getattr(definition, "HasProperties", None) or ():
            value = getattr(one, "NominalValue", None)
            if one.Name == key and value is not None and value.wrappedValue is True:
                return True
    return False


def _text(value: object) -> str:
    """A text of one line; empty for what is none."""
    return " ".join("".join(c for c in value if c.isprintable()).split())[:200] if isinstance(value, str) else ""
