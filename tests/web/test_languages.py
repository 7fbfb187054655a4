"""What an incident says to a person, in the language that they read."""

import re

import pytest
from playwright.sync_api import Page, expect

from geo_server.domain.roles import Role
from tests.web.conftest import DESKTOP, PHONE, SMALL_PHONE, Visit
from tests.web.steps import choose_own_room, put_threat

pytestmark = pytest.mark.browser

CATALOGUES = """async () => Object.fromEntries(await Promise.all(
    ["en_page", "es_page", "en_incident", "es_incident"].map(async (name) => {
        const module = await import(`/static/js/strings_${name}.js`);
        return [name, Object.values(module)[0]];
    }),
))"""


def _said(text: str) -> list[str]:
    """The names in braces that are filled in."""
    return sorted(re.findall(r"\{(\w+)\}", text))


def _read_in_spanish(page: Page) -> None:
    page.locator("summary", has_text="Staff").click()
    page.get_by_label("Language").select_option("es")
    expect(page.locator("html")).to_have_attribute("lang", "es")
    expect(page.locator("body[data-ready=true]")).to_be_attached()


def test_every_catalogue_says_everything_of_an_incident_with_the_same_things_filled_in(modules: Page) -> None:
    texts = modules.evaluate(CATALOGUES)
    for part in ("page", "incident"):
        english, spanish = texts[f"en_{part}"], texts[f"es_{part}"]
        assert spanish.keys() == english.keys()
        for key, text in english.items():
            # Of one thing a language may say no number.
            assert set(_said(spanish[key])) ^ set(_said(text)) <= {"n"}, key


def test_what_to_do_and_why_is_said_in_the_language_of_the_person_also_after_an_order(visit: Visit) -> None:
    put_threat(visit(Role.RESPONDER).ready(), "104")
    page = visit(Role.STAFF, PHONE).ready()
    choose_own_room(page, "101")
    _read_in_spanish(page)
    card = page.locator("#card")
    expect(card.get_by_role("heading")).to_have_text("Encierro")
    expect(card).to_contain_text("Cierre la puerta con llave")
    expect(card).to_contain_text("Lo dice el protocolo para Agresor armado")
    expect(card).to_contain_text(re.compile(r"Agresor armado, a \d+ m al \w+ de usted"))
    expect(page.get_by_role("button", name="Necesito ayuda")).to_be_visible()
    for name in ("Acercar", "Alejar"):
        expect(page.get_by_role("button", name=name, exact=True)).to_be_visible()
    expect(page.locator("#panel")).to_contain_text("Encierro no permite salir")

    commander = visit(Role.COMMANDER).ready()
    commander.get_by_role("tab", name="Situation").click()
    commander.get_by_role("button", name="Give an order").click()
    commander.get_by_text("Hold", exact=True).click()
    commander.get_by_label("Reason").fill("Water on the stairs")
    commander.get_by_role("button", name="Give the order").click()
    expect(card.get_by_role("heading")).to_have_text("Quédese en su sala")
    expect(card).to_contain_text("Orden para todo el sitio, de A commander. Motivo: Water on the stairs")


@pytest.mark.parametrize("size", [PHONE, SMALL_PHONE, DESKTOP])
def test_longer_words_fit(visit: Visit, size: tuple[int, int]) -> None:
    put_threat(visit(Role.RESPONDER).ready(), "104")
    page = visit(Role.STAFF, size).ready()
    _read_in_spanish(page)
    for name in ("Estoy bien", "Necesito ayuda", "Avisar de una amenaza"):
        expect(page.get_by_role("button", name=name)).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth") == size[0]
