"""Arcs found in many runs at once are those found in each."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_server.ingest.dxf.curves import arcs_in, fit_arcs
from geo_server.ingest.dxf.drawing import Points, Stroke


def run(seed: int) -> Points:
    """A line, an arc or both, or corners, now and then with a point that is drawn twice."""
    chance = np.random.default_rng(seed)
    angles = chance.uniform(0, 6) + np.linspace(0, chance.uniform(0.1, 3), chance.integers(3, 9))
    arc = chance.uniform(0.3, 3) * np.column_stack([np.cos(angles), np.sin(angles)])
    points = [arc, chance.uniform(-5, 5, (chance.integers(2, 6), 2)), np.vstack([arc, arc[-1] + [3, 0]])][seed % 3]
    return np.repeat(points, np.where(np.arange(len(points)) == seed % 11, 2, 1), axis=0)


@settings(deadline=None)
@given(st.lists(st.integers(0, 10**6), max_size=8))
def test_arcs_of_many_runs_are_the_arcs_of_each(seeds: list[int]) -> None:
    strokes = [Stroke(run(seed), "0", "1F") for seed in seeds]
    assert list(arcs_in(strokes)) == [(stroke, arc) for stroke in strokes for arc in fit_arcs(stroke.points)]
