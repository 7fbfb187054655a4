"""Codes for doors, as a page to print: a QR code a zone, which tells the page in which room somebody is."""

import html
from collections.abc import Iterable
from urllib.parse import quote

from geo_server.api.pages import sheet
from geo_server.domain.accountability import OCCUPIED
from geo_server.domain.errors import InvalidInput
from geo_server.domain.places import Floorplan, Site, Zone
from geo_server.export.qr import qr_code

MOST_CODES = 600
"""On one page: more take longer to make and to load than anybody waits."""


def zone_codes_page(floorplan: Floorplan, site: Site, base_url: str, *, ordinal: int | None) -> str:
    """The page: the zones where people stay, by building, level and name.

    Args:
        floorplan: What is published.
        site: Its site.
        base_url: Address of the server, without a slash at the end.
        ordinal: Only the zones of this level; None is all.

    Raises:
        InvalidInput: No such level, or too many zones for one page.
    """
    levels = [level for level in floorplan.levels if ordinal in {None, level.ordinal}]
    if ordinal is not None and not levels:
        raise InvalidInput(f"There is no level {ordinal} on the published map.", where="ordinal")
    wanted = {level.id for level in levels}
    zones = [zone for zone in floorplan.zones if zone.level_id in wanted and zone.category in OCCUPIED]
    if len(zones) > MOST_CODES:
        raise InvalidInput(
            f"{len(zones)} codes are too many for one page.",
            where="ordinal",
            advice="Print one level at a time: zone-codes?ordinal=0.",
        )
    title = f"Door codes, {site.name}"
    cards = _cards(sorted(zones, key=lambda zone: _order(floorplan, zone)), floorplan, site, base_url)
    words = "Whoever scans the code at a door and is signed in reports from that room. The code itself lets nobody in."
    return sheet(title, f"<h1>{html.escape(title)}</h1><p>{words}</p><ul class=codes>{''.join(cards)}</ul>")


def _cards(zones: Iterable[Zone], floorplan: Floorplan, site: Site, base_url: str) -> Iterable[str]:
    for zone in zones:
        address = f"{base_url}/sites/{quote(site.slug)}?zone={zone.id}"
        alias = f"<span>{html.escape(zone.alias)}</span>" if zone.alias and zone.alias != zone.name else ""
        where = html.escape(", ".join(part for part in _whereabouts(floorplan, zone) if part))
        yield (
            f'<li><img alt="QR code" src="{html.escape(qr_code(address), quote=True)}">'
            f"<strong>{html.escape(zone.name)}</strong>{alias}<small>{where}</small></li>"
        )


def _whereabouts(floorplan: Floorplan, zone: Zone) -> tuple[str, str]:
    level = floorplan.level_by_id[zone.level_id]
    building = floorplan.building_by_id.get(level.building_id) if level.building_id else None
    return building.name if building else "", level.name


def _order(floorplan: Floorplan, zone: Zone) -> tuple[str, int, str]:
    return _whereabouts(floorplan, zone)[0], floorplan.ordinal(zone.level_id), zone.name
