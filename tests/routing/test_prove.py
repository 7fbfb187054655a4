"""``make prove`` follows people, and finds those who are met."""

from tests.routing.prove import KINDS, TOLERANCE_S, Trial, kept, prove


def test_a_trial_follows_routes_choices_and_ways_in_and_on_and_nobody_is_met() -> None:
    tried, met = prove(first=28, seconds=0, threats=2)
    assert met == []
    assert tried["threat"] == 2
    assert min(tried[kind] for kind in KINDS) > 0


def test_whoever_leaves_too_late_is_met() -> None:
    behind = [ahead_s for _, ahead_s in Trial(28, threats=2, late_s=30.0).run()]
    assert min(behind) < -TOLERANCE_S


def test_the_run_that_the_docs_tell_of_followed_thousands_and_nobody_was_met() -> None:
    said = kept()
    assert said["met"] == 0
    assert said["threat"] >= 2000
    assert min(said[kind] for kind in KINDS) > 0
