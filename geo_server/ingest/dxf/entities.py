"""What ezdxf calls an entity, as far as types go: which attributes it has depends on its DXF type at run time."""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Entity: TypeAlias = Any
"""A DXF entity. ``dxftype()`` decides what else can be asked of it."""

SpacePoints = npt.NDArray[np.float64]
"""Shape (n, 3): x, y, z."""
