"""A threat stands where the sightings that hold put it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point

from geo_server.domain.incidents import Retraction, Sighting
from geo_server.domain.tracks import track

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SPEEDS = {"intruder": 2.0, "armed_assailant": 3.0, "fire": 1.2}
TAKEN_BACK = Retraction(NOON, None, "It was a broom.")


def a_sighting(n: int, *, seen_s: float = 0, late_s: float = 1, kind: str = "intruder", holds: bool = True) -> Sighting:
    seen_at = NOON + timedelta(seconds=seen_s)
    return Sighting(
        id=UUID(int=n),
        incident_id=UUID(int=1000),
        threat_id=UUID(int=2000),
        kind=kind,
        level_id=UUID(int=3000),
        point=Point(n, 0),
        radius_m=float(n + 1),
        seen_at=seen_at,
        received_at=seen_at + timedelta(seconds=late_s),
        retraction=None if holds else TAKEN_BACK,
    )


SIGHTINGS = st.lists(
    st.builds(
        a_sighting,
        st.integers(0, 50),
        seen_s=st.integers(0, 20),
        late_s=st.integers(-20, 20),
        kind=st.sampled_from([*SPEEDS, "dragon"]),
        holds=st.booleans(),
    ),
    max_size=8,
    unique_by=lambda sighting: sighting.id,
)


@given(SIGHTINGS)
@settings(deadline=None)
def test_a_track_is_as_late_and_as_fast_as_any_sighting_that_holds_and_no_other(sightings: list[Sighting]) -> None:
    made = track(sightings, SPEEDS, otherwise_mps=2.5)

    holding = [sighting for sighting in sightings if not sighting.retraction]
    if made is None:
        assert holding == []
        return
    at = {sighting.id: min(sighting.seen_at, sighting.received_at or sighting.seen_at) for sighting in holding}
    assert made.seen_at == max(at.values())
    assert made.speed_mps == max(SPEEDS.get(sighting.kind, 2.5) for sighting in holding)
    [source] = [sighting for sighting in holding if sighting.point == made.point]
    assert at[source.id] == made.seen_at
    assert (made.radius_m, made.kind) == (source.radius_m, source.kind)


@given(SIGHTINGS)
@settings(deadline=None)
def test_retracting_is_as_if_it_had_never_been_said(sightings: list[Sighting]) -> None:
    holding = [sighting for sighting in sightings if not sighting.retraction]

    assert track(sightings, SPEEDS, otherwise_mps=2.5) == track(holding, SPEEDS, otherwise_mps=2.5)


def test_a_moment_in_the_future_counts_as_the_moment_of_arrival() -> None:
    ahead = a_sighting(1, seen_s=3600, late_s=-3600)

    made = track([ahead], SPEEDS, otherwise_mps=1.0)

    assert made is not None
    assert made.seen_at == NOON


def test_a_track_without_sightings_that_hold_is_none() -> None:
    assert track([], SPEEDS, otherwise_mps=1.0) is None
    assert track([replace(a_sighting(1), retraction=TAKEN_BACK)], SPEEDS, otherwise_mps=1.0) is None
