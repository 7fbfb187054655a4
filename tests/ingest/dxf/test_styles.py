"""The same floor drawn in many ways, alone and together: each time the same rooms, doors and ways out, and nothing else."""

from random import Random

import pytest

from geo_server.ingest.pipeline import ImportResult, read_plan
from tests.ingest.dxf.clutter import CLUTTER
from tests.ingest.dxf.door_pens import DOORS
from tests.ingest.dxf.floor import Floor, school_floor
from tests.ingest.dxf.pens import TEXTS, WALLS, WINDOWS
from tests.ingest.dxf.styles import LAYERS, UNITS, Style, as_bytes, draw
from tests.ingest.dxf.truth import Outcome, compare

FLOOR = school_floor()
ALL_RIGHT = Outcome((), (), (), 0, 0, unit=True)
SPEAKING = ("named", "german")
AMBIGUOUS = {"none", "thresholds", "sliding"}
"""Doors that gaps of windows cannot be told from, when nothing is drawn in them either or no layer tells."""

SINGLE = [
    *(Style(walls=walls) for walls in WALLS),
    *(Style(doors=doors) for doors in DOORS),
    *(Style(windows=windows) for windows in WINDOWS),
    *(Style(texts=texts) for texts in TEXTS),
    *(Style(layers=layers) for layers in LAYERS if layers != "zero"),
    *(Style(clutter=(clutter,)) for clutter in CLUTTER),
    *(Style(unit=unit, header=header) for unit in UNITS for header in ("", "mm")),
    *(Style(turn_deg=angle) for angle in (17, 45, 90)),
    *(Style(block=block) for block in ("walls", "doors", "nested", "mirrored")),
    Style(shift=(645_000.0, 5_125_000.0), unit="mm", header="mm"),
]
ONE_LAYER = [
    *(Style(layers="zero", walls=walls) for walls in WALLS),
    *(Style(layers="zero", doors=doors) for doors in DOORS if doors not in AMBIGUOUS - {"none"}),
    *(Style(layers="zero", clutter=(clutter,)) for clutter in CLUTTER),
    Style(layers="zero", turn_deg=17, unit="mm", header="", block="nested"),
]


def outcome_of(style: Style, floor: Floor = FLOOR) -> Outcome:
    return compare(read_style(style, floor), floor, style, named=style.texts != "none")


def read_style(style: Style, floor: Floor = FLOOR) -> ImportResult:
    return read_plan(as_bytes(draw(floor, style, CLUTTER)), "floor.dxf")


def dice(seed: int, layers: tuple[str, ...]) -> Style:
    """A style of many properties at once, by a seed."""
    draw_lot = Random(seed).choice
    windows = draw_lot(list(WINDOWS))
    speaking = layers == SPEAKING and windows != "none"
    doors = draw_lot([d for d in DOORS if speaking or d not in AMBIGUOUS])
    return Style(
        walls=draw_lot(list(WALLS)),
        doors=doors,
        windows=windows,
        texts=draw_lot(list(TEXTS)),
        layers=draw_lot(layers),
        unit=(unit := draw_lot(list(UNITS))),
        header=draw_lot(["", unit, draw_lot(list(UNITS))]),
        turn_deg=draw_lot([0, 0, 90, 17, 45, -30]),
        shift=draw_lot([(0.0, 0.0), (0.0, 0.0), (645_000.0, 5_125_000.0)]),
        block=draw_lot(["", "walls", "doors", "nested", "mirrored"]),
        clutter=tuple(sorted({draw_lot(sorted(CLUTTER)) for _ in range(draw_lot([0, 1, 2, 3]))})),
    )


@pytest.mark.parametrize("style", SINGLE, ids=str)
def test_one_property_of_drawing_changes_no_room_and_no_door(style: Style) -> None:
    assert outcome_of(style) == ALL_RIGHT


@pytest.mark.parametrize("style", ONE_LAYER, ids=str)
def test_a_floor_on_one_layer_has_the_same_rooms_and_doors(style: Style) -> None:
    assert outcome_of(style) == ALL_RIGHT


@pytest.mark.parametrize("seed", range(25))
def test_properties_together_change_no_room_and_no_door(seed: int) -> None:
    style = dice(seed, SPEAKING)
    assert outcome_of(style) == ALL_RIGHT, style
