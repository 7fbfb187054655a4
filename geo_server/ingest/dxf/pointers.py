"""Leaders: what texts speak of from afar."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from ezdxf.tools.text import plain_mtext
from shapely import STRtree

from geo_server.ingest.dxf.affine import Affine
from geo_server.ingest.dxf.drawing import Label, Vertex
from geo_server.ingest.dxf.entities import Entity
from geo_server.ingest.dxf.texts import MOST_CHARACTERS, centre_of_lines

REACH = 2.0
"""A leader ends this near to its text, in heights of a capital and beside its box."""


@dataclass(frozen=True, slots=True)
class Pointer:
    """A leader.

    Args:
        tip: Where its arrow is.
        tail: Its other end, beside a text.
    """

    tip: Vertex
    tail: Vertex

    def moved(self, by: Affine | None) -> "Pointer":
        """The same where a transformation puts it; None is where it is."""
        return Pointer(by.apply_flat(self.tip), by.apply_flat(self.tail)) if by else self


def read_pointer(entity: Entity) -> Pointer | None:
    """The leader that a LEADER is; None when it points nowhere."""
    vertices = [(float(v[0]), float(v[1])) for v in entity.vertices]
    return Pointer(vertices[0], vertices[-1]) if len(vertices) > 1 else None


def read_pointing_text(entity: Entity) -> Label | None:
    """The text of a MULTILEADER, with the tip of its first line; None when it has no text."""
    context = entity.context
    words = str(plain_mtext(str(context.mtext.default_content))).strip() if context.mtext is not None else ""
    if not words:
        return None
    words = words[:MOST_CHARACTERS]
    height = float(context.char_height) or 1.0
    centre = centre_of_lines(context.mtext.insert, words, height, int(context.mtext.alignment))
    lines = [line.vertices for leader in context.leaders for line in leader.lines if line.vertices]
    tip = (float(lines[0][0].x), float(lines[0][0].y)) if lines else None
    handle = str(entity.dxf.get("handle", "") or "")
    return Label(words, centre, height, str(entity.dxf.get("layer", "0")), handle, tip=tip)


def with_tips(labels: Sequence[Label], pointers: Sequence[Pointer]) -> list[Label]:
    """Labels, those beside which a leader ends with what it points to."""
    result = list(labels)
    if not labels or not pointers:
        return result
    size = [len(label.text.splitlines()[0]) * label.height for label in labels]
    reach = [0.5 * width + REACH * label.height for width, label in zip(size, labels, strict=True)]
    tree = STRtree(shapely.points(np.array([pointer.tail for pointer in pointers])))
    at = shapely.points(np.array([label.at for label in labels]))
    which, tail = tree.query(at, predicate="dwithin", distance=np.array(reach))
    away = shapely.distance(at[which], tree.geometries[tail])
    nearest: dict[int, tuple[float, int]] = {}
    for distance, label, pointer in zip(away.tolist(), which.tolist(), tail.tolist(), strict=True):
        nearest[pointer] = min(nearest.get(pointer, (np.inf, -1)), (distance, label))
    for pointer, (_, label) in nearest.items():
        if result[label].tip is None:
            result[label] = replace(result[label], tip=pointers[pointer].tip)
    return result
