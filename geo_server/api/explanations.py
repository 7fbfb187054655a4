"""What each kind of problem means and what to do about it: the pages that a problem's ``type`` leads to."""

import html
from dataclasses import dataclass

from geo_server.api.pages import page
from geo_server.api.problems import Kind, OtherKind
from geo_server.api.security import NotSameOrigin, SomebodyElse
from geo_server.domain.errors import (
    Conflict,
    DatabaseUnavailable,
    InvalidInput,
    NotAllowed,
    NotFound,
    NotSignedIn,
    TooLarge,
    TooOften,
    Unavailable,
    UnreadableFile,
)


@dataclass(frozen=True, slots=True)
class Explanation:
    """A kind of problem in general.

    Args:
        meaning: What has happened.
        remedy: What to do.
    """

    kind: Kind
    meaning: str
    remedy: str


EXPLANATIONS: dict[str, Explanation] = {
    told.kind.slug: told
    for told in (
        Explanation(
            InvalidInput,
            "The request was understood, and something that it says cannot be. Nothing was changed.",
            "The answer names the field under “where”. Correct it and send the request again.",
        ),
        Explanation(
            UnreadableFile,
            "The file is not what its name or its first bytes claim, or it is damaged beyond reading. Nothing was kept.",
            "Open it in the program that made it, save it again as DXF or GeoJSON, and upload that.",
        ),
        Explanation(
            TooLarge,
            "The request or the file is over a limit that the answer states. Nothing was kept.",
            "Send less at once. An administrator can raise the upload limit in the settings.",
        ),
        Explanation(
            TooOften,
            "More came in a short while than anybody needs. Nothing was kept of what is refused so.",
            "Send it again after the time in the Retry-After header.",
        ),
        Explanation(
            NotFound,
            "There is nothing at this address for you. It may not exist, or your account has no role on its site: "
            "the two are answered alike on purpose.",
            "Check the address. If it should be there, ask your administrator for a role on the site.",
        ),
        Explanation(
            NotSignedIn,
            "Nobody is signed in, or the sign-in has expired, was revoked, or its link was used already.",
            "Ask your administrator for a new sign-in link. A link works once, within a day.",
        ),
        Explanation(
            SomebodyElse,
            "The request says for whom it was made, and somebody else is signed in by now. Nothing was done in their name.",
            "Load the page again. What the first person said waits on the device until they sign in there.",
        ),
        Explanation(
            NotAllowed,
            "You are signed in, and your role on this site does not include this.",
            "The answer names the roles that do. Ask one of those people, or your administrator.",
        ),
        Explanation(
            NotSameOrigin,
            "A change was asked for with this browser's sign-in, and not by a page of this server. It was not made: "
            "another site may have tried to act in your name.",
            "Use the page of this server. A program sends an API token in the Authorization header instead.",
        ),
        Explanation(
            Conflict,
            "The request is right in itself, and does not fit the present state: something else has changed meanwhile, "
            "or an id is already taken by something else.",
            "Load the present state, and decide again.",
        ),
        Explanation(
            DatabaseUnavailable,
            "The server runs, and cannot use its database: it is down, is being updated, or is not the right one.",
            "Try again in a moment. Whoever runs the server finds the reason in its log, and by geo-server doctor.",
        ),
        Explanation(
            Unavailable,
            "Something that this server needs is missing, busy or down, such as its database.",
            "Try again in a few seconds. An administrator runs “geo-server doctor”, which says what is wrong.",
        ),
        Explanation(
            OtherKind.METHOD_NOT_ALLOWED,
            "The address exists, and does not take this kind of request.",
            "The Allow header of the answer lists what it takes; the OpenAPI document lists all addresses.",
        ),
        Explanation(
            OtherKind.BAD_REQUEST,
            "The request is not well formed, so that the server cannot tell what it asks for.",
            "Check how the program puts the request together.",
        ),
        Explanation(
            OtherKind.BUG,
            "The server made a mistake. It has written down all that is needed to find it, under the reference in the "
            "answer.",
            "Try again. If it stays, give your administrator the reference.",
        ),
    )
}
"""By slug."""


def explanation_page(slug: str) -> str:
    """The page of one kind."""
    told = EXPLANATIONS[slug]
    words = f"<p>{html.escape(told.meaning)}</p><h2>What to do</h2><p>{html.escape(told.remedy)}</p>"
    return page(told.kind.title, words)
