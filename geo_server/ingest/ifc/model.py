"""A building model as ifcopenshell gives it: opened, its storeys in order, and shapes as triangles in metres.

Source: ISO 16739-1 (IFC 4.3), *IfcSpace*, *IfcDoor*, *IfcBuildingStorey*, *IfcStair*; IFC 2x3 agrees in all that is used.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import Any
from uuid import UUID, uuid5

import numpy as np
import numpy.typing as npt

from geo_server.domain.errors import TooLarge, Unavailable, UnreadableFile

NAMESPACE = UUID("a2c1f2f7-1d4e-5d3a-9f37-6a2f6a8f1c55")
MOST_SPACES = 20_000
_MAGIC = b"ISO-10303-21;"

Entity = Any
"""An instance of a model. Its class decides at run time what can be asked of it."""
Triangles = npt.NDArray[np.float64]
"""Shape (n, 3, 3): corners of triangles, x, y, z in metres."""


def is_ifc(data: bytes) -> bool:
    """Whether the bytes are a STEP file, as IFC models are."""
    return data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip().startswith(_MAGIC)


@dataclass(frozen=True, slots=True)
class Shape:
    """The shape of an element.

    Args:
        triangles: In the model's world axes.
        along: Direction of the element's own x axis in the plane, shape (2,), not of unit length when it is tilted.
    """

    triangles: Triangles
    along: npt.NDArray[np.float64]

    @property
    def points(self) -> npt.NDArray[np.float64]:
        """All corners, shape (n, 3)."""
        return self.triangles.reshape(-1, 3)


class Model:
    """An opened model.

    Args:
        data: The file.
        name: What to call it in refusals.

    Raises:
        Unavailable: ifcopenshell is not installed.
        UnreadableFile: It cannot be read.
        TooLarge: More spaces than any building has.
    """

    def __init__(self, data: bytes, name: str) -> None:
        try:
            self._lib: Any = import_module("ifcopenshell")
            self._geom: Any = import_module("ifcopenshell.geom")
            self._units: Any = import_module("ifcopenshell.util.unit")
        except ImportError:
            raise Unavailable(
                "IFC models cannot be read, because ifcopenshell is not installed.",
                where=name,
                advice="Install it: pip install 'geo-server[ifc]'. Or export the plans as DXF.",
            ) from None
        try:
            self._file = self._lib.file.from_string(_text(data))
        except MemoryError:
            raise
        except Exception as fault:  # noqa: BLE001 - a damaged model makes the parser raise nearly anything
            words = " ".join(str(fault).split()).rstrip(".")[:160] or type(fault).__name__
            raise UnreadableFile(
                f"The IFC model cannot be read: {words}.", where=name, advice="Export it again as IFC 4 or IFC 2x3."
            ) from None
        count = len(self.all("IfcSpace"))
        if count > MOST_SPACES:
            raise TooLarge(f"The model has {count:,} spaces.", where=name, advice="Export one building alone.")
        self._settings = self._geom.settings()

    def all(self, kind: str) -> list[Entity]:
        """All instances of a class; empty when the schema does not have it."""
        try:
            return list(self._file.by_type(kind))
        except RuntimeError:
            return []

    @cached_property
    def metres_per_unit(self) -> float:
        """Length of the model's unit in metres; 1 when it states none."""
        try:
            scale = float(self._units.calculate_unit_scale(self._file))
        except (AttributeError, TypeError, ValueError, IndexError, KeyError, RuntimeError):
            return 1.0
        return scale if np.isfinite(scale) and 1e-6 < scale < 1e4 else 1.0

    def shape(self, element: Entity) -> Shape | None:
        """The shape of an element; None when it has none that can be made, or one that is not finite."""
        try:
            made = self._geom.create_shape(self._settings, element)
            corners = np.asarray(made.geometry.verts, dtype=np.float64).reshape(-1, 3)
            faces = np.asarray(made.geometry.faces, dtype=np.int64).reshape(-1, 3)
            matrix = np.asarray(made.transformation.matrix, dtype=np.float64).reshape(4, 4).T
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001 - a contradictory shape makes the kernel raise nearly anything
            return None
        world = corners @ matrix[:3, :3].T + matrix[:3, 3]
        if len(faces) == 0 or not np.isfinite(world).all():
            return None
        return Shape(world[faces], matrix[:2, 0])

    def uuid(self, element: Entity) -> UUID:
        """The id that an element has in its model."""
        try:
            return UUID(self._lib.guid.expand(element.GlobalId))
        except (AttributeError, TypeError, ValueError, IndexError, KeyError):
            return uuid5(NAMESPACE, str(element.id()))


def storey_of(element: Entity) -> Entity | None:
    """The storey that an element is contained in, or that a space is part of."""
    for _ in range(8):
        above = next(_wholes(element), None)
        if above is None or above.is_a("IfcBuildingStorey"):
            return above
        element = above
    return None


def _wholes(element: Entity) -> Iterator[Entity]:
    for relation in getattr(element, "ContainedInStructure", None) or ():
        yield relation.RelatingStructure
    for relation in getattr(element, "Decomposes", None) or ():
        yield relation.RelatingObject


def _text(data: bytes) -> str:
    """A STEP file is ASCII by its rules, UTF-8 or Latin-1 in practice."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")
