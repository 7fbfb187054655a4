"""Affine transformations of space, as block uses make them, on many points at a time."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from ezdxf.math import Matrix44

from geo_server.ingest.dxf.drawing import Vertex
from geo_server.ingest.dxf.entities import SpacePoints


@dataclass(frozen=True)
class Affine:
    """Points (rows) times a matrix, plus a shift.

    Args:
        matrix: Shape (3, 3).
        shift: Shape (3,).
    """

    matrix: npt.NDArray[np.float64]
    shift: npt.NDArray[np.float64]

    @classmethod
    def of(cls, matrix: Matrix44) -> "Affine":
        """An ezdxf matrix, which multiplies row vectors as well."""
        rows = np.array([tuple(row) for row in matrix.rows()], dtype=np.float64)
        return cls(rows[:3, :3], rows[3, :3])

    def moved(self, by: npt.NDArray[np.float64]) -> "Affine":
        """The same, and then a shift, shape (3,)."""
        return Affine(self.matrix, self.shift + by)

    def then(self, outer: "Affine | None") -> "Affine":
        """This one first, then another; None changes nothing."""
        if outer is None:
            return self
        return Affine(self.matrix @ outer.matrix, self.shift @ outer.matrix + outer.shift)

    def apply(self, points: SpacePoints) -> SpacePoints:
        """Points moved."""
        return np.asarray(points @ self.matrix + self.shift, dtype=np.float64)

    def apply_flat(self, at: Vertex) -> Vertex:
        """A point at z = 0 moved, seen from above."""
        x, y, _ = (np.array([at[0], at[1], 0.0]) @ self.matrix + self.shift).tolist()
        return x, y

    @cached_property
    def scale(self) -> float:
        """Factor of lengths in the plane: the geometric mean of its two scales."""
        (a, b), (c, d) = self.matrix[:2, :2].tolist()
        return math.sqrt(abs(a * d - b * c))
