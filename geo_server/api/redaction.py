"""What plans say to those who may see neither names nor how many people are where: the same ways, without the people."""

from typing import Any

Json = dict[str, Any]

_KEPT_BACK = frozenset({"people", "people_from", "propped", "lock_broken", "lock_flags"})


def plan_without_people(plan: Json) -> Json:
    """A plan document without who shut a way, the people of its rooms, and what its exits let through."""
    kept = {name: value for name, value in plan.items() if name != "egress"}
    zones = [route_without_people(route) for route in plan["zones"]]
    return {**kept, "assumptions": assumptions_without_people(plan["assumptions"]), "zones": zones}


def route_without_people(route: Json) -> Json:
    """A zone of a plan without how many of its people go which way."""
    return {name: value for name, value in route.items() if name != "shares"}


def assumptions_without_people(assumptions: Json) -> Json:
    """The assumptions of a plan or of ways in, without who shut a way, the people of rooms and the doors at fault."""
    kept = {name: value for name, value in assumptions.items() if name not in _KEPT_BACK}
    return {**kept, "closures": [{**closure, "source": None} for closure in assumptions["closures"]]}
