"""The form by which anybody reports a concern. It works without script; with it a tap on the map says where."""

import html
from collections.abc import Mapping
from uuid import UUID

from geo_server.api.pages import page, script_page
from geo_server.domain.concerns import SAID_BY_PEOPLE, ConcernKind

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "Report a concern",
        ConcernKind.PERSON: "Suspicious person",
        ConcernKind.BEHAVIOUR: "Suspicious behaviour",
        ConcernKind.DOOR: "Door propped open or broken",
        ConcernKind.HAZARD: "Hazard",
        ConcernKind.WELFARE: "Worried about somebody",
        ConcernKind.OTHER: "Something else",
        "tap": "Tap the map where it is.",
        "marked": "Marked. Tap the mark to take it away.",
        "urgent": "Somebody in danger now? Call the emergency number.",
        "read_by": "This form is read by officers, not at once.",
        "what": "What is it?",
        "noticed": "What did you notice?",
        "where": "Where?",
        "example": "Side door by the gym, floor 2 …",
        "name": "Your name (you may leave it out)",
        "send": "Send",
        "thanks": "Thank you",
        "arrived": "Your report has arrived, and officers of the site have been told.",
        "worse": "Does it get worse, or is somebody in danger? Call the emergency number.",
    },
    "es": {
        "title": "Avisar de algo que preocupa",
        ConcernKind.PERSON: "Persona sospechosa",
        ConcernKind.BEHAVIOUR: "Conducta sospechosa",
        ConcernKind.DOOR: "Puerta calzada o rota",
        ConcernKind.HAZARD: "Peligro",
        ConcernKind.WELFARE: "Preocupación por alguien",
        ConcernKind.OTHER: "Otra cosa",
        "tap": "Toque en el mapa dónde es.",
        "marked": "Marcado. Toque la marca para quitarla.",
        "urgent": "¿Hay alguien en peligro ahora? Llame al número de emergencias.",
        "read_by": "Este formulario lo leen los encargados, no al momento.",
        "what": "¿Qué es?",
        "noticed": "¿Qué ha notado?",
        "where": "¿Dónde?",
        "example": "Puerta lateral junto al gimnasio, piso 2 …",
        "name": "Su nombre (puede omitirlo)",
        "send": "Enviar",
        "thanks": "Gracias",
        "arrived": "Su aviso ha llegado, y los encargados del sitio ya lo saben.",
        "worse": "¿Empeora, o hay alguien en peligro? Llame al número de emergencias.",
    },
}
"""What the form says, by language; kinds by their names."""
assert all(set(SAID_BY_PEOPLE) < set(words) for words in WORDS.values())


def language_of(accepted: str) -> str:
    """The language of the form for a browser, of its ``Accept-Language``: the first that there is, else English."""
    tags = [part.partition(";")[0].strip().partition("-")[0].lower() for part in accepted.split(",")]
    return next((tag for tag in tags if tag in WORDS), "en")


def concern_form(*, site_name: str, secret: str, concern_id: UUID, outline: str, language: str) -> str:
    """The form.

    Args:
        site_name: Plain text.
        secret: Of the link, which goes back with the form.
        concern_id: Of the concern to be, so that one that is sent twice counts once.
        outline: The map as SVG that is escaped already; may be empty.
        language: One of :data:`WORDS`.
    """
    say = WORDS[language]
    kinds = "".join(
        f'<label class="kind"><input type="radio" name="kind" value="{kind}" required><span>{say[kind]}</span></label>'
        for kind in SAID_BY_PEOPLE
    )
    place = (
        f'<div class="where" hidden><p id="where-words" data-marked="{say["marked"]}">{say["tap"]}</p>{outline}'
        '<input type="hidden" name="x_m"><input type="hidden" name="y_m"></div>'
        if outline
        else ""
    )
    return script_page(
        say["title"],
        f'<p class="site">{html.escape(site_name)}</p>'
        f'<p class="urgent"><strong>{say["urgent"]}</strong> {say["read_by"]}</p>'
        '<form method="post" action="/concern">'
        f'<input type="hidden" name="link" value="{html.escape(secret, quote=True)}">'
        f'<input type="hidden" name="id" value="{concern_id}">'
        f"<fieldset><legend>{say['what']}</legend>{kinds}</fieldset>"
        f'<label class="text">{say["noticed"]}<textarea name="words" rows="3" maxlength="500" required></textarea></label>'
        f'<label class="text">{say["where"]}<input name="place" maxlength="100" autocomplete="off"'
        f' placeholder="{say["example"]}"></label>'
        f"{place}"
        f'<label class="text">{say["name"]}<input name="by" maxlength="100" autocomplete="name"></label>'
        f'<button type="submit">{say["send"]}</button></form>',
        style="concern",
        script="concern",
        language=language,
    )


def concern_thanks(language: str) -> str:
    """What is shown once the concern is on disk."""
    say = WORDS[language]
    return page(say["thanks"], f"<p>{say['arrived']}</p><p>{say['worse']}</p>", language=language)
