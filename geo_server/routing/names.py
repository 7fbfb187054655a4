"""What zones, doors, exits and other ends of ways are called."""

from uuid import UUID

from geo_server.domain.places import Floorplan, Opening, Zone, ZoneCategory

TITLES = {
    ZoneCategory.ROOM: "room",
    ZoneCategory.CORRIDOR: "corridor",
    ZoneCategory.STAIRS: "stairs",
    ZoneCategory.RESTROOM: "restroom",
}
"""Said before a name that is only a number."""


def zone_words(zone: Zone) -> str:
    """What people call a zone: its alias, else its name, with ``room`` before a bare number."""
    name = zone.alias or zone.name
    title = TITLES.get(zone.category, "zone")
    return f"{title} {name}" if name[:1].isdigit() else name


def exit_words(floorplan: Floorplan, opening_id: UUID) -> str:
    """What an exit is called: its door number, else the zone that it leads out of."""
    opening = floorplan.opening_by_id[opening_id]
    if opening.number:
        return f"exit {opening.number}"
    inside = [floorplan.zone_by_id[z] for z in opening.zones if z is not None]
    inside = [zone for zone in inside if zone.category is not ZoneCategory.OUTDOOR] or inside
    return f"the exit of {zone_words(inside[0])}"


def end_words(floorplan: Floorplan, end_id: UUID) -> str:
    """What the end of a way is called: an exit, the zone of a refuge, or an assembly point."""
    zone, point = floorplan.zone_by_id.get(end_id), floorplan.assembly_point_by_id.get(end_id)
    if point is not None:
        return f"assembly point {point.name}"
    return exit_words(floorplan, end_id) if zone is None else zone_words(zone)


def subject_words(floorplan: Floorplan, subject_id: UUID) -> str:
    """What an opening, a transition or a zone is called among all of a floorplan."""
    zone, transition = floorplan.zone_by_id.get(subject_id), floorplan.transition_by_id.get(subject_id)
    if zone is not None:
        return zone_words(zone)
    if transition is not None:
        lower, upper = (floorplan.zone_by_id[zone_id] for zone_id in transition.zones)
        return f"the {transition.category.value} from {zone_words(lower)} to {zone_words(upper)}"
    opening = floorplan.opening_by_id[subject_id]
    if opening.exit:
        return exit_words(floorplan, subject_id)
    one, other = (zone_words(floorplan.zone_by_id[z]) if z else "the outside" for z in opening.zones)
    return f"{door_name(opening)} between {one} and {other}"


def door_words(floorplan: Floorplan, opening: Opening, zone_id: UUID) -> str:
    """What an opening is called by whoever leaves a zone by it."""
    beyond = next((z for z in opening.zones if z != zone_id), None)
    return f"{door_name(opening)} to {zone_words(floorplan.zone_by_id[beyond]) if beyond else 'the outside'}"


def door_name(opening: Opening) -> str:
    """What an opening is called by itself."""
    what = "opening" if opening.category == "gap" else "door"
    return f"the {what} {opening.number}" if opening.number else f"the {what}"
