"""Floors of other shapes, drawn in ways in which a mistake showed once: the same rooms, doors and ways out, nothing else."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.ingest.dxf.floor import Floor, school_floor
from tests.ingest.dxf.floors import house, ring_floor, round_floor, wing_floor, yard_floor
from tests.ingest.dxf.styles import Style
from tests.ingest.dxf.test_styles import ALL_RIGHT, outcome_of

FLOORS = {
    "school": school_floor(),
    "round": round_floor(),
    "wing": wing_floor(),
    "yard": yard_floor(),
    "house": house(),
    "ring": ring_floor(),
}
FAR45: dict[str, Any] = {
    "turn_deg": 45.0,
    "shift": (645_000.0, 5_125_000.0),
    "unit": "mm",
    "clutter": ("axes", "dimensions"),
}
FAR: dict[str, Any] = {"turn_deg": 17.0, "shift": (645_000.0, 5_125_000.0), "unit": "cm", "header": ""}


def every(*names: str, **style: Any) -> Iterator[object]:
    """One style for each of some floors."""
    for name in names or FLOORS:
        made = Style(**style)
        yield pytest.param(FLOORS[name], made, id=f"{name}: {made}")


STYLES = [
    *(
        param
        for walls in ("open double lines", "multilines", "wide polylines")
        for param in every("round", walls=walls)
    ),
    *every("round", doors="none"),
    *every("round", doors="sliding"),
    *every("wing", "house"),
    *every("wing", doors="blocks", texts="mtext", block="mirrored"),
    *every("wing", "house", walls="hatches", unit="mm", header="in"),
    *every("school", "house", layers="joinery"),
    *every("yard", layers="joinery", walls="hatches", doors="thick leaf", clutter=("furniture",), **FAR),
    *every("yard", layers="mute", walls="wide polylines", doors="thick leaf", clutter=("furniture",), **FAR),
    *every("yard", layers="pens", doors="spline"),
    *every("yard", layers="hungarian", windows="blocks"),
    *every("school", "house", layers="zero", walls="blocks"),
    *every("wing", doors="none"),
    *every("school", "wing", layers="zero", clutter=("lockers",)),
    *every("school", "yard", layers="zero", clutter=("leaders",)),
    *every("round", "house", layers="zero", clutter=("site edges",)),
    *every("ring", texts="none"),
    *every("ring", texts="none", layers="zero", clutter=("site edges",)),
    *every("wing", layers="zero", texts="boxed"),
    *every("wing", layers="zero", clutter=("furniture",)),
    *every("school", layers="joinery", texts="boxed", walls="single lines"),
    *every(
        "school", walls="open double lines", doors="spline", texts="attributes", layers="zero", block="doors", **FAR45
    ),
]


@pytest.mark.parametrize(("floor", "style"), STYLES)
def test_floors_of_other_shapes_have_the_same_rooms_and_doors(floor: Floor, style: Style) -> None:
    assert outcome_of(style, floor) == ALL_RIGHT
