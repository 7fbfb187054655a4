"""The whole intake of a drawing beside the loading of the same file by ezdxf alone: what rooms cost beyond reading.

Times are CPU seconds of this process, the best of a few rounds that take turns. The intake runs as in its worker, which
looks for no cycles; ezdxf runs as whoever calls it gets it. Memory is the peak of a worker process.
"""

import gc
import io
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ezdxf.filemanagement import new, readfile

from geo_server.ingest.pipeline import read_plan
from geo_server.services.worker import Limits, read_in_worker

FLOORPLANS = Path(__file__).parents[1] / "data/floorplans"
ROUNDS = 3
ALLOWED_RATIO, ALLOWED_PER_ZONE_S = 1.5, 0.01
"""An intake should cost no more than this many loadings, plus this for each zone."""
BIG_MB = 42


@dataclass(frozen=True)
class Row:
    """One drawing: CPU seconds of both ways."""

    name: str
    size_mb: float
    load_s: float
    intake_s: float
    zones: int

    @property
    def allowed_s(self) -> float:
        """What the intake may cost."""
        return ALLOWED_RATIO * self.load_s + ALLOWED_PER_ZONE_S * self.zones


def run() -> str:
    """Measure, and write the section."""
    rows = [_measure(path) for path in sorted(FLOORPLANS.glob("*.dxf"))]
    lines = [
        f"| {row.name} | {row.size_mb:.2f} | {row.load_s:.2f} | {row.intake_s:.2f} | {row.zones} | {row.allowed_s:.2f} | "
        f"{row.intake_s / row.load_s:.1f} |"
        for row in rows
    ]
    head = (
        f"## Intake\n\nThe best of {ROUNDS} rounds. Allowed: {ALLOWED_RATIO} loadings and "
        f"{1000 * ALLOWED_PER_ZONE_S:.0f} ms a zone.\n\n"
        "| drawing | MB | ezdxf alone, CPU s | whole intake, CPU s | zones | allowed, CPU s | ratio |\n"
        "|---|---|---|---|---|---|---|\n"
    )
    return head + "\n".join(lines) + "\n\n" + _big()


def _measure(path: Path) -> Row:
    data = path.read_bytes()
    loads, intakes = [], []
    for _ in range(ROUNDS):
        loads.append(_cpu(lambda: readfile(path)))
        gc.disable()
        intakes.append(_cpu(lambda: read_plan(data, path.name)))
        gc.enable()
    zones = len(read_plan(data, path.name).floorplan.zones)
    return Row(path.name, len(data) / 1e6, min(loads), min(intakes), zones)


def _cpu(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _big() -> str:
    data = _big_drawing()
    began = time.perf_counter()
    result = read_in_worker(data, "big.dxf", Limits(memory_bytes=2**30))
    took = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return (
        f"A made drawing of {len(data) / 1e6:.0f} MB with {result.totals['entities']:,} objects is read by a worker in "
        f"{took:.0f} s and {peak:.0f} MiB at the most, of the 1024 MiB that it is given.\n"
    )


def _big_drawing() -> bytes:
    """Rooms in a grid among furniture of many small pieces, as much of it as makes 42 MB."""
    document = new("R2010")
    space = document.modelspace()
    for i in range(20):
        for j in range(10):
            x, y = 6.0 * i, 5.0 * j
            for a, b in [
                ((x, y), (x + 6, y)),
                ((x, y), (x, y + 5)),
                ((x + 6, y), (x + 6, y + 5)),
                ((x, y + 5), (x + 6, y + 5)),
            ]:
                space.add_line(a, b, dxfattribs={"layer": "A-WALL"})
    stream = io.StringIO()
    document.write(stream)
    each = 400
    for k in range(int((BIG_MB * 1e6 - stream.tell()) / each)):
        x, y = 0.3 + k % 400 * 0.29, 0.3 + k // 400 % 160 * 0.29
        points = [(x + 0.001 * n, y + 0.002 * (n % 3)) for n in range(12)]
        space.add_lwpolyline(points, dxfattribs={"layer": "A-FURN"})
    stream = io.StringIO()
    document.write(stream)
    return stream.getvalue().encode()
