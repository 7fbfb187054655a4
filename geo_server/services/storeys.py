"""Which level each of several files of a building shows.

A person is believed first, then the name of the file (``school_2nd_floor.dxf``, ``B-EG.dwg``, ``level-1.dxf``), then the
title in the drawing; what is left takes the next free levels in the order in which the files are given, and is told.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from uuid import UUID, uuid5

from geo_server.domain.errors import InvalidInput
from geo_server.domain.moving import with_ids
from geo_server.domain.places import Floorplan
from geo_server.ingest.codes import make_finding
from geo_server.ingest.dxf.titles import level_of
from geo_server.ingest.result import ImportResult

DRAWN = frozenset({"dxf", "dwg", "geojson"})
"""Formats whose files of one level may not say which."""

_SHORT = re.compile(r"(?:^|[^A-Z0-9])(?:F|L|E|LV|LVL|FL)[ -]?0?(\d{1,2})(?![\dA-Z])")
_GROUND = re.compile(r"(?:^|[^A-Z0-9])(?:GROUND|GF|EG|RDC|PB)(?![A-Z0-9])")


@dataclass(frozen=True, slots=True)
class FileLevel:
    """The level of a file.

    Args:
        name: Of the file.
        ordinal: Where it is known, or None.
        drawn: It is a CAD drawing, which shows one level for each view and may not say which.
    """

    name: str
    ordinal: int | None
    drawn: bool = True


def ordinal_in_name(name: str) -> int | None:
    """The ordinal that a file's name speaks of, or None.

    Args:
        name: With or without folders and ending.
    """
    words = re.sub(r"[_\s.]+", " ", PurePath(name).stem)
    said = level_of(words)
    if said is not None:
        return said
    plain = words.upper()
    if _GROUND.search(plain):
        return 0
    short = _SHORT.findall(plain)
    return int(short[-1]) if short else None


def tell_ordinals(files: Sequence[FileLevel]) -> list[int | None]:
    """Ordinals of files of which nothing is read yet: as told, else from their names when there are several drawings.

    Raises:
        InvalidInput: Two files are said to show one level.
    """
    if len(files) == 1:
        return [files[0].ordinal]
    found = [ordinal_in_name(file.name) if file.ordinal is None and file.drawn else file.ordinal for file in files]
    _refuse_twins(files, found)
    return found


def lay_in_order(files: Sequence[FileLevel], results: Sequence[ImportResult]) -> list[ImportResult]:
    """What was read, with an ordinal of its own for each file of one level that was drawn and says none.

    Args:
        files: With the ordinals that they were read with.
        results: What the intake made of each.

    Raises:
        InvalidInput: Two drawings say by their titles that they show one level.
    """
    if len(files) == 1:
        return list(results)
    found = [_shown(file, result) for file, result in zip(files, results, strict=True)]
    _refuse_twins(files, found)
    taken = {
        level.ordinal for r, o in zip(results, found, strict=True) if o is not None for level in r.floorplan.levels
    }
    taken |= {ordinal for ordinal in found if ordinal is not None}
    laid = []
    for file, result, ordinal in zip(files, results, found, strict=True):
        if ordinal is not None or not _is_open(file, result):
            laid.append(_on_level(result, ordinal))
            continue
        free = next(number for number in range(len(files) + len(taken)) if number not in taken)
        taken.add(free)
        words = f"{file.name} was taken for level {free}, by the order of the files."
        moved = _on_level(result, free)
        told = make_finding("level-guessed", words, ordinal=free)
        laid.append(replace(moved, findings=(*moved.findings, told)))
    return _with_ids_of_their_own(laid)


def _with_ids_of_their_own(results: Sequence[ImportResult]) -> list[ImportResult]:
    """The same, where files that number their objects alike share no id."""
    taken: set[UUID] = set()
    apart = []
    for result in results:
        plan = result.floorplan
        if taken & _ids(plan):
            key = " ".join(str(level.ordinal) for level in plan.levels)
            plan = with_ids(plan, lambda one, key=key: uuid5(one, f"levels {key}"))  # type: ignore[misc]
        taken |= _ids(plan)
        apart.append(replace(result, floorplan=plan))
    return apart


def _ids(plan: Floorplan) -> set[UUID]:
    things = (plan.levels, plan.zones, plan.openings, plan.transitions, plan.walls, plan.assets)
    return {thing.id for group in things for thing in group}


def _is_open(file: FileLevel, result: ImportResult) -> bool:
    """Whether nothing but the drawing could say which level it shows."""
    return file.ordinal is None and result.format in DRAWN and len(result.floorplan.levels) == 1


def _shown(file: FileLevel, result: ImportResult) -> int | None:
    """The ordinal of a file's only level, where somebody or something says it."""
    if not _is_open(file, result):
        return file.ordinal
    level = result.floorplan.levels[0]
    titled = None if level.name == f"Level {level.ordinal}" else level_of(level.name)
    return ordinal_in_name(file.name) if titled is None else titled


def _on_level(result: ImportResult, ordinal: int | None) -> ImportResult:
    """What was read of one level, put on another: with ids of that level's own."""
    levels = result.floorplan.levels
    if ordinal is None or len(levels) != 1 or levels[0].ordinal == ordinal:
        return result
    name = f"Level {ordinal}" if levels[0].name == f"Level {levels[0].ordinal}" else levels[0].name
    moved = replace(result.floorplan, levels=(replace(levels[0], ordinal=ordinal, name=name),))
    return replace(result, floorplan=with_ids(moved, lambda one: uuid5(one, f"level {ordinal}")))


def _refuse_twins(files: Sequence[FileLevel], ordinals: Sequence[int | None]) -> None:
    seen: dict[int, str] = {}
    for file, ordinal in zip(files, ordinals, strict=True):
        if ordinal is not None and ordinal in seen:
            raise InvalidInput(
                f"{seen[ordinal]} and {file.name} both seem to show level {ordinal}.",
                where="ordinal",
                advice="Give the ordinal of each file, in the order of the files.",
            )
        if ordinal is not None:
            seen[ordinal] = file.name
