"""Where on the ground a drawing is: by a person's word, by the files beside it, or by its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from ezdxf.document import Drawing as Document

from geo_server.domain.errors import InvalidInput
from geo_server.domain.findings import Finding
from geo_server.ingest.codes import make_finding
from geo_server.ingest.dxf.drawing import Drawing, all_points
from geo_server.ingest.dxf.geodata import read_geodata
from geo_server.ingest.georeference import Georeference, GridPlace, georeference, grid_coordinates, projected_crs
from geo_server.ingest.world_file import read_world_file


@dataclass(frozen=True, slots=True)
class Ground:
    """What is said of a drawing's place by others than the drawing.

    Args:
        crs: Reference system that its coordinates are in, as a person says, or None.
        beside: World file and projection file by their ending.
    """

    crs: str | None = None
    beside: Mapping[str, bytes] = field(default_factory=dict)


def find_place(document: Document | None, name: str, ground: Ground) -> tuple[GridPlace | None, list[Finding]]:
    """Where a drawing is: a person is believed first, then the files beside it, then its GEODATA.

    Args:
        document: None when the file is of a format whose own words about its place are not read.
        name: Name of the drawing, for refusals.
        ground: What is said of it.

    Raises:
        InvalidInput: A person named a reference system that cannot be.
    """
    if ground.crs is not None:
        crs = projected_crs(ground.crs, "crs")
        return grid_coordinates(crs, crs.name), []
    findings = []
    readers: list[Callable[[], GridPlace | None]] = [partial(read_world_file, ground.beside, name)]
    if document is not None:
        readers.append(partial(read_geodata, document))
    for read in readers:
        try:
            place = read()
        except InvalidInput as refusal:
            findings.append(make_finding("georeference-unusable", str(refusal)))
        else:
            if place is not None:
                return place, findings
    return None, findings


def put_on_ground(
    place: GridPlace | None, shown: Drawing, metres_per_unit: float, ground: Ground
) -> tuple[Georeference | None, list[Finding]]:
    """A drawing's place as control points, and what to tell of it.

    Args:
        place: Drawing units to a grid, or None.
        shown: What is drawn, in drawing units.
        metres_per_unit: Length of a drawing unit.
        ground: What a person said.

    Raises:
        InvalidInput: The reference system that a person named is not made for where the drawing lies.
    """
    points = all_points(shown.strokes)
    if place is None or len(points) == 0:
        return None, []
    low, high = np.percentile(points, [1, 99], axis=0).tolist()
    try:
        found = georeference(place, (*low, *high), metres_per_unit)
    except InvalidInput as refusal:
        if ground.crs is not None:
            raise
        return None, [make_finding("georeference-unusable", str(refusal))]
    accuracy = "unknown" if found.accuracy_m is None else f"{found.accuracy_m:g} m"
    words = (
        f"{found.source} says where the drawing is, in {found.crs}; the accuracy of that on the ground is {accuracy}."
    )
    return found, [make_finding("georeferenced", words)]
