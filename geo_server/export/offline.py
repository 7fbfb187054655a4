"""A folium map in one HTML file that needs no network and lets none happen.

folium's own pages load ten files from four public hosts. Here Leaflet is written into the page, nothing else is needed,
and a content security policy with the hash of each script in it forbids the rest: every request, every inline event
handler, every script that is not ours.
"""

import base64
import hashlib
import re
from functools import cache
from importlib.resources import files

import folium
from branca.element import Element, Figure

_IMAGE = re.compile(r"url\((images/[a-z0-9-]+\.png)\)")
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_FOLIUM_ID = re.compile(r"(?<=[a-z]_)[0-9a-f]{32}")
_VIEWPORT = re.compile(r'<meta name="viewport".*?/>', re.DOTALL)


class OfflineMap(folium.Map):
    """A folium map that asks for no file. Leaflet must be written into the page: see :func:`finished_page`."""

    default_js: list[tuple[str, str]] = []  # noqa: RUF012 - overrides folium's own
    default_css: list[tuple[str, str]] = []  # noqa: RUF012


def safe(text: str) -> str:
    """A text that stands for itself wherever folium may put it: in HTML, in an attribute, in a script's string or
    template, in Jinja. All but letters, digits, spaces, dots and commas become character references.
    """
    return "".join(c if c.isalnum() or c in " .," else f"&#{ord(c)};" for c in text)


def finished_page(page: OfflineMap, title: str, words: str) -> str:
    """The page of a map with Leaflet in it. The same map gives the same bytes.

    Args:
        page: With all its layers.
        title: Of the page; any text.
        words: HTML that stands beside the map. It must not be made of anything but :func:`safe` texts and our own.
    """
    root = page.get_root()
    assert isinstance(root, Figure)
    root.html.add_child(Element(words), name="words")
    root.title = safe(title)
    root.header.add_child(Element(f"<style>{{% raw %}}{_leaflet_css()}{{% endraw %}}</style>"), name="leaflet_css")
    root.header.add_child(Element(f"<script>{{% raw %}}{_leaflet_js()}{{% endraw %}}</script>"), name="leaflet_js")
    html = _numbered(root.render())
    html = _VIEWPORT.sub('<meta name="viewport" content="width=device-width, initial-scale=1" />', html)
    return html.replace("<html>\n<head>", f'<html lang="en">\n<head>\n{_policy(html)}', 1)


def _policy(html: str) -> str:
    hashes = sorted({_hash(script) for script in _SCRIPT.findall(html)})
    sources = " ".join(f"'sha256-{value}'" for value in hashes)
    policy = f"default-src 'none'; script-src {sources}; style-src 'unsafe-inline'; img-src data:; base-uri 'none'"
    return f'<meta http-equiv="Content-Security-Policy" content="{policy}" />'


def _hash(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _numbered(html: str) -> str:
    """Number folium's objects as they come: it names them at random."""
    numbers: dict[str, str] = {}
    return _FOLIUM_ID.sub(lambda found: numbers.setdefault(found[0], str(len(numbers))), html)


@cache
def _leaflet_js() -> str:
    text = (files("xstatic.pkg.leaflet") / "data" / "leaflet.js").read_text(encoding="utf-8")
    return re.sub(r"\n//# sourceMappingURL=.*", "", text).replace("</script", "<\\/script")


@cache
def _leaflet_css() -> str:
    folder = files("xstatic.pkg.leaflet") / "data"

    def inline(found: re.Match[str]) -> str:
        image = base64.b64encode((folder / found[1]).read_bytes()).decode()
        return f"url(data:image/png;base64,{image})"

    return _IMAGE.sub(inline, (folder / "leaflet.css").read_text(encoding="utf-8"))
