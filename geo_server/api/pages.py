"""Small pages without script: sign-in and problems. The map is a static page of its own."""

import html


def page(title: str, body: str) -> str:
    """A whole page.

    Args:
        title: Plain text.
        body: HTML that is escaped already.
    """
    safe = html.escape(title)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="robots" content="noindex"><title>{safe} · geo-server</title>'
        '<link rel="icon" href="/static/favicon.svg" type="image/svg+xml">'
        '<link rel="stylesheet" href="/static/css/page.css"></head>'
        f'<body class="plain"><main><h1>{safe}</h1>{body}</main></body></html>'
    )


def sign_in_form(token: str) -> str:
    """The page behind a sign-in link: one button, so that a mail scanner that opens the link does not use it up."""
    return page(
        "Sign in",
        "<p>This link works once. It signs this device in.</p>"
        '<form method="post" action="/sign-in">'
        f'<input type="hidden" name="token" value="{html.escape(token, quote=True)}">'
        '<button type="submit">Sign in</button></form>',
    )
