"""The form by which anybody reports a concern. It works without script; with it a tap on the map says where."""

import html
from uuid import UUID

from geo_server.api.pages import page, script_page
from geo_server.domain.concerns import SAID_BY_PEOPLE, ConcernKind

KINDS = {
    ConcernKind.PERSON: "Suspicious person",
    ConcernKind.BEHAVIOUR: "Suspicious behaviour",
    ConcernKind.DOOR: "Door propped open or broken",
    ConcernKind.HAZARD: "Hazard",
    ConcernKind.WELFARE: "Worried about somebody",
    ConcernKind.OTHER: "Something else",
}
assert set(KINDS) == set(SAID_BY_PEOPLE)


def concern_form(*, site_name: str, secret: str, concern_id: UUID, outline: str) -> str:
    """The form.

    Args:
        site_name: Plain text.
        secret: Of the link, which goes back with the form.
        concern_id: Of the concern to be, so that one that is sent twice counts once.
        outline: The map as SVG that is escaped already; may be empty.
    """
    kinds = "".join(
        f'<label class="kind"><input type="radio" name="kind" value="{kind}" required><span>{words}</span></label>'
        for kind, words in KINDS.items()
    )
    place = (
        f'<div class="where" hidden><p id="where-words">Tap the map where it is.</p>{outline}'
        '<input type="hidden" name="x_m"><input type="hidden" name="y_m"></div>'
        if outline
        else ""
    )
    return script_page(
        "Report a concern",
        f'<p class="site">{html.escape(site_name)}</p>'
        '<p class="urgent"><strong>Somebody in danger now? Call the emergency number.</strong> This form is read by'
        " officers, not at once.</p>"
        '<form method="post" action="/concern">'
        f'<input type="hidden" name="link" value="{html.escape(secret, quote=True)}">'
        f'<input type="hidden" name="id" value="{concern_id}">'
        f"<fieldset><legend>What is it?</legend>{kinds}</fieldset>"
        '<label class="text">What did you notice?<textarea name="words" rows="3" maxlength="500" required></textarea></label>'
        '<label class="text">Where?<input name="place" maxlength="100" autocomplete="off"'
        ' placeholder="Side door by the gym, floor 2 …"></label>'
        f"{place}"
        '<label class="text">Your name (you may leave it out)<input name="by" maxlength="100" autocomplete="name"></label>'
        '<button type="submit">Send</button></form>',
        style="concern",
        script="concern",
    )


def concern_thanks() -> str:
    """What is shown once the concern is on disk."""
    return page(
        "Thank you",
        "<p>Your report has arrived, and officers of the site have been told.</p>"
        "<p>Does it get worse, or is somebody in danger? Call the emergency number.</p>",
    )
