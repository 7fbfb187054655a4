"""The published verification cases, each within what its suite allows."""

import pytest

from tests.routing.cases import Case
from tests.routing.planning import make, route_of
from tests.routing.plans import closure, two_exits, uid
from tests.routing.published import CASES


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.source)
def test_a_published_case_comes_out_as_its_suite_expects(case: Case) -> None:
    assert case.least <= case.measure() <= case.most


def test_a_closed_exit_is_named_as_the_reason_for_the_other() -> None:
    """NIST TN 1822, test 4.1, asks for the other exit; people are also told why."""
    moved = route_of(make(two_exits(), closures=[closure("west")]), "room")
    assert [(a.exit_id, a.reason) for a in moved.avoided] == [(uid("west"), "closed")]
