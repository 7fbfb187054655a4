"""What a CAD program may do to a drawing without changing what it shows changes no zone and no opening."""

from collections.abc import Callable
from random import Random

import pytest
from ezdxf.document import Drawing as Document
from ezdxf.math import Matrix44

from geo_server.ingest.pipeline import read_plan
from tests.ingest.dxf.clutter import CLUTTER
from tests.ingest.dxf.floor import school_floor
from tests.ingest.dxf.styles import Style, as_bytes, draw

FLOOR = school_floor()


def exploded(document: Document) -> None:
    """Every block use dissolved, its parts on the layer that they are shown on, as by the command BURST."""
    space = document.modelspace()
    while uses := list(space.query("INSERT")):
        for use in uses:
            layer = use.dxf.layer
            for part in use.explode():
                if part.dxf.layer == "0":
                    part.dxf.layer = layer


def shuffled(document: Document) -> None:
    """Objects in another order."""
    space = document.modelspace()
    entities = list(space)
    Random(7).shuffle(entities)
    for entity in entities:
        space.unlink_entity(entity)
    for entity in entities:
        space.add_entity(entity)


def reversed_and_split(document: Document) -> None:
    """Lines from their end to their start, every second one in two pieces."""
    space = document.modelspace()
    for number, line in enumerate(list(space.query("LINE"))):
        start, end, layer = line.dxf.start, line.dxf.end, {"layer": line.dxf.layer}
        middle = start.lerp(end, 0.37)
        space.delete_entity(line)
        for a, b in ((end, start),) if number % 2 else ((end, middle), (middle, start)):
            space.add_line(a, b, dxfattribs=layer)


def moved(document: Document) -> None:
    """Everything far away."""
    for entity in document.modelspace():
        entity.transform(Matrix44.translate(700_000, 5_000_000, 0))


def shown(document: Document) -> tuple[dict[str, float], list[tuple[bool, float]]]:
    """Areas of zones by their names; of openings whether they lead out, and their widths."""
    plan = read_plan(as_bytes(document), "floor.dxf").floorplan
    ways = sorted((opening.exit, round(opening.width_m, 2)) for opening in plan.openings)
    return {zone.name: zone.polygon.area for zone in plan.zones}, ways


STYLES = (
    Style(doors="blocks", texts="attributes", windows="blocks", block="nested", clutter=("furniture",)),
    Style(walls="closed bodies", doors="blocks", layers="mute", clutter=("dimensions",)),
    Style(layers="zero", clutter=("axes",)),
)


@pytest.mark.parametrize("style", STYLES, ids=str)
@pytest.mark.parametrize("change", [exploded, shuffled, reversed_and_split, moved], ids=lambda f: f.__name__)
def test_what_looks_the_same_has_the_same_zones_and_openings(style: Style, change: Callable[[Document], None]) -> None:
    document = draw(FLOOR, style, CLUTTER)
    zones, ways = shown(document)
    assert sorted(zones) == sorted(FLOOR.rooms)
    change(document)
    zones_after, ways_after = shown(document)
    assert zones_after == pytest.approx(zones, rel=0.005)
    assert ways_after == ways
