"""What people queue at: the doors and flights of stairs of a floorplan, by numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from geo_server.routing.visibility import Bools, Floats, Ints


@dataclass(frozen=True, eq=False)
class Passages:
    """q openings and transitions, and zones of refuges, which nobody queues at.

    Args:
        ids: Of each.
        of_node: Which of them each node belongs to, shape (n,).
        flow: Persons a second through each, at most; infinite of a refuge. Shape (q,).
        doors: Whether a node is an opening: who is there is through, shape (n,).
        flights: Whether an edge leads over stairs or a ramp: who is at its head is through, shape (m + 1,): at the end that of
            no edge.
    """

    ids: Sequence[UUID]
    of_node: Ints
    flow: Floats
    doors: Bools
    flights: Bools


def list_passages(subjects: Sequence[UUID], doors: Bools, flow: Mapping[UUID, float], flights: Bools) -> Passages:
    """The passages of a graph.

    Args:
        subjects: The opening, transition or zone of each node.
        doors: Whether each is an opening.
        flow: Persons a second through each opening and transition, at most.
        flights: Whether each edge leads over stairs or a ramp.
    """
    numbers = {subject_id: number for number, subject_id in enumerate(dict.fromkeys(subjects))}
    return Passages(
        tuple(numbers),
        np.array([numbers[subject_id] for subject_id in subjects], dtype=np.int64),
        np.array([flow.get(subject_id, np.inf) for subject_id in numbers]),
        doors,
        np.append(flights, False),
    )
