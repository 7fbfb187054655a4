"""The page of door codes."""

import base64
import re
from urllib.parse import unquote

import pytest
import segno

from geo_server.domain.roles import Role
from tests.api.conftest import Client
from tests.campus import Campus


def test_every_room_has_a_code_that_leads_to_it(client: Client, campus: Campus, address: str) -> None:
    page = client(Role.FACILITIES).get(f"/sites/{campus.site.slug}/zone-codes")

    assert page.headers["content-type"].startswith("text/html")
    assert re.findall(r"<strong>(\d+)</strong>", page.text) == ["101", "102", "103"]
    codes = re.findall(r'src="(data:image/svg\+xml[^"]+)"', page.text)
    for room, code in zip(campus.rooms, codes, strict=True):
        link = f"{address}/sites/{campus.site.slug}?zone={room.id}"
        wanted = segno.make(link, error="m", micro=False).svg_data_uri(border=4, light="#fff", dark="#000")
        assert _shape(code.replace("&amp;", "&").replace("&#x27;", "'")) == _shape(wanted)


def _shape(code: str) -> str:
    kind, _, data = code.partition(",")
    return base64.b64decode(data).decode() if "base64" in kind else unquote(data)


@pytest.mark.parametrize(("query", "status"), [("?ordinal=0", 200), ("?ordinal=7", 422), ("?ordinal=x", 422)])
def test_one_level_is_printed_alone(client: Client, campus: Campus, query: str, status: int) -> None:
    answer = client(Role.FACILITIES).get(f"/sites/{campus.site.slug}/zone-codes{query}")
    assert answer.status_code == status


def test_more_codes_than_a_page_holds_are_refused_with_what_to_do(
    client: Client, campus: Campus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("geo_server.api.zone_codes.MOST_CODES", 2)
    answer = client(Role.FACILITIES).get(f"/sites/{campus.site.slug}/zone-codes")
    assert (answer.status_code, answer.json()["where"]) == (422, "ordinal")
    assert "one level at a time" in answer.json()["advice"]
