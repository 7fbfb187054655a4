"""DWG bytes to a floorplan. Two readers that know nothing of each other look at the file; where they disagree, a person
is told. Everything after the lines are read is shared with DXF."""

from geo_server.domain.errors import UnreadableFile
from geo_server.domain.findings import Finding
from geo_server.ingest.codes import make_finding
from geo_server.ingest.dwg.convert import Converted, convert
from geo_server.ingest.dwg.drawing import drawing_of
from geo_server.ingest.dwg.header import Header, read_header
from geo_server.ingest.dxf.ground import Ground, find_place
from geo_server.ingest.dxf.reader import read_values
from geo_server.ingest.result import ImportResult


def read_dwg(
    data: bytes,
    name: str,
    *,
    metres_per_unit: float | None = None,
    ordinal: int | None = None,
    level_name: str | None = None,
    ground: Ground | None = None,
) -> ImportResult:
    """Read a DWG file (R13 to R2018).

    Args:
        data: Its bytes.
        name: What to call it in refusals.
        metres_per_unit: Length of a drawing unit, when known; else it is found out.
        ordinal: Ordinal of its only level, when a person says that it shows one.
        level_name: Name of its only level, when known.
        ground: What is said of its place by others than itself.

    Raises:
        InvalidInput: The reference system that a person named cannot be.
        UnreadableFile: Damaged, or of a version that cannot be read.
        TooLarge: It expands to more objects than anybody draws.
    """
    converted = convert(data, name)
    header = read_header(data)
    if not converted.features and header.top_level is None:
        raise UnreadableFile(
            f"The DWG file is damaged: no reader finds an object in it ({header.fault}).",
            where=name,
            advice="Open it in a CAD program, run AUDIT, and save it as DXF (R2013).",
        )
    ground = ground or Ground()
    place, doubts = find_place(None, name, ground)
    return read_values(
        drawing_of(converted, header),
        "dwg",
        findings=[make_finding("dwg-beta"), *find_doubts(converted, header), *doubts],
        place=place,
        ground=ground,
        metres_per_unit=metres_per_unit,
        ordinal=ordinal,
        level_name=level_name,
    )


def find_doubts(converted: Converted, header: Header) -> list[Finding]:
    """What speaks against trusting the file to have been read whole."""
    found = []
    if header.top_level is None:
        words = f"The second reader cannot read the file ({header.fault}), so that nothing checks the first."
        found.append(make_finding("dwg-unchecked", words))
    elif header.top_level != converted.top_level:
        words = f"One reader finds {converted.top_level:,} objects in model space, the other {header.top_level:,}."
        found.append(make_finding("dwg-readers-differ", words, count=abs(header.top_level - converted.top_level)))
    found += [
        make_finding("file-repaired", f"The file was repaired: {warning[:160]}") for warning in converted.warnings[:5]
    ]
    return found
