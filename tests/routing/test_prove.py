"""``make prove`` follows people, and finds those who are met."""

from tests.routing.prove import TOLERANCE_S, Trial, prove


def test_a_trial_follows_routes_choices_and_ways_in_and_on_and_nobody_is_met() -> None:
    (tried, met), (others, also_met) = prove(first=11, seconds=0), prove(first=15, seconds=0)
    assert met + also_met == []
    tried += others
    assert min(tried[kind] for kind in ("trials", "route", "choice", "entry", "onward", "queue")) > 0


def test_whoever_leaves_too_late_is_met() -> None:
    behind = [ahead_s for _, ahead_s in Trial(11, late_s=30.0).run()]
    assert min(behind) < -TOLERANCE_S
