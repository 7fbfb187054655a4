"""How evidence becomes a confidence: more for a zone never makes it less sure, and nothing else matters than what is known."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_server.domain.confidence import SURE, UNSURE, Evidence, Reason, weigh

evidence = st.builds(Evidence, st.sampled_from(Reason), st.none() | st.floats(0, 10))


def test_nothing_known_is_one_half() -> None:
    assert weigh([]).value == 0.5
    assert UNSURE <= 0.5 < SURE


@given(st.lists(evidence, max_size=6), evidence)
def test_what_speaks_for_an_outline_never_makes_it_less_sure_nor_what_speaks_against_it_more(
    known: list[Evidence], more: Evidence
) -> None:
    before, after = weigh(known).value, weigh([*known, more]).value
    assert (after >= before) if more.weight >= 0 else (after <= before)


@given(st.lists(evidence, max_size=6), st.randoms())
def test_the_order_in_which_things_were_noticed_does_not_matter_and_the_strongest_reason_is_told_first(
    known: list[Evidence], random: object
) -> None:
    mixed = list(known)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    weighed = weigh(mixed)
    assert weighed.value == weigh(known).value
    assert 0 <= weighed.value <= 1
    assert all(abs(one.weight) >= abs(other.weight) for one, other in pairwise(weighed.reasons))


@pytest.mark.parametrize("reason", Reason)
def test_a_weight_follows_its_measure_in_one_direction_and_has_words(reason: Reason) -> None:
    weights = [Evidence(reason, measure / 20).weight for measure in range(200)]
    rising = [a <= b for a, b in pairwise(weights)]
    falling = [a >= b for a, b in pairwise(weights)]
    assert all(rising) or all(falling)
    assert Evidence(reason, 0.5).words.endswith(".")
    assert "{" not in Evidence(reason, 0.5).words


def test_an_outline_that_somebody_drew_is_sure_and_one_that_walls_and_segmentation_contradict_is_not() -> None:
    drawn = weigh([Evidence(Reason.DRAWN)])
    against = weigh([Evidence(Reason.EDGE_DRAWN, 0.5), Evidence(Reason.DIVIDES, 0.3)])
    assert drawn.value > SURE > UNSURE > against.value
