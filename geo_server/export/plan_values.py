"""What plans and ways in have in common as JSON: coordinates, times, ids and legs. See ``export.plan`` for how they are rounded."""

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt

from geo_server.domain.document import LONLAT_DECIMALS, METRES_DECIMALS
from geo_server.domain.frame import SiteFrame
from geo_server.domain.places import Floorplan
from geo_server.domain.routes import Leg, Vertex

Document = dict[str, Any]
Pairs = Mapping[Vertex, list[float]]
"""Coordinates by vertex. Routes share most of their vertices, and to convert all at once costs little more than one."""


class Texts(dict[UUID | None, str | None]):
    """Ids as text, each made once: a plan names every exit many times."""

    def __missing__(self, thing_id: UUID | None) -> str | None:
        self[thing_id] = text = None if thing_id is None else str(thing_id)
        return text


def leg_documents(legs: Sequence[Leg], floorplan: Floorplan) -> list[Document]:
    """Some legs as a plan has them, in their order."""
    texts, found, first = Texts(), [], 0
    on_levels = {level.id: on_level(level.id, floorplan) for level in floorplan.levels}
    pairs = coordinate_pairs(chain.from_iterable(leg.coordinates for leg in legs), floorplan)
    arrive_s = _all_up(np.fromiter(chain.from_iterable(leg.arrive_s for leg in legs), np.float64))
    for leg in legs:
        end = first + len(leg.coordinates)
        found.append(
            {
                **on_levels[leg.level_id],
                "coordinates": pairs[first:end],
                "arrive_s": arrive_s[first:end],
                "opening_ids": [texts[opening_id] for opening_id in leg.opening_ids],
                "transition_id": texts[leg.transition_id],
            }
        )
        first = end
    return found


def find_pairs(vertices: Iterable[Vertex], floorplan: Floorplan) -> Pairs:
    """The coordinates of vertices, however often each comes up, as the document has them."""
    distinct = list(dict.fromkeys(vertices))
    return dict(zip(distinct, coordinate_pairs(distinct, floorplan), strict=True)) if distinct else {}


def coordinate_pairs(vertices: Iterable[Vertex], floorplan: Floorplan) -> list[list[float]]:
    """Coordinates as the document has them."""
    return convert(np.fromiter(chain.from_iterable(vertices), np.float64).reshape(-1, 2), floorplan)


def convert(xy: npt.NDArray[np.float64], floorplan: Floorplan) -> list[list[float]]:
    """:func:`coordinate_pairs` of an array, shape (n, 2)."""
    if isinstance(floorplan.frame, SiteFrame):
        xy = floorplan.frame.coordinates_to_lonlat(xy)
    pairs: list[list[float]] = np.round(xy, LONLAT_DECIMALS if floorplan.placed else METRES_DECIMALS).tolist()
    return pairs


def on_level(level_id: UUID, floorplan: Floorplan) -> Document:
    """Ordinal and building of a level."""
    return {"ordinal": floorplan.ordinal(level_id), "building": building_name(level_id, floorplan)}


def building_name(level_id: UUID, floorplan: Floorplan) -> str | None:
    """Name of a level's building, or None where no building is named."""
    building_id = floorplan.level_by_id[level_id].building_id
    building = floorplan.building_by_id.get(building_id) if building_id else None
    return building.name if building else None


def id_text(thing_id: UUID | None) -> str | None:
    """An id as text."""
    return None if thing_id is None else str(thing_id)


def seconds_up(value: float | None) -> float | None:
    """What people need, rounded to thousandths upwards."""
    return None if value is None else math.ceil(value * 1000 - 1e-6) / 1000


def _all_up(values: npt.NDArray[np.float64]) -> list[float]:
    """:func:`seconds_up` of many."""
    # Nothing is added but to what would be less than nothing, and reads so: -0.0.
    rounded: list[float] = (np.ceil(values * 1000 - 1e-6) / 1000 + 0.0).tolist()
    return rounded


def seconds_down(value: float | None) -> float | None:
    """What people have left, rounded to thousandths downwards."""
    return None if value is None else math.floor(value * 1000 + 1e-6) / 1000
