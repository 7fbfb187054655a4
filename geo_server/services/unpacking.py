"""Archives of drawings: a zip file with one level a file is the same as those files."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from geo_server.ingest.archive import is_archive, list_members, read_members
from geo_server.ingest.imdf.archive import is_imdf
from geo_server.ingest.world_file import SUFFIXES as BESIDE
from geo_server.services.drawings import DrawingFile

SUFFIXES = frozenset({"dxf", "dwg", "ifc", "geojson", "json", "osm"})
"""Endings of what is taken for a drawing in an archive."""


def unpack(files: Sequence[DrawingFile]) -> list[DrawingFile]:
    """Files with the drawings of archives in their place; an IMDF archive is one file.

    What a person said of an archive's unit and reference system counts for all drawings in it; an ordinal counts when
    there is one drawing in it.

    Raises:
        UnreadableFile: An archive is damaged.
        TooLarge: There is too much in it.
    """
    return [drawing for file in files for drawing in _unpacked(file)]


def _unpacked(file: DrawingFile) -> list[DrawingFile]:
    if not is_archive(file.data) or is_imdf(list_members(file.data, file.name)):
        return [file]
    members = read_members(file.data, file.name, lambda path: _suffix(path) in SUFFIXES | set(BESIDE))
    drawings = list(_drawings(file, members))
    if len(drawings) > 1:
        drawings = [replace(drawing, ordinal=None, level_name=None) for drawing in drawings]
    return drawings or [file]


def _drawings(file: DrawingFile, members: Mapping[str, bytes]) -> Iterator[DrawingFile]:
    for path in sorted(members):
        if _suffix(path) in SUFFIXES:
            stem = path.removesuffix(PurePosixPath(path).suffix).lower()
            beside = {_suffix(p): data for p, data in members.items() if p.rpartition(".")[0].lower() == stem}
            wanted = {suffix: data for suffix, data in beside.items() if suffix in BESIDE}
            yield replace(file, name=PurePosixPath(path).name[:200], data=members[path], beside=wanted)


def _suffix(path: str) -> str:
    return PurePosixPath(path).suffix.removeprefix(".").lower()
