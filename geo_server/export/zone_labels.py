"""Labels of the folium page that make room for each other: Leaflet itself lets them overlap."""

import folium
from branca.element import MacroElement
from jinja2 import Template
from shapely.geometry import shape

from geo_server.export.offline import safe


def label(geometry: dict[str, object], words: str, kind: str, weight: float) -> folium.Marker:
    """A label inside a geometry.

    Args:
        geometry: GeoJSON, in the page's coordinates.
        words: Any text.
        kind: CSS class.
        weight: Where two labels meet, the one with less is hidden.
    """
    point = shape(geometry).representative_point()
    html = f'<span class="map-label {kind}" data-weight="{weight:.0f}">{safe(words)}</span>'
    icon = folium.DivIcon(html=html, icon_size=(0, 0), class_name="label-anchor")
    return folium.Marker((point.y, point.x), icon=icon, interactive=False, keyboard=False)


class ZoneLabels(MacroElement):
    """Hides labels that would lie on others, heaviest first, whenever the map's zoom or level changes."""

    _template = Template("""
        {% macro script(this, kwargs) %}
        (function (map) {
            function makeRoom() {
                const taken = [];
                const labels = [...map.getContainer().querySelectorAll(".map-label")];
                labels.forEach(label => { label.style.visibility = ""; });
                labels.sort((a, b) => b.dataset.weight - a.dataset.weight);
                for (const label of labels) {
                    const box = label.getBoundingClientRect();
                    const free = taken.every(other => box.right < other.left || box.left > other.right
                        || box.bottom < other.top || box.top > other.bottom);
                    if (free) { taken.push(box); } else { label.style.visibility = "hidden"; }
                }
            }
            map.on("zoomend moveend baselayerchange resize", makeRoom);
            map.whenReady(() => requestAnimationFrame(makeRoom));
        })({{ this._parent.get_name() }});
        {% endmacro %}
        """)

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "ZoneLabels"
