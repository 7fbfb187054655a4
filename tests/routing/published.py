"""The published verification cases that a planner can be held to, and those that it cannot.

``docs/verification.md`` is written from this module.
"""

from tests.routing import published_crowds, published_walks
from tests.routing.cases import Case

CASES: tuple[Case, ...] = (*published_walks.CASES, *published_crowds.CASES)

LEFT_OUT = {
    "RiMEA 4, 12a-c, 13, 16; IMO 8, 11; NIST 2.8, 2.9, 5.1": "densities, counterflow and where a jam stands: the planner "
    "bounds how long people wait at doors and stairs, and does not move them about",
    "RiMEA 8": "a building without a pass mark",
    "NIST 2.10": "people who assist others",
    "NIST 2.5, 2.6": "smoke and incapacitation",
    "NIST 2.7": "elevators: the planner sends nobody into one",
    "NIST 3.2, 3.3": "social influence and affiliation",
}
"""Cases that are not here, and why."""
