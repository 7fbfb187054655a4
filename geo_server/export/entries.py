"""The ways into a zone as their JSON document: see ``docs/formats/entries.md``."""

from geo_server.domain.entries import Entries, Entry
from geo_server.domain.places import Floorplan
from geo_server.export.plan import grounds_document
from geo_server.export.plan_values import Document, coordinate_pairs, leg_documents, seconds_down, seconds_up


def entries_document(answer: Entries, floorplan: Floorplan) -> Document:
    """The document: plain JSON values.

    Args:
        answer: Of this floorplan.
        floorplan: In site metres or drawing metres.
    """
    zone = floorplan.zone_by_id[answer.zone_id]
    return {
        "zone_id": str(zone.id),
        "ordinal": floorplan.ordinal(zone.level_id),
        "mode": answer.mode.value,
        **grounds_document(answer, floorplan),
        "entries": [_entry(entry, floorplan) for entry in answer.entries],
    }


def _entry(entry: Entry, floorplan: Floorplan) -> Document:
    return {
        "opening_id": str(entry.opening_id),
        "number": entry.number,
        "side": entry.side,
        "opens_from_outside": entry.opens_from_outside,
        "safe": entry.safe,
        "outside_m": seconds_up(entry.outside_m),
        "distance_m": seconds_up(entry.distance_m),
        "time_s": seconds_up(entry.time_s),
        "margin_s": seconds_down(entry.margin_s),
        "exposure_s": seconds_up(entry.exposure_s),
        "outside": coordinate_pairs(entry.outside, floorplan) if entry.outside else [],
        "legs": leg_documents(entry.legs, floorplan),
        "instructions": list(entry.instructions),
        "radio": entry.radio,
    }
