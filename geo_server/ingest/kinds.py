"""Which kinds of files there are, told by their first bytes, before anything is read."""

from geo_server.domain.errors import UnreadableFile
from geo_server.ingest.archive import is_archive
from geo_server.ingest.ifc.model import is_ifc
from geo_server.ingest.signatures import is_dwg, is_dxf


def check_kind(data: bytes, name: str) -> None:
    """Refuse a file that is of no kind that can be read.

    Raises:
        UnreadableFile: It is empty, or of none of these kinds.
    """
    head = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not head:
        raise UnreadableFile("The file is empty.", where=name, advice="Send the drawing itself.")
    if not (is_dxf(data) or is_dwg(data) or is_archive(data) or is_ifc(data) or head.startswith((b"<", b"{"))):
        raise UnreadableFile(
            "The file is neither DXF, DWG, IFC, an IMDF archive, OpenStreetMap indoor data, a floorplan document nor GeoJSON.",
            where=name,
            advice="Export the plan as DXF from the CAD program.",
        )
