"""OpenStreetMap XML (``.osm``) as tagged geometry. No document type, no entities: nothing in the file is fetched or
expanded."""

from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat

import shapely
from shapely.geometry.base import BaseGeometry

from geo_server.domain.errors import UnreadableFile
from geo_server.domain.findings import Finding
from geo_server.ingest.osm.features import OsmFeature, clean_features

AREAS = {"indoor": {"room", "corridor", "area", "level", "yes"}, "area": {"yes"}, "highway": {"elevator"}}
"""Tags that make a closed way an area."""

Raw = tuple[str, dict[str, str], BaseGeometry | None]


@dataclass(slots=True)
class _Element:
    kind: str
    id: str
    tags: dict[str, str] = field(default_factory=dict)
    refs: list[str] = field(default_factory=list)
    members: list[tuple[str, str]] = field(default_factory=list)
    at: tuple[float, float] | None = None


def features_of_xml(data: bytes, name: str) -> tuple[list[OsmFeature], list[Finding]]:
    """The tagged objects of an OpenStreetMap XML file.

    Raises:
        UnreadableFile: Not well-formed, no ``osm`` element, or a document type declaration.
    """
    elements = _parse(data, name)
    nodes = {e.id: e.at for e in elements if e.kind == "node" and e.at is not None}
    lines = {e.id: [nodes[ref] for ref in e.refs if ref in nodes] for e in elements if e.kind == "way"}
    raw: list[Raw] = [(f"{e.kind}/{e.id}", e.tags, _geometry(e, lines)) for e in elements if e.tags]
    return clean_features(raw, name)


def _parse(data: bytes, name: str) -> list[_Element]:
    elements: list[_Element] = []
    roots: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        if not roots:
            roots.append(tag)
        if tag in {"node", "way", "relation"}:
            elements.append(_Element(tag, attributes.get("id", ""), at=_place(attributes)))
        elif elements:
            _take(elements[-1], tag, attributes)

    def refuse_doctype(*_: object) -> NoReturn:
        raise UnreadableFile(
            "The file declares a document type, which OpenStreetMap data never does.",
            where=name,
            advice="Export the data again from JOSM or the OpenStreetMap site.",
        )

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = refuse_doctype
    parser.EntityDeclHandler = refuse_doctype
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError) as fault:
        raise UnreadableFile(f"This is not XML: {fault}.", where=name, advice="Export the data again.") from None
    if roots != ["osm"]:
        raise UnreadableFile(
            f"The first element is <{roots[0]}>, not <osm>.", where=name, advice="Give an OpenStreetMap XML file."
        )
    return elements


def _take(element: _Element, tag: str, attributes: dict[str, str]) -> None:
    if tag == "tag":
        element.tags[attributes.get("k", "")] = attributes.get("v", "")
    elif tag == "nd":
        element.refs.append(attributes.get("ref", ""))
    elif tag == "member" and attributes.get("type") == "way":
        element.members.append((attributes.get("role", ""), attributes.get("ref", "")))


def _place(attributes: dict[str, str]) -> tuple[float, float] | None:
    try:
        return float(attributes["lon"]), float(attributes["lat"])
    except (KeyError, ValueError):
        return None


def _geometry(element: _Element, lines: dict[str, list[tuple[float, float]]]) -> BaseGeometry | None:
    if element.kind == "node":
        return None if element.at is None else shapely.Point(element.at)
    if element.kind == "way":
        return _way(lines[element.id], element.tags)
    return _multipolygon(element, lines) if element.tags.get("type") == "multipolygon" else None


def _way(corners: list[tuple[float, float]], tags: dict[str, str]) -> BaseGeometry | None:
    if len(corners) < 2:
        return None
    closed = corners[0] == corners[-1] and len(corners) >= 4
    is_area = "building" in tags or any(tags.get(key) in values for key, values in AREAS.items())
    return shapely.Polygon(corners) if closed and is_area else shapely.LineString(corners)


def _multipolygon(element: _Element, lines: dict[str, list[tuple[float, float]]]) -> BaseGeometry | None:
    """Outer rings less inner rings; members may be pieces of rings."""

    def area(inner: bool) -> BaseGeometry:
        pieces = [
            shapely.LineString(lines[ref])
            for role, ref in element.members
            if (role == "inner") is inner and len(lines.get(ref, [])) >= 2
        ]
        return shapely.union_all(shapely.get_parts(shapely.polygonize(pieces)))

    found = area(inner=False) - area(inner=True)
    return None if found.is_empty else found
