"""The map as one page: what it says, that nothing it shows can run, and that it opens in a browser without a network."""

import dataclasses
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

import orjson
import pytest
from playwright.sync_api import Browser, Dialog, Page

from geo_server.domain.frame import DrawingFrame
from geo_server.domain.places import Floorplan
from geo_server.domain.routes import RouteStatus
from geo_server.export.folium_map import folium_page
from geo_server.export.offline import safe
from tests.chromium import open_chromium
from tests.export.floorplans import DRESDEN, school, uid

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ATTACKS = [
    "<script>window.broken=1</script>",
    "</script><script>window.broken=1</script>",
    "<img src=x onerror=window.broken=1>",
    "<svg onload=window.broken=1>",
    "${window.broken=1}",
    "`+(window.broken=1)+`",
    "'-(window.broken=1)-'",
    '"-(window.broken=1)-"',
    "\\'; window.broken=1; //",
    "{{ 7*7 }}{% raw %}{% endraw %}",
    "{% endraw %}{{ cycler.__init__.__globals__ }}",
    "<!--<script>",
    "javascript:window.broken=1",
    "a&lt;script&gt;window.broken=1",
    "\u2028window.broken=1//",
]


def place(x: float, y: float) -> list[float]:
    return [float(v) for v in DRESDEN.coordinates_to_lonlat([(x, y)])[0]]


def test_a_threat_of_which_a_polygon_is_known_is_drawn_as_that() -> None:
    corners = [place(3, 5), place(5, 5), place(4, 8)]
    document = plan_of(school(DRESDEN))
    document["threats"][0]["polygon"] = corners
    page = folium_page(school(DRESDEN), document, title="Plan")
    (drawn,) = re.findall(r"L\.polygon\(\s*(\[.*?\]\])", page)
    assert orjson.loads(drawn) == [[lat, lon] for lon, lat in corners]
    assert "L.circle(" not in page
    assert "L.circle(" in folium_page(school(DRESDEN), plan_of(school(DRESDEN)), title="Plan")


def plan_of(floorplan: Floorplan, *, words: str = "Leave by the door.") -> dict[str, Any]:
    """A plan document with each status once."""
    statuses = list(RouteStatus)
    return {
        "made_for_at": "2026-03-02T11:59:00Z",
        "guarantee": {"covers": "contact", "does_not_cover": ["being shot at from a distance"]},
        "assumptions": {"reaction_s": 10.0, "margin_s": 5.0},
        "threats": [{"at": place(4, 6), "ordinal": 0, "radius_m": 2.0, "kind": words, "seen_s_ago": 12.0}],
        "reach": [
            {
                "ordinal": 0,
                "at_s": 0.0,
                "geometry": {"type": "Polygon", "coordinates": [[place(0, 3), place(8, 3), place(8, 10), place(0, 3)]]},
            }
        ],
        "zones": [
            {
                "zone_id": str(zone.id),
                "status": status.value,
                "exit_id": str(uid("exit")),
                "distance_m": 21.4,
                "time_s": 22.0,
                "margin_s": 3.0,
                "legs": [{"ordinal": 0, "coordinates": [place(4, 6), place(3.5, 3), place(16, 1.5)]}],
                "avoided": [{"words": words}],
                "instructions": [words],
            }
            for zone, status in zip(floorplan.zones, statuses, strict=True)
        ],
    }


def visible_words(page: str) -> str:
    """The words of the page's own HTML, without scripts, styles and tags."""
    text = re.sub(r"<(script|style)>.*?</\1>", "", page, flags=re.DOTALL)
    return unescape(re.sub(r"<[^>]*>", " ", text))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_chromium() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page whose every request but for the file itself fails."""
    page = browser.new_page(viewport={"width": 1100, "height": 800})
    page.route(re.compile("^(?!file:)"), lambda route: route.abort())
    yield page
    page.close()


def opened(page: Page, tmp_path: Path, html: str) -> tuple[list[str], list[str]]:
    """Open a page; what it complained of, and what it asked for."""
    complaints: list[str] = []
    asked: list[str] = []

    def note_dialog(dialog: Dialog) -> None:
        complaints.append(dialog.message)
        dialog.dismiss()

    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", note_dialog)
    page.on("request", lambda request: asked.append(request.url))
    file = tmp_path / "map.html"
    file.write_text(html, encoding="utf-8")
    page.goto(file.as_uri())
    page.wait_for_selector(".leaflet-interactive")
    return complaints, asked


def test_the_same_floorplan_gives_the_same_bytes() -> None:
    pages = {folium_page(school(), plan_of(school()), title="School", made_at=NOON) for _ in range(2)}
    assert len(pages) == 1


def test_nothing_in_the_page_loads_from_anywhere() -> None:
    html = folium_page(school(), plan_of(school()), title="School", made_at=NOON)
    loading = r"""(?:src|href|action)\s*=\s*["']?\s*(?:https?:)?//|url\(\s*["']?(?!data:|#)|@import|sourceMappingURL"""
    markup = re.sub(r"<script>.*?</script>", "", html, flags=re.DOTALL)
    assert not re.findall(loading, markup)
    assert "sourceMappingURL" not in html
    assert "cdn" not in html


def test_the_page_says_what_it_is_and_when_it_was_made() -> None:
    words = visible_words(folium_page(school(), title="The School", made_at=NOON))
    assert "The School" in words
    assert "Made at 2026-03-02 12:00:00 UTC" in " ".join(words.split())
    for name in ("101", "Chemistry", "Corridor", "201"):
        assert name in words


def test_a_drill_is_called_one_and_nothing_else_is() -> None:
    assert "This is a drill" in visible_words(folium_page(school(), title="School", exercise=True, made_at=NOON))
    assert "drill" not in visible_words(folium_page(school(), title="School", made_at=NOON))


def test_ways_out_never_come_without_what_they_rest_on() -> None:
    words = " ".join(visible_words(folium_page(school(), plan_of(school()), title="School", made_at=NOON)).split())
    assert "the directive in force comes first" in words
    assert "being shot at from a distance" in words
    assert "People start to walk within 10 s." in words


def test_a_plan_that_does_not_know_of_everything_calls_nothing_safe_and_says_so_first() -> None:
    plan = {**plan_of(school()), "behind": True}
    words = " ".join(visible_words(folium_page(school(), plan, title="School", made_at=NOON)).split())
    said = words.partition("All zones")[2]
    assert words.index("NOT UP TO DATE") < words.index("All zones")
    assert "Safe by" not in said
    assert "No way out is guaranteed" in said
    fresh = " ".join(visible_words(folium_page(school(), plan_of(school()), title="School", made_at=NOON)).split())
    assert "NOT UP TO DATE" not in fresh
    assert "Safe by" in fresh.partition("All zones")[2]


def test_a_reach_that_is_not_drawn_yet_is_said_to_be_missing() -> None:
    page = visible_words(folium_page(school(), {**plan_of(school()), "reach": None}, title="School", made_at=NOON))
    assert "was not drawn yet" in page


def test_every_status_is_told_in_words() -> None:
    words = visible_words(folium_page(school(), plan_of(school()), title="School", made_at=NOON))
    for status in ("Safe by the shortest way", "Safe by a detour", "No way out is guaranteed", "No way to any exit"):
        assert words.count(status) >= 2, "in the legend and in the list"
    assert "by exit 4, 21 m, 22 s on foot, margin 3 s" in words


def test_a_plan_of_another_edition_does_not_break_the_page() -> None:
    plan = plan_of(school())
    plan["zones"][0]["zone_id"] = str(uid("gone"))
    assert "Safe by a detour" in folium_page(school(), plan, title="School", made_at=NOON)


def test_a_floorplan_without_anything_gives_a_page() -> None:
    assert "All zones" in folium_page(Floorplan(DRESDEN), title="Empty", made_at=NOON)


@pytest.mark.parametrize("text", ATTACKS)
def test_a_safe_text_says_the_same_and_is_made_of_nothing_that_acts(text: str) -> None:
    assert unescape(safe(text)) == text
    assert not set(safe(text)) & set("<>\"'`${}\\%\u2028")


@pytest.mark.browser
@pytest.mark.parametrize("frame", [DRESDEN, DrawingFrame(0.01)], ids=["placed", "drawing"])
def test_the_page_opens_without_a_network_and_asks_for_nothing(page: Page, tmp_path: Path, frame: Any) -> None:
    complaints, asked = opened(page, tmp_path, folium_page(school(frame), title="School", made_at=NOON))
    assert complaints == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert page.locator(".zone-label").all_inner_texts() == ["101", "102", "Corridor"]
    assert page.title() == "School"
    assert page.locator("html").get_attribute("lang") == "en"


@pytest.mark.browser
def test_the_level_switch_shows_one_level_at_a_time(page: Page, tmp_path: Path) -> None:
    opened(page, tmp_path, folium_page(school(), title="School", made_at=NOON))
    switches = page.locator(".leaflet-control-layers-selector")
    assert [switches.nth(n).get_attribute("type") for n in range(2)] == ["radio", "radio"]
    page.get_by_label("First floor").check()
    assert page.locator(".zone-label").all_inner_texts() == ["201"]
    page.get_by_label("Ground floor").check()
    assert "201" not in page.locator(".zone-label").all_inner_texts()


@pytest.mark.browser
def test_a_zone_tells_its_way_out_when_it_is_clicked(page: Page, tmp_path: Path) -> None:
    complaints, _ = opened(page, tmp_path, folium_page(school(), plan_of(school()), title="School", made_at=NOON))
    assert page.locator(".threat-label").count() == 1
    page.locator("path.leaflet-interactive").nth(1).click(position={"x": 10, "y": 10})
    popup = page.locator(".leaflet-popup-content")
    popup.wait_for()
    assert "102" in popup.inner_text()
    assert "Safe by a detour" in popup.inner_text()
    assert complaints == []


@pytest.mark.browser
def test_labels_that_would_lie_on_each_other_give_way(page: Page, tmp_path: Path) -> None:
    opened(page, tmp_path, folium_page(school(), title="School", made_at=NOON))
    for _ in range(4):
        page.locator(".leaflet-control-zoom-out").click()
    boxes = page.evaluate(
        """() => [...document.querySelectorAll(".map-label")].filter(l => l.style.visibility !== "hidden")
        .map(l => { const b = l.getBoundingClientRect(); return [b.left, b.top, b.right, b.bottom]; })"""
    )
    assert boxes
    for n, (left, top, right, bottom) in enumerate(boxes):
        for other in boxes[n + 1 :]:
            assert right < other[0] or left > other[2] or bottom < other[1] or top > other[3]


@pytest.mark.browser
@pytest.mark.parametrize("attack", ATTACKS)
def test_no_name_can_run_anything(page: Page, tmp_path: Path, attack: str) -> None:
    floorplan = poisoned(attack)
    html = folium_page(floorplan, plan_of(floorplan, words=attack), title=attack, made_at=NOON)
    complaints, asked = opened(page, tmp_path, html)
    page.locator("path.leaflet-interactive").first.hover(position={"x": 5, "y": 5})
    page.locator("path.leaflet-interactive").first.click(position={"x": 5, "y": 5})
    page.locator(".leaflet-popup-content").wait_for()
    assert page.evaluate("() => window.broken") is None
    assert complaints == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert " ".join(attack.split()) in " ".join(page.locator("h1").inner_text().split())
    assert page.evaluate("() => document.querySelectorAll('h1 *, .zone-list script, .leaflet-popup img').length") == 0


@pytest.mark.browser
def test_even_a_name_that_slips_through_is_stopped_by_the_policy(page: Page, tmp_path: Path) -> None:
    html = folium_page(school(), title="School", made_at=NOON)
    slipped = "<h1>School<img src='data:,x' onerror='window.broken=1'><script>window.broken=1</script>"
    broken = html.replace("<h1>School", slipped)
    assert broken != html
    complaints, _ = opened(page, tmp_path, broken)
    assert page.evaluate("() => window.broken") is None
    assert any("Content Security Policy" in complaint for complaint in complaints)


def poisoned(text: str) -> Floorplan:
    """The school with a text wherever a person or a drawing may put one."""
    plan = school()
    first = dataclasses.replace(plan.zones[0], name=text, alias=text)
    way_out = dataclasses.replace(plan.openings[2], number=text)
    return dataclasses.replace(
        plan,
        levels=(dataclasses.replace(plan.levels[0], name=text), plan.levels[1]),
        zones=(first, *plan.zones[1:]),
        openings=(*plan.openings[:2], way_out),
        assets=(dataclasses.replace(plan.assets[0], name=text),),
        assembly_points=(dataclasses.replace(plan.assembly_points[0], name=text),),
        buildings=(dataclasses.replace(plan.buildings[0], name=text),),
    )
