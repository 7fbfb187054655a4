"""The answer of a what-if as its JSON document: see ``docs/formats/what-if.md``."""

from geo_server.domain.places import Floorplan
from geo_server.domain.what_if import Choke, Outlook, WhatIf
from geo_server.export.plan import plan_document
from geo_server.export.plan_values import Document, seconds_up


def what_if_document(answer: WhatIf, floorplan: Floorplan) -> Document:
    """The document: plain JSON values.

    Args:
        answer: Of this floorplan.
        floorplan: In site metres or drawing metres.
    """
    plan = plan_document(answer.plan, floorplan)
    routes = {route["zone_id"]: route for route in plan.pop("zones")}
    return {
        **plan,
        "words": list(answer.words),
        "zones": [{**routes[str(outlook.zone_id)], **_outlook(outlook, floorplan)} for outlook in answer.outlooks],
        **({} if answer.usual_clearance_s is None else {"usual_clearance_s": seconds_up(answer.usual_clearance_s)}),
        "chokes": [_choke(choke) for choke in answer.chokes],
    }


def _outlook(outlook: Outlook, floorplan: Floorplan) -> Document:
    zone = floorplan.zone_by_id[outlook.zone_id]
    return {
        "name": zone.name,
        "category": zone.category.value,
        "usual_time_s": seconds_up(outlook.usual_time_s),
        "independent_ways": outlook.independent_ways,
        "choke_ids": [str(choke_id) for choke_id in outlook.choke_ids],
        "doors": outlook.doors,
        "exits": outlook.exits,
    }


def _choke(choke: Choke) -> Document:
    return {
        "subject": choke.subject.value,
        "subject_id": str(choke.subject_id),
        "name": choke.name,
        "zone_ids": [str(zone_id) for zone_id in choke.zone_ids],
    }
