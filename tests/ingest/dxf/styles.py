"""Ways of drawing a floor: walls, doors, windows, texts, layers, placement and clutter, each a small function.

Everything is drawn in metres on layers that are named by what they hold; a style then renames the layers, puts parts
into blocks, and moves the whole by ezdxf's own transformations.
"""

import io
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ezdxf.document import Drawing as Document
from ezdxf.filemanagement import new
from ezdxf.math import Matrix44

from tests.ingest.dxf.door_pens import DOORS
from tests.ingest.dxf.floor import Floor
from tests.ingest.dxf.pens import TEXTS, WALLS, WINDOWS, Space

LAYERS: Mapping[str, Callable[[str], str]] = {
    "named": lambda layer: layer,
    "zero": lambda _: "0",
    "mute": lambda layer: "A" + str(sum(map(ord, layer)) % 97),
    "hungarian": lambda layer: {
        "A-WALL": "FAL", "A-DOOR": "AJTO", "A-GLAZ": "ABLAK", "A-AREA-IDEN": "FELIRAT", "A-FURN": "BUTOR",
        "A-FLOR-STRS": "LEPCSO", "A-GRID": "TENGELY", "A-ANNO-DIMS": "MERET",
    }.get(layer, layer),
    "german": lambda layer: {
        "A-WALL": "WÄNDE", "A-DOOR": "TÜREN", "A-GLAZ": "FENSTER", "A-AREA-IDEN": "RAUMSTEMPEL", "A-FURN": "MÖBEL",
        "A-FLOR-STRS": "TREPPE", "A-GRID": "ACHSEN", "A-ANNO-DIMS": "BEMASSUNG",
    }.get(layer, layer),
    "russian": lambda layer: {
        "A-WALL": "Стены", "A-DOOR": "Двери", "A-GLAZ": "Окна", "A-AREA-IDEN": "Номера помещений", "A-FURN": "Мебель",
        "A-FLOR-STRS": "Лестницы", "A-GRID": "Оси", "A-ANNO-DIMS": "Размеры",
    }.get(layer, layer),
    "japanese": lambda layer: {
        "A-WALL": "間仕切壁", "A-DOOR": "建具_ドア", "A-GLAZ": "建具_窓", "A-AREA-IDEN": "室名", "A-FURN": "家具",
        "A-FLOR-STRS": "階段", "A-GRID": "通り芯", "A-ANNO-DIMS": "寸法",
    }.get(layer, layer),
    "chinese": lambda layer: {
        "A-WALL": "墙体", "A-DOOR": "门", "A-GLAZ": "窗", "A-AREA-IDEN": "房间名称", "A-FURN": "家具",
        "A-FLOR-STRS": "楼梯", "A-GRID": "轴线", "A-ANNO-DIMS": "标注",
    }.get(layer, layer),
    "arabic": lambda layer: {
        "A-WALL": "جدران", "A-DOOR": "أبواب", "A-GLAZ": "نوافذ", "A-AREA-IDEN": "أسماء الغرف", "A-FURN": "أثاث",
        "A-FLOR-STRS": "درج", "A-GRID": "محاور", "A-ANNO-DIMS": "أبعاد",
    }.get(layer, layer),
    "joinery": lambda layer: {"A-WALL": "WALL", "A-DOOR": "WINDOW", "A-GLAZ": "WINDOW"}.get(layer, layer),
    "pens": lambda layer: {"A-WALL": "PEN_50", "A-AREA-IDEN": "PEN_18", "A-DOOR": "PEN_25", "A-GLAZ": "PEN_35"}.get(
        layer, "PEN_13"
    ),
}  # fmt: skip
"""What layers are called."""

UNITS = {"mm": (0.001, 4), "cm": (0.01, 5), "m": (1.0, 6), "in": (0.0254, 1), "ft": (0.3048, 2)}
"""Metres and header code of a unit."""


@dataclass(frozen=True)
class Style:
    """How a floor is drawn.

    Args:
        header: Name of the unit that the header tells, or empty for none.
        turn_deg: About the origin.
        shift: In metres.
        block: How walls and doors are put in blocks: "", "walls", "doors", "nested", "mirrored".
    """

    walls: str = "double lines"
    doors: str = "arc"
    windows: str = "lines"
    texts: str = "text"
    layers: str = "named"
    unit: str = "m"
    header: str = "m"
    turn_deg: float = 0.0
    shift: tuple[float, float] = (0.0, 0.0)
    block: str = ""
    clutter: tuple[str, ...] = ()

    def __str__(self) -> str:
        plain = Style()
        odd = [f"{k}={v}" for k, v in vars(self).items() if v != getattr(plain, k)]
        return ", ".join(odd) or "plain"

    @property
    def metres(self) -> float:
        """Length of its unit."""
        return UNITS[self.unit][0]

    @property
    def place(self) -> Matrix44:
        """Metres of the floor to drawing units."""
        size = 1 / self.metres
        turn = Matrix44.z_rotate(math.radians(self.turn_deg))
        return turn @ Matrix44.translate(*self.shift, 0) @ Matrix44.scale(size, size, size)


@dataclass
class Sheet:
    """A drawing that is being made."""

    floor: Floor
    style: Style
    document: Document = field(default_factory=lambda: new("R2010", setup=True))

    @property
    def space(self) -> Space:
        """Model space."""
        return self.document.modelspace()


def draw(floor: Floor, style: Style, extras: Mapping[str, Callable[[Floor, Space], None]] | None = None) -> Document:
    """A floor drawn in a style."""
    sheet = Sheet(floor, style)
    space = sheet.space
    windows = WINDOWS[style.windows]
    WALLS[style.walls](floor, space, style.windows != "over")
    DOORS[style.doors](floor, space)
    windows(floor, space)
    for a, b in floor.treads:
        space.add_line(a, b, dxfattribs={"layer": "A-FLOR-STRS"})
    TEXTS[style.texts](floor, space)
    for name in style.clutter:
        (extras or {})[name](floor, space)
    _into_blocks(sheet)
    for entity in list(space):
        entity.transform(style.place)
    _rename(sheet)
    sheet.document.header["$INSUNITS"] = UNITS[style.header][1] if style.header else 0
    return sheet.document


def _into_blocks(sheet: Sheet) -> None:
    """Move parts of model space into a block that is used once, turned, scaled or mirrored, and looks as before."""
    how = sheet.style.block
    if not how:
        return
    layers = {"walls": {"A-WALL"}, "doors": {"A-DOOR"}}.get(how, {"A-WALL", "A-DOOR", "A-GLAZ"})
    sign = -1.0 if how == "mirrored" else 1.0
    into = Matrix44.scale(0.5 * sign, 0.5, 0.5) @ Matrix44.z_rotate(0.4) @ Matrix44.translate(3, -2, 0)
    target = sheet.document.blocks.new("PART")
    for entity in [e for e in sheet.space if e.dxf.layer in layers]:
        sheet.space.unlink_entity(entity)
        target.add_entity(entity)
    back = into.copy()
    back.inverse()
    for entity in list(target):
        entity.transform(back)
    host: Space = sheet.space
    if how == "nested":
        host = sheet.document.blocks.new("OUTER")
    use = host.add_blockref("PART", (0, 0), dxfattribs={"layer": "0"})
    use.transform(into)
    if how == "nested":
        sheet.space.add_blockref("OUTER", (0, 0), dxfattribs={"layer": "0"})


def _rename(sheet: Sheet) -> None:
    name = LAYERS[sheet.style.layers]
    for entity in sheet.document.entitydb.values():
        if entity.dxf.is_supported("layer") and entity.dxf.hasattr("layer"):
            entity.dxf.layer = name(entity.dxf.layer)


def as_bytes(document: Document) -> bytes:
    """The file."""
    stream = io.StringIO()
    document.write(stream)
    return stream.getvalue().encode("utf-8")
