"""Kinds of the graph's edges, and what their weights must be."""

from collections.abc import Callable

import numpy as np

from geo_server.domain.errors import InvalidInput
from geo_server.routing.visibility import Floats

KINDS = ("walk", "stairs_up", "stairs_down", "ramp", "elevator", "outdoors", "refuge")
"""Kinds of edges; their numbers are positions here."""

LEVEL = frozenset({"walk", "outdoors", "refuge"})
"""Those that are walked on one level, and not up or down a flight."""


def check_weights(whose: str, weights: Floats, describe: Callable[[int], tuple[str, str, str]]) -> Floats:
    """The weights of edges, if each is a number that is not negative.

    Args:
        whose: Who moves.
        weights: Of each edge.
        describe: Tail, head and key of an edge, by its number.

    Raises:
        InvalidInput: One is not; scipy would drop it or answer wrongly without a word.
    """
    bad = np.flatnonzero(~(weights >= 0))
    if len(bad):
        tail, head, key = describe(int(bad[0]))
        raise InvalidInput(
            f"The {whose} weight of the way {tail} to {head} through {key} is {weights[bad[0]]}.",
            where=f"graph: {tail}",
            advice="Check its length, the profile's speeds and the threat's speed.",
        )
    return weights
