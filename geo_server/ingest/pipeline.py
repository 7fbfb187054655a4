"""The one door of the intake: bytes of a file to a floorplan, whatever the format. Recognised by content, not by name."""

from collections.abc import Mapping
from typing import Any

from geo_server.domain.errors import UnreadableFile
from geo_server.domain.frame import DrawingFrame
from geo_server.ingest.archive import is_archive, list_members
from geo_server.ingest.document.reader import parse_document, read_document
from geo_server.ingest.dwg.reader import read_dwg
from geo_server.ingest.dxf.ground import Ground
from geo_server.ingest.dxf.reader import read_dxf
from geo_server.ingest.geojson.reader import is_plain_geojson, read_geojson
from geo_server.ingest.ifc.model import is_ifc
from geo_server.ingest.ifc.reader import read_ifc
from geo_server.ingest.imdf.archive import is_imdf
from geo_server.ingest.imdf.reader import read_imdf
from geo_server.ingest.kinds import check_kind
from geo_server.ingest.osm.indoor import is_osm_indoor, read_osm_indoor
from geo_server.ingest.result import ImportResult, Scale
from geo_server.ingest.signatures import is_dwg, is_dxf

__all__ = ["ImportResult", "Scale", "read_plan"]


def read_plan(
    data: bytes,
    name: str,
    *,
    metres_per_unit: float | None = None,
    ordinal: int | None = None,
    level_name: str | None = None,
    crs: str | None = None,
    beside: Mapping[str, bytes] | None = None,
    mapping: Mapping[str, str] | None = None,
) -> ImportResult:
    """Read a floor plan.

    Args:
        data: DXF (ASCII or binary), DWG, IFC, an IMDF archive, OpenStreetMap indoor data (GeoJSON or XML), a floorplan
            document or GeoJSON of other people's making.
        name: Name of the file, for messages only.
        metres_per_unit: Length of a drawing unit in metres, when known; DXF, DWG and others' GeoJSON.
        ordinal: Ordinal of a drawing's only level, when known; DXF, DWG and others' GeoJSON.
        level_name: Name of a drawing's only level, when known; DXF, DWG and others' GeoJSON.
        crs: Projected reference system that a drawing's coordinates are in, such as ``EPSG:2263``; DXF, DWG and
            others' GeoJSON.
        beside: World file and projection file of a drawing by their ending; DXF and DWG.
        mapping: Field to property, such as ``name`` to ``ROOM_NO``; others' GeoJSON.

    Raises:
        InvalidInput: There is no such ``crs``, field or property, or the drawing does not lie where ``crs`` is made for.
        UnreadableFile: None of these formats, damaged beyond repair, or a drawing without objects.
        TooLarge: It expands to more objects than anybody draws.
    """
    if is_dxf(data):
        read = read_dxf
    elif is_dwg(data):
        read = read_dwg
    else:
        said = {"metres_per_unit": metres_per_unit, "ordinal": ordinal, "level_name": level_name, "crs": crs}
        return _read_other(data, name, {**said, "mapping": mapping})
    ground = Ground(crs, beside or {})
    result = read(data, name, metres_per_unit=metres_per_unit, ordinal=ordinal, level_name=level_name, ground=ground)
    _check_drawn(result, name)
    return result


def _check_drawn(result: ImportResult, name: str) -> None:
    """Refuse a drawing without a single object, with what is wrong with the file where that may be why."""
    if result.totals["entities"] == 0:
        faults = [finding.message for finding in result.findings if finding.code == "file-repaired"]
        raise UnreadableFile(
            " ".join(["Model space holds no objects.", *faults]),
            where=name,
            advice="Open it in a CAD program, run AUDIT, see that the plan is in model space, and save it again.",
        )


def _read_other(data: bytes, name: str, said: Mapping[str, Any]) -> ImportResult:
    """A file that says where on the ground it is, or is a document of ours."""
    check_kind(data, name)
    if is_archive(data):
        return _read_archive(data, name)
    if is_ifc(data):
        return read_ifc(data, name)
    if data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return read_osm_indoor(data, name)
    return _read_json(data, name, said)


def _read_archive(data: bytes, name: str) -> ImportResult:
    if is_imdf(list_members(data, name)):
        return read_imdf(data, name)
    raise UnreadableFile(
        "The archive holds no drawing, and is no IMDF: it has no level.geojson and unit.geojson.",
        where=name,
        advice="Pack DXF or DWG files, one for each level, or an IMDF archive.",
    )


def _read_json(data: bytes, name: str, said: Mapping[str, Any]) -> ImportResult:
    document: dict[str, Any] = parse_document(data, name)
    if is_osm_indoor(document):
        return read_osm_indoor(data, name)
    if is_plain_geojson(document):
        return read_geojson(document, name, **said)
    plan = read_document(document, name)
    unit = plan.frame.metres_per_unit if isinstance(plan.frame, DrawingFrame) else 1.0
    scale = Scale(unit, 1.0, ("The document states its frame.",))
    totals = {"features": len(document["features"]), "zones": len(plan.zones), "openings": len(plan.openings)}
    return ImportResult(plan, (), "floorplan", scale, totals)
