"""Small pages: sign-in, problems, what is to be printed, and forms for people without an account. The map is a static page of its own."""

import html


def page(title: str, body: str, *, language: str = "en") -> str:
    """A small page: its title and a few words in the middle.

    Args:
        title: Plain text.
        body: HTML that is escaped already.
        language: Tag of the language of its words.
    """
    return _document(
        title,
        ("page",),
        f'<body class="plain"><main><h1>{html.escape(title)}</h1>{body}</main></body>',
        language=language,
    )


def script_page(title: str, body: str, *, style: str, script: str, language: str = "en") -> str:
    """A small page with a style and a script of its own, which it can do without.

    Args:
        title: Plain text.
        body: HTML that is escaped already.
        style: Name of its stylesheet, which comes after that of all small pages.
        script: Name of its script.
        language: Tag of the language of its words.
    """
    main = f'<body class="plain"><main><h1>{html.escape(title)}</h1>{body}</main></body>'
    return _document(
        title,
        ("page", style),
        main,
        f'<script type="module" src="/static/pages/{script}.js"></script>',
        language=language,
    )


def sheet(title: str, body: str) -> str:
    """A page that is made to be printed.

    Args:
        title: Plain text.
        body: HTML that is escaped already.
    """
    return _document(title, ("sheet",), f'<body class="sheet"><main>{body}</main></body>')


def _document(title: str, styles: tuple[str, ...], body: str, script: str = "", *, language: str = "en") -> str:
    safe = html.escape(title)
    links = "".join(f'<link rel="stylesheet" href="/static/pages/{style}.css">' for style in styles)
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="robots" content="noindex"><title>{safe} · geo-server</title>'
        '<link rel="icon" href="/static/favicon.svg" type="image/svg+xml">'
        f"{links}{script}</head>{body}</html>"
    )


def responder_link_form(token: str) -> str:
    """The page behind a responder link: one button, so that a program that looks at links begins no session."""
    return page(
        "Incident map",
        "<p>This link shows one incident on its map: threats, rooms and routes. It changes nothing, and ends after the"
        " all-clear. Every device that opens it is recorded.</p>"
        '<form method="post" action="/respond">'
        f'<input type="hidden" name="token" value="{html.escape(token, quote=True)}">'
        '<button type="submit">Open the map</button></form>',
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
