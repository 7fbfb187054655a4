"""Block uses (INSERT): what they draw, where, how often, and how much of it shows."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from geo_server.ingest.dxf.affine import Affine
from geo_server.ingest.dxf.blocks import copies, true_name
from geo_server.ingest.dxf.clipping import Clip, clip_of
from geo_server.ingest.dxf.entities import Entity, SpacePoints
from geo_server.ingest.dxf.leaves import Leaf, read_leaf
from geo_server.ingest.dxf.setup import metres_of

_SCALED_BY = 0.01
"""A block use whose scale is nearer to 1 than this was not brought in from another unit."""


@dataclass(frozen=True)
class Use:
    """A block use, in the coordinates that it stands in.

    Args:
        key: Name that the block is kept under.
        name: Name that its author gave it.
        matrix: How its content is moved.
        base: The point of its content, shape (3,), that is put where the block use stands.
        grid: Shifts, each of shape (3,), of the cells that it repeats its content in; one that is zero as a rule.
        unit: Metres per unit that its scale speaks for, or None.
    """

    key: str
    name: str
    layer: str
    handle: str
    matrix: Affine
    base: SpacePoints
    grid: SpacePoints
    attributes: tuple[Leaf, ...]
    clip: Clip | None
    unit: float | None

    def spots(self) -> Iterator[tuple[Affine, Affine]]:
        """How content and attributes of each cell are moved."""
        for offset in self.grid:
            yield self.matrix.moved(offset), Affine(np.eye(3), offset)


def read_use(insert: Entity) -> Use:
    """The block use that an INSERT is; one that cannot be is nowhere (NaN)."""
    key = str(insert.dxf.get("name", ""))
    try:
        clip, matrix, base, grid = clip_of(insert), Affine.of(insert.matrix44()), _base(insert), _grid(insert)
        unit = _unit_spoken_for(insert)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - contradictory entity data makes ezdxf raise nearly anything
        nowhere = np.full(3, np.nan)
        clip, matrix, base, grid, unit = None, Affine(np.eye(3), nowhere), nowhere, np.zeros((1, 3)), None
    return Use(
        key,
        true_name(insert),
        str(insert.dxf.get("layer", "0")),
        str(insert.dxf.get("handle", "") or ""),
        matrix,
        base,
        grid,
        tuple(read_leaf(attribute) for attribute in insert.attribs if attribute.is_alive),
        clip,
        unit,
    )


def _base(insert: Entity) -> SpacePoints:
    block = insert.block()
    return np.array(tuple(block.base_point) if block is not None else (0.0, 0.0, 0.0), dtype=np.float64)


def _grid(insert: Entity) -> SpacePoints:
    """Shifts of the cells of a block use; its grid is turned, but not scaled, with it."""
    if copies(insert) == 1:
        return np.zeros((1, 3))
    across, up = insert.dxf.get("column_spacing", 0.0), insert.dxf.get("row_spacing", 0.0)
    columns = np.arange(insert.dxf.get("column_count", 1) if across else 1) * across
    rows = np.arange(insert.dxf.get("row_count", 1) if up else 1) * up
    cells = np.array([(x, y) for y in rows.tolist() for x in columns.tolist()]).reshape(-1, 2)
    angle = np.radians(insert.dxf.get("rotation", 0.0))
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    ocs = insert.ocs()
    plane = np.array([tuple(ocs.ux), tuple(ocs.uy)], dtype=np.float64)
    return np.asarray(cells @ turn @ plane, dtype=np.float64)


def _unit_spoken_for(insert: Entity) -> float | None:
    block = insert.block()
    scale = abs(float(insert.dxf.get("xscale", 1.0)))
    if block is None or not scale > 0 or abs(scale - 1) < _SCALED_BY:
        return None
    own = metres_of(block.block_record.dxf.get("units", 0))
    return own / scale if own else None
