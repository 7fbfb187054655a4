"""A plan as its JSON document: what ``geo-server plan`` prints and the API serves. See ``docs/formats/plan.md``.

Coordinates are lon, lat with 7 decimals when the floorplan is placed, else drawing metres with 3. Times are rounded to
milliseconds on the safe side: what people need upwards, what they have left downwards.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any
from uuid import UUID

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon

from geo_server.domain.entries import Entries
from geo_server.domain.places import Floorplan
from geo_server.domain.routes import Choice, Destination, Egress, EvacuationPlan, Onward, ReachArea, Route, Vertex
from geo_server.export.plan_values import (
    Document,
    Texts,
    building_name,
    convert,
    coordinate_pairs,
    find_pairs,
    id_text,
    leg_documents,
    on_level,
    seconds_down,
    seconds_up,
)


def plan_document(plan: EvacuationPlan, floorplan: Floorplan) -> Document:
    """The plan document: plain JSON values.

    Args:
        plan: A plan that was made for this floorplan.
        floorplan: In site metres or drawing metres.
    """
    return {**ways_document(plan, floorplan), "reach": reach_document(plan.reach, floorplan)}


def ways_document(plan: EvacuationPlan, floorplan: Floorplan) -> Document:
    """:func:`plan_document` without ``reach``."""
    writer = _Writer(floorplan, plan)
    return {
        "to": plan.to.value,
        **grounds_document(plan, floorplan),
        "zones": [writer.zone(route) for route in plan.routes],
        **({} if plan.egress is None else {"egress": _egress(plan.egress, plan.to)}),
    }


def grounds_document(answer: EvacuationPlan | Entries, floorplan: Floorplan) -> Document:
    """What an answer rests on: its moment, guarantee, assumptions and threats."""
    stated = dict(answer.assumptions)
    threats: Any = stated.pop("threats", [])
    guarantee = stated.pop("guarantee", {})
    return {
        "made_for_at": answer.made_for_at.isoformat().replace("+00:00", "Z"),
        "parameters_hash": answer.parameters_hash,
        "guarantee": guarantee,
        "assumptions": stated,
        "threats": [_threat(threat, floorplan) for threat in threats],
    }


def _threat(threat: Mapping[str, Any], floorplan: Floorplan) -> Document:
    building = None if threat["ordinal"] is None else building_name(UUID(threat["level_id"]), floorplan)
    drawn = {"polygon": coordinate_pairs(threat["polygon"], floorplan)} if "polygon" in threat else {}
    return {**threat, "at": coordinate_pairs([threat["at"]], floorplan)[0], **drawn, "building": building}


def reach_document(areas: Sequence[ReachArea], floorplan: Floorplan) -> list[Document]:
    """Areas where threats can be, as the member ``reach`` of a plan document.

    Args:
        areas: Made for this floorplan.
        floorplan: In site metres or drawing metres.
    """
    # An area that has all of a level is the same at every later moment.
    shapes = list({id(area.area): area.area for area in areas}.values())
    drawn = dict(zip(map(id, shapes), _geometries(shapes, floorplan), strict=True))
    return [
        {**on_level(area.level_id, floorplan), "at_s": area.at_s, "geometry": drawn[id(area.area)]} for area in areas
    ]


def _geometries(shapes: Sequence[Polygon | MultiPolygon], floorplan: Floorplan) -> Iterator[Document]:
    """Some shapes, not empty, as GeoJSON. Each vertex is rounded by itself: on a grid shared borders would move apart."""
    if not shapes:
        return
    parts, owners = shapely.get_parts(shapes, return_index=True)
    _, xy, (ring_ends, part_ends) = shapely.to_ragged_array(parts)
    pairs = convert(xy, floorplan)
    rings = [pairs[begin:end] for begin, end in pairwise(ring_ends.tolist())]
    polygons = [rings[begin:end] for begin, end in pairwise(part_ends.tolist())]
    ends = np.cumsum(np.bincount(owners, minlength=len(shapes))).tolist()
    for shape, begin, end in zip(shapes, [0, *ends], ends, strict=False):
        single = isinstance(shape, Polygon)
        yield {"type": shape.geom_type, "coordinates": polygons[begin] if single else polygons[begin:end]}


class _Ends(dict[UUID | None, Document]):
    """Where ways end, each made once: a plan names every exit many times."""

    def __init__(self, to: Destination) -> None:
        super().__init__()
        self._to = to

    def __missing__(self, end_id: UUID | None) -> Document:
        self[end_id] = end = _end(end_id, self._to)
        return end


class _Writer:
    """Writes the routes of a plan. What they have many of is converted all at once.

    Args:
        floorplan: In site metres or drawing metres.
        plan: Of this floorplan.
    """

    def __init__(self, floorplan: Floorplan, plan: EvacuationPlan) -> None:
        self._floorplan = floorplan
        self._plan = plan
        self._ids = Texts()
        self._ends = _Ends(plan.to)
        self._levels = {
            level.id: {"ordinal": level.ordinal, "building": building_name(level.id, floorplan)}
            for level in floorplan.levels
        }
        self._pairs = find_pairs((place for route in plan.routes for place in _places(route)), floorplan)
        legs = [leg for route in plan.routes for way in _ways(route) for leg in way.legs]
        self._legs = dict(zip(map(id, legs), leg_documents(legs, floorplan), strict=True))

    def zone(self, route: Route) -> Document:
        """The route of a zone."""
        level = self._levels[route.level_id]
        return {
            "zone_id": str(route.zone_id),
            **level,
            "status": route.status.value,
            "advice": route.advice.value,
            **self._ends[route.exit_id],
            "distance_m": seconds_up(route.distance_m),
            "time_s": seconds_up(route.time_s),
            "margin_s": seconds_down(route.margin_s),
            "margin_at": self._margin_at(route),
            "latest_departure_s": seconds_down(route.latest_departure_s),
            "spread_s": seconds_up(route.spread_s),
            "start": [*self._pairs[route.start], level["ordinal"]],
            "legs": [self._legs[id(leg)] for leg in route.legs],
            "avoided": [
                {
                    **self._ends[one.exit_id],
                    "reason": one.reason,
                    "seconds": seconds_up(one.seconds),
                    "words": one.words,
                }
                for one in route.avoided
            ],
            "alternatives": [
                {
                    **self._ends[other.exit_id],
                    "distance_m": seconds_up(other.distance_m),
                    "time_s": seconds_up(other.time_s),
                    "margin_s": seconds_down(other.margin_s),
                }
                for other in route.alternatives
            ],
            **({} if route.refuge is None else {"refuge": self._refuge(route.refuge)}),
            "onward": None if route.onward is None else self._onward(route.onward),
            "instructions": list(route.instructions),
            "radio": route.radio,
            **self._shares(route),
            **self._choices(route),
        }

    def _refuge(self, route: Route) -> Document:
        return {
            "refuge_id": self._ids[route.exit_id],
            "status": route.status.value,
            "distance_m": seconds_up(route.distance_m),
            "time_s": seconds_up(route.time_s),
            "margin_s": seconds_down(route.margin_s),
            "latest_departure_s": seconds_down(route.latest_departure_s),
            "legs": [self._legs[id(leg)] for leg in route.legs],
            "instructions": list(route.instructions),
            "radio": route.radio,
        }

    def _onward(self, onward: Onward) -> Document:
        return {
            "assembly_point_id": self._ids[onward.assembly_point_id],
            "distance_m": seconds_up(onward.distance_m),
            "time_s": seconds_up(onward.time_s),
            "margin_s": seconds_down(onward.margin_s),
            "latest_departure_s": seconds_down(onward.latest_departure_s),
            "legs": [self._legs[id(leg)] for leg in onward.legs],
            "avoided": [
                {
                    "assembly_point_id": self._ids[one.exit_id],
                    "reason": one.reason,
                    "seconds": seconds_up(one.seconds),
                    "words": one.words,
                }
                for one in onward.avoided
            ],
            "words": onward.words,
        }

    def _shares(self, route: Route) -> Document:
        """The ways of a zone's people, where they were counted."""
        if self._plan.egress is None:
            return {}
        shares = self._plan.egress.shares.get(route.zone_id, ())
        return {
            "queue_s": seconds_up(route.queue_s),
            "shares": [
                {
                    **self._ends[share.exit_id],
                    "people": share.people,
                    "distance_m": seconds_up(share.distance_m),
                    "time_s": seconds_up(share.time_s),
                    "queue_s": seconds_up(share.queue_s),
                    "margin_s": seconds_down(share.margin_s),
                    "status": share.status.value,
                }
                for share in shares
            ],
        }

    def _choices(self, route: Route) -> Document:
        """The ways to choose between, where they were asked for."""
        if "sight" not in self._plan.assumptions:
            return {}
        return {
            "exposure_s": seconds_up(route.exposure_s),
            "choices": [
                {
                    "labels": [label.value for label in choice.labels],
                    "safe": choice.safe,
                    **self._ends[choice.exit_id],
                    "distance_m": seconds_up(choice.distance_m),
                    "time_s": seconds_up(choice.time_s),
                    "margin_s": seconds_down(choice.margin_s),
                    "latest_departure_s": seconds_down(choice.latest_departure_s),
                    "exposure_s": seconds_up(choice.exposure_s),
                    "legs": [self._legs[id(leg)] for leg in choice.legs],
                    "instructions": list(choice.instructions),
                }
                for choice in route.choices
            ],
        }

    def _margin_at(self, route: Route) -> Document | None:
        if route.margin_at is None:
            return None
        place, level_id = route.margin_at
        return {"at": self._pairs[place], **self._levels[level_id]}


def _ways(route: Route) -> Iterator[Route | Onward | Choice]:
    """All ways of a zone that are told with their legs."""
    yield route
    if route.onward is not None:
        yield route.onward
    if route.refuge is not None:
        yield route.refuge
    yield from route.choices


def _places(route: Route) -> Iterator[Vertex]:
    """Places that a route names one by one."""
    yield route.start
    if route.margin_at is not None:
        yield route.margin_at[0]


def _egress(egress: Egress, to: Destination) -> Document:
    return {
        "people": egress.people,
        "without_way": egress.without_way,
        "clearance_s": seconds_up(egress.clearance_s),
        "least_s": seconds_down(egress.least_s),
        "exits": [
            {
                **_end(load.exit_id, Destination.EXITS if load.flow_pps is not None else to),
                "people": load.people,
                "flow_pps": seconds_down(load.flow_pps),
                "clearance_s": seconds_up(load.clearance_s),
            }
            for load in egress.exits
        ],
    }


def _end(end_id: UUID | None, to: Destination) -> Document:
    """Where a way ends: an exit, an assembly point, or a zone to stay in."""
    text = id_text(end_id)
    if to is Destination.EXITS:
        return {"exit_id": text}
    if to is Destination.ASSEMBLY_POINTS:
        return {"exit_id": None, "assembly_point_id": text}
    return {"exit_id": None, "refuge_id": text}
