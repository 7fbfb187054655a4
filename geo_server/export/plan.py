"""A plan as its JSON document: what ``geo-server plan`` prints and the API serves. See ``docs/formats/plan.md``.

Coordinates are lon, lat with 7 decimals when the floorplan is placed, else drawing metres with 3. Times are rounded to
milliseconds on the safe side: what people need upwards, what they have left downwards.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

import numpy as np
import orjson
import shapely

from geo_server.domain.document import LONLAT_DECIMALS, METRES_DECIMALS
from geo_server.domain.entries import Entries
from geo_server.domain.frame import SiteFrame
from geo_server.domain.places import Floorplan
from geo_server.domain.routes import Destination, Egress, EvacuationPlan, Leg, Onward, ReachArea, Route, Vertex

Document = dict[str, Any]
Pairs = Mapping[Vertex, list[float]]
"""Coordinates by vertex. Routes share most of their vertices, and to convert all at once costs little more than one."""


def plan_document(plan: EvacuationPlan, floorplan: Floorplan) -> Document:
    """The plan document: plain JSON values.

    Args:
        plan: A plan that was made for this floorplan.
        floorplan: In site metres or drawing metres.
    """
    pairs = find_pairs((vertex for route in plan.routes for vertex in _vertices(route)), floorplan)
    return {
        "to": plan.to.value,
        **grounds_document(plan, floorplan),
        "reach": [_reach(area, floorplan) for area in plan.reach],
        "zones": [
            {
                **_zone(route, floorplan, plan.to, pairs),
                **_shares(route, plan),
                **_choices(route, floorplan, plan, pairs),
            }
            for route in plan.routes
        ],
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
    building = None if threat["ordinal"] is None else _building(UUID(threat["level_id"]), floorplan)
    return {**threat, "at": coordinate_pairs([threat["at"]], floorplan)[0], "building": building}


def _reach(area: ReachArea, floorplan: Floorplan) -> Document:
    frame = floorplan.frame
    geometry = frame.to_lonlat(area.area) if isinstance(frame, SiteFrame) else area.area
    # A grid would move shared borders apart; plain rounding keeps them together, and a map needs no more.
    rounded = shapely.transform(geometry, lambda xy: np.round(xy, _decimals(floorplan)))
    return {
        "ordinal": floorplan.ordinal(area.level_id),
        "building": _building(area.level_id, floorplan),
        "at_s": area.at_s,
        "geometry": orjson.loads(shapely.to_geojson(rounded)),
    }


def _vertices(route: Route) -> Iterator[Vertex]:
    """All places that a route names."""
    yield route.start
    if route.margin_at is not None:
        yield route.margin_at[0]
    onward = route.onward.legs if route.onward else ()
    refuge = route.refuge.legs if route.refuge else ()
    for legs in (route.legs, onward, refuge, *(choice.legs for choice in route.choices)):
        for leg in legs:
            yield from leg.coordinates


def _zone(route: Route, floorplan: Floorplan, to: Destination, pairs: Pairs) -> Document:
    ordinal = floorplan.ordinal(route.level_id)
    return {
        "zone_id": str(route.zone_id),
        "ordinal": ordinal,
        "building": _building(route.level_id, floorplan),
        "status": route.status.value,
        "advice": route.advice.value,
        **_end(route.exit_id, to),
        "distance_m": seconds_up(route.distance_m),
        "time_s": seconds_up(route.time_s),
        "margin_s": seconds_down(route.margin_s),
        "margin_at": _margin_at(route, floorplan, pairs),
        "latest_departure_s": seconds_down(route.latest_departure_s),
        "spread_s": seconds_up(route.spread_s),
        "start": [*pairs[route.start], ordinal],
        "legs": [leg_document(leg, floorplan, pairs) for leg in route.legs],
        "avoided": [
            {**_end(a.exit_id, to), "reason": a.reason, "seconds": seconds_up(a.seconds), "words": a.words}
            for a in route.avoided
        ],
        "alternatives": [
            {
                **_end(a.exit_id, to),
                "distance_m": seconds_up(a.distance_m),
                "time_s": seconds_up(a.time_s),
                "margin_s": seconds_down(a.margin_s),
            }
            for a in route.alternatives
        ],
        **({} if route.refuge is None else {"refuge": _refuge(route.refuge, floorplan, pairs)}),
        "onward": None if route.onward is None else _onward(route.onward, floorplan, pairs),
        "instructions": list(route.instructions),
        "radio": route.radio,
    }


def _refuge(route: Route, floorplan: Floorplan, pairs: Pairs) -> Document:
    return {
        "refuge_id": _text(route.exit_id),
        "status": route.status.value,
        "distance_m": seconds_up(route.distance_m),
        "time_s": seconds_up(route.time_s),
        "margin_s": seconds_down(route.margin_s),
        "latest_departure_s": seconds_down(route.latest_departure_s),
        "legs": [leg_document(leg, floorplan, pairs) for leg in route.legs],
        "instructions": list(route.instructions),
        "radio": route.radio,
    }


def _onward(onward: Onward, floorplan: Floorplan, pairs: Pairs) -> Document:
    return {
        "assembly_point_id": _text(onward.assembly_point_id),
        "distance_m": seconds_up(onward.distance_m),
        "time_s": seconds_up(onward.time_s),
        "margin_s": seconds_down(onward.margin_s),
        "latest_departure_s": seconds_down(onward.latest_departure_s),
        "legs": [leg_document(leg, floorplan, pairs) for leg in onward.legs],
        "avoided": [
            {
                "assembly_point_id": str(one.exit_id),
                "reason": one.reason,
                "seconds": seconds_up(one.seconds),
                "words": one.words,
            }
            for one in onward.avoided
        ],
        "words": onward.words,
    }


def _egress(egress: Egress, to: Destination) -> Document:
    return {
        "people": egress.people,
        "without_way": egress.without_way,
        "clearance_s": seconds_up(egress.clearance_s),
        "least_s": seconds_down(egress.least_s),
        "exits": [
            {
                **_end(load.exit_id, to),
                "people": load.people,
                "flow_pps": seconds_down(load.flow_pps),
                "clearance_s": seconds_up(load.clearance_s),
            }
            for load in egress.exits
        ],
    }


def _shares(route: Route, plan: EvacuationPlan) -> Document:
    """The ways of a zone's people, where they were counted."""
    if plan.egress is None:
        return {}
    shares = plan.egress.shares.get(route.zone_id, ())
    return {
        "queue_s": seconds_up(route.queue_s),
        "shares": [
            {
                **_end(share.exit_id, plan.to),
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


def _choices(route: Route, floorplan: Floorplan, plan: EvacuationPlan, pairs: Pairs) -> Document:
    """The ways to choose between, where they were asked for."""
    if "sight" not in plan.assumptions:
        return {}
    return {
        "exposure_s": seconds_up(route.exposure_s),
        "choices": [
            {
                "labels": [label.value for label in choice.labels],
                "safe": choice.safe,
                **_end(choice.exit_id, plan.to),
                "distance_m": seconds_up(choice.distance_m),
                "time_s": seconds_up(choice.time_s),
                "margin_s": seconds_down(choice.margin_s),
                "latest_departure_s": seconds_down(choice.latest_departure_s),
                "exposure_s": seconds_up(choice.exposure_s),
                "legs": [leg_document(leg, floorplan, pairs) for leg in choice.legs],
                "instructions": list(choice.instructions),
            }
            for choice in route.choices
        ],
    }


def _end(end_id: UUID | None, to: Destination) -> Document:
    """Where a way ends: an exit, an assembly point, or a zone to stay in."""
    if to is Destination.EXITS:
        return {"exit_id": _text(end_id)}
    if to is Destination.ASSEMBLY_POINTS:
        return {"exit_id": None, "assembly_point_id": _text(end_id)}
    return {"exit_id": None, "refuge_id": _text(end_id)}


def leg_document(leg: Leg, floorplan: Floorplan, pairs: Pairs) -> Document:
    """A leg as a plan has it; ``pairs`` knows its vertices."""
    return {
        "ordinal": floorplan.ordinal(leg.level_id),
        "building": _building(leg.level_id, floorplan),
        "coordinates": [pairs[vertex] for vertex in leg.coordinates],
        "arrive_s": [seconds_up(seconds) for seconds in leg.arrive_s],
        "opening_ids": [str(opening_id) for opening_id in leg.opening_ids],
        "transition_id": _text(leg.transition_id),
    }


def _margin_at(route: Route, floorplan: Floorplan, pairs: Pairs) -> Document | None:
    if route.margin_at is None:
        return None
    place, level_id = route.margin_at
    return {
        "at": pairs[place],
        "ordinal": floorplan.ordinal(level_id),
        "building": _building(level_id, floorplan),
    }


def find_pairs(vertices: Iterable[Vertex], floorplan: Floorplan) -> Pairs:
    """The coordinates of vertices, however often each comes up, as the document has them."""
    distinct = list(dict.fromkeys(vertices))
    return dict(zip(distinct, coordinate_pairs(distinct, floorplan), strict=True)) if distinct else {}


def coordinate_pairs(vertices: Iterable[Vertex], floorplan: Floorplan) -> list[list[float]]:
    """Coordinates as the document has them."""
    xy = np.asarray(list(vertices), dtype=np.float64)
    if isinstance(floorplan.frame, SiteFrame):
        xy = floorplan.frame.coordinates_to_lonlat(xy)
    pairs: list[list[float]] = np.round(xy, _decimals(floorplan)).tolist()
    return pairs


def _decimals(floorplan: Floorplan) -> int:
    return LONLAT_DECIMALS if floorplan.placed else METRES_DECIMALS


def _building(level_id: UUID, floorplan: Floorplan) -> str | None:
    """Name of a level's building, or None where no building is named."""
    building_id = floorplan.level_by_id[level_id].building_id
    building = floorplan.building_by_id.get(building_id) if building_id else None
    return building.name if building else None


def _text(thing_id: UUID | None) -> str | None:
    return None if thing_id is None else str(thing_id)


def seconds_up(value: float | None) -> float | None:
    """What people need, rounded to thousandths upwards."""
    return None if value is None else math.ceil(value * 1000 - 1e-6) / 1000


def seconds_down(value: float | None) -> float | None:
    """What people have left, rounded to thousandths downwards."""
    return None if value is None else math.floor(value * 1000 + 1e-6) / 1000
