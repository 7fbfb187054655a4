"""The contents of a floorplan revision as rows, and rows as contents. Nothing here talks to the database.

Terminology:
    contents: the zones, openings, transitions, walls and assets of a revision.
    row: column values by name, without ``site_id`` and ``revision_id``, which are the same for all rows of a revision.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import RowMapping, Table

from geo_server.domain.confidence import Confidence, Evidence, Reason
from geo_server.domain.frame import SiteFrame
from geo_server.domain.places import (
    Asset,
    AssetCategory,
    Floorplan,
    Opening,
    OpeningCategory,
    Transition,
    TransitionCategory,
    Wall,
    Zone,
    ZoneCategory,
)
from geo_server.store.geometry import encode
from geo_server.store.tables import assets, openings, transitions, walls, zones

T = TypeVar("T", Zone, Opening, Transition, Wall, Asset)
Row = dict[str, Any]


@dataclass(frozen=True)
class Content(Generic[T]):
    """One kind of contents.

    Args:
        table: Where it is kept.
        listed: The things of this kind in a floorplan.
        to_row: A thing as a row.
        from_row: A row as a thing; the geometry is given in site metres.
    """

    table: Table
    listed: Callable[[Floorplan], tuple[T, ...]]
    to_row: Callable[[T, SiteFrame], Row]
    from_row: Callable[[RowMapping, Any], T]

    def rows(self, floorplan: Floorplan, frame: SiteFrame, level_ids: Mapping[UUID, UUID]) -> list[Row]:
        """All things of this kind as rows, on the levels that ``level_ids`` puts in place of the floorplan's own."""
        return [
            self.to_row(thing, frame) | {"id": thing.id, "level_id": level_ids[thing.level_id]}
            for thing in self.listed(floorplan)
        ]


def _zone_row(zone: Zone, frame: SiteFrame) -> Row:
    return {
        "name": zone.name,
        "alias": zone.alias,
        "category": zone.category.value,
        "lockable": zone.lockable,
        "capacity": zone.capacity,
        "area_m2": zone.polygon.area,
        **_confidence_columns(zone.confidence),
        "geom": encode(zone.polygon, frame),
    }


def _confidence_columns(confidence: Confidence | None) -> Row:
    if confidence is None:
        return {"confidence": None, "confidence_reasons": None}
    reasons = [{"code": one.reason.value, "measure": one.measure} for one in confidence.reasons]
    return {"confidence": confidence.value, "confidence_reasons": reasons}


def _confidence(row: RowMapping) -> Confidence | None:
    if row["confidence"] is None:
        return None
    reasons = (Evidence(Reason(one["code"]), one["measure"]) for one in row["confidence_reasons"])
    return Confidence(row["confidence"], tuple(reasons))


def _zone(row: RowMapping, geometry: Any) -> Zone:  # noqa: ANN401
    return Zone(
        id=row["id"],
        level_id=row["level_id"],
        polygon=geometry,
        name=row["name"],
        category=ZoneCategory(row["category"]),
        alias=row["alias"],
        lockable=row["lockable"],
        capacity=row["capacity"],
        confidence=_confidence(row),
    )


def _opening_row(opening: Opening, frame: SiteFrame) -> Row:
    return {
        "zone_a_id": opening.zones[0],
        "zone_b_id": opening.zones[1],
        "category": opening.category.value,
        "width_m": opening.width_m,
        "exit": opening.exit,
        "number": opening.number,
        "lock_delay_s": opening.lock_delay_s,
        "geom": encode(opening.line, frame),
    }


def _opening(row: RowMapping, geometry: Any) -> Opening:  # noqa: ANN401
    return Opening(
        id=row["id"],
        level_id=row["level_id"],
        line=geometry,
        zones=(row["zone_a_id"], row["zone_b_id"]),
        category=OpeningCategory(row["category"]),
        width_m=row["width_m"],
        exit=row["exit"],
        number=row["number"],
        lock_delay_s=row["lock_delay_s"],
    )


def _transition_row(transition: Transition, frame: SiteFrame) -> Row:
    return {
        "lower_zone_id": transition.zones[0],
        "upper_zone_id": transition.zones[1],
        "category": transition.category.value,
        "length_m": transition.length_m,
        "riser_m": transition.riser_m,
        "tread_m": transition.tread_m,
        "step_free": transition.step_free,
        "geom": encode(transition.geometry, frame),
    }


def _transition(row: RowMapping, geometry: Any) -> Transition:  # noqa: ANN401
    return Transition(
        id=row["id"],
        level_id=row["level_id"],
        geometry=geometry,
        zones=(row["lower_zone_id"], row["upper_zone_id"]),
        category=TransitionCategory(row["category"]),
        length_m=row["length_m"],
        riser_m=row["riser_m"],
        tread_m=row["tread_m"],
        step_free=row["step_free"],
    )


def _wall_row(wall: Wall, frame: SiteFrame) -> Row:
    return {"thickness_m": wall.thickness_m, "transparent": wall.transparent, "geom": encode(wall.line, frame)}


def _wall(row: RowMapping, geometry: Any) -> Wall:  # noqa: ANN401
    return Wall(row["id"], row["level_id"], geometry, row["thickness_m"], row["transparent"])


def _asset_row(asset: Asset, frame: SiteFrame) -> Row:
    return {"category": asset.category.value, "name": asset.name, "geom": encode(asset.point, frame)}


def _asset(row: RowMapping, geometry: Any) -> Asset:  # noqa: ANN401
    return Asset(row["id"], row["level_id"], geometry, AssetCategory(row["category"]), row["name"])


ZONES = Content(zones, lambda floorplan: floorplan.zones, _zone_row, _zone)
OPENINGS = Content(openings, lambda floorplan: floorplan.openings, _opening_row, _opening)
TRANSITIONS = Content(transitions, lambda floorplan: floorplan.transitions, _transition_row, _transition)
WALLS = Content(walls, lambda floorplan: floorplan.walls, _wall_row, _wall)
ASSETS = Content(assets, lambda floorplan: floorplan.assets, _asset_row, _asset)

CONTENTS: tuple[Content[Any], ...] = (ZONES, OPENINGS, TRANSITIONS, WALLS, ASSETS)
"""Zones first: openings and transitions refer to them."""
