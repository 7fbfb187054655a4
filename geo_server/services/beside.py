"""Files that lie beside a drawing and say where on the ground it is."""

from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from geo_server.domain.errors import InvalidInput
from geo_server.ingest.world_file import LONGEST, SUFFIXES

NamedFile = tuple[str, bytes]
"""A file's name, folders and all where it has them, and its bytes."""


def files_beside(drawing: Path) -> dict[str, bytes]:
    """The world file and the projection file of a drawing, by their ending; ``PLAN.WLD`` belongs to ``plan.dxf``."""
    found: dict[str, bytes] = {}
    for path in sorted(drawing.parent.iterdir()):
        ending = path.suffix.lower().removeprefix(".")
        if ending in SUFFIXES and path.stem.lower() == drawing.stem.lower() and path.is_file():
            with path.open("rb") as file:
                found[ending] = file.read(LONGEST + 1)
    return found


def lay_beside(files: Sequence[NamedFile]) -> Iterator[tuple[NamedFile, dict[str, bytes]]]:
    """Each drawing in order, with the world file and the projection file of its name and folder by their ending.

    Raises:
        InvalidInput: One of those belongs to no drawing.
    """
    beside: dict[str, dict[str, bytes]] = {_stem(name): {} for name, _ in files if _ending(name) not in SUFFIXES}
    for name, data in files:
        if _ending(name) in SUFFIXES:
            if _stem(name) not in beside:
                raise InvalidInput(
                    f"No drawing is called what {name} is called.",
                    where=name,
                    advice="Send the world file and the projection file under the name of their drawing, with it.",
                )
            beside[_stem(name)][_ending(name)] = data[: LONGEST + 1]
    yield from (((name, data), beside[_stem(name)]) for name, data in files if _ending(name) not in SUFFIXES)


def _stem(name: str) -> str:
    return name.removesuffix(PurePosixPath(name).suffix).lower()


def _ending(name: str) -> str:
    return PurePosixPath(name).suffix.lower().removeprefix(".")
