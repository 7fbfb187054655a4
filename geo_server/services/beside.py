"""Files that lie beside a drawing and say where on the ground it is."""

from pathlib import Path

from geo_server.ingest.world_file import LONGEST, SUFFIXES


def files_beside(drawing: Path) -> dict[str, bytes]:
    """The world file and the projection file of a drawing, by their ending; ``PLAN.WLD`` belongs to ``plan.dxf``."""
    found: dict[str, bytes] = {}
    for path in sorted(drawing.parent.iterdir()):
        ending = path.suffix.lower().removeprefix(".")
        if ending in SUFFIXES and path.stem.lower() == drawing.stem.lower() and path.is_file():
            with path.open("rb") as file:
                found[ending] = file.read(LONGEST + 1)
    return found
