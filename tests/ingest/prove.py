"""``make damage``: real files damaged by dice, each read in the worker as an upload is.

Every one must end as a result whose totals add up, or as a refusal of one line that says where and what to do, within 60 s
and 1 GiB. What does worse is printed with its seed, by which it can be tried again:
``python -m tests.ingest.prove --first SEED --count 1``.
"""

import argparse
import multiprocessing
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from multiprocessing.context import ForkServerContext, SpawnContext
from pathlib import Path

from geo_server.domain.errors import GeoServerError
from geo_server.ingest.result import ImportResult
from geo_server.services.child import IMPORTED_AHEAD
from geo_server.services.worker import ANEW, Limits, read_in_worker
from tests.ingest.mutations import damaged

OWN = Path(__file__).parents[2] / "data" / "floorplans"
LARGEST = 600_000
"""Bytes of a file that is worth damaging again and again."""
ENDINGS = frozenset({".dxf", ".dwg", ".ifc", ".geojson", ".osm"})
LIMITS = Limits(memory_bytes=2**30, cpu_s=60, wall_s=60.0)
LONGEST_LINE = 500


def fault_of(outcome: ImportResult | GeoServerError | RuntimeError) -> str:
    """What is wrong with what came of a file; empty when nothing is."""
    if isinstance(outcome, RuntimeError):
        return f"a bug: {outcome}"
    if isinstance(outcome, ImportResult):
        totals = outcome.totals
        known = {"entities", "used", "ignored", "finding"} <= set(totals)
        if known and totals["entities"] != totals["used"] + totals["ignored"] + totals["finding"]:
            return f"its totals do not add up: {dict(totals)}"
        return ""
    words = str(outcome)
    vague = not outcome.where or not outcome.advice or "exit code" in words
    return f"no precise refusal: {words}" if vague or "\n" in words or len(words) > LONGEST_LINE else ""


def warm() -> ForkServerContext:
    """Starts readers as copies of one process that has loaded the libraries, which costs more than reading most files.

    What a reader may do and use is the same; it fences itself in after it was started. Planners are copies of that process
    too, so it has loaded what they need.
    """
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # what is copied must have no threads
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["geo_server.ingest.pipeline", "geo_server.services.worker", *IMPORTED_AHEAD])
    return context


def read(
    data: bytes, name: str, starting: SpawnContext | ForkServerContext = ANEW
) -> ImportResult | GeoServerError | RuntimeError:
    """What comes of reading a file in the worker."""
    try:
        return read_in_worker(data, name, LIMITS, starting=starting)
    except (GeoServerError, RuntimeError) as raised:
        return raised


def prove(files: Sequence[Path], seeds: range, seconds: float) -> tuple[Counter[str], list[str], float]:
    """Files damaged by each seed in turn while there is time, one at least.

    Returns:
        How many there were of each kind of damage and outcome, what went wrong, and how long the longest took.
    """
    until, longest, starting = time.monotonic() + seconds, 0.0, warm()
    outcomes: Counter[str] = Counter()
    wrong: list[str] = []
    for seed in seeds:
        path = files[seed % len(files)]
        kind, data = damaged(path.read_bytes(), seed)
        began = time.monotonic()
        outcome = read(data, path.name, starting)
        longest = max(longest, time.monotonic() - began)
        outcomes[f"{kind}: {'read' if isinstance(outcome, ImportResult) else type(outcome).__name__}"] += 1
        if fault := fault_of(outcome):
            wrong.append(f"seed {seed}, {path.name}, {kind}: {fault}")
        if time.monotonic() > until:
            break
    return outcomes, wrong, longest


def main() -> int:
    """Run from the command line; 1 when something went wrong."""
    asked = argparse.ArgumentParser(description="Read real files that dice have damaged.")
    asked.add_argument("--folder", type=Path, default=OWN, help="of drawings (default: those of the project)")
    asked.add_argument("--count", type=int, default=500, help="how many at most (default: 500)")
    asked.add_argument("--first", type=int, default=0, help="seed of the first (default: 0)")
    asked.add_argument("--seconds", type=float, default=1800.0, help="how long at most (default: 1800)")
    said = asked.parse_args()
    files = [p for p in sorted(said.folder.iterdir()) if p.suffix in ENDINGS and p.stat().st_size <= LARGEST]
    if not files:
        asked.error(f"{said.folder} holds no drawing of at most {LARGEST:,} bytes")
    outcomes, wrong, longest = prove(files, range(said.first, said.first + said.count), said.seconds)
    print("\n".join(f"{number:5} {outcome}" for outcome, number in sorted(outcomes.items())))
    print(f"{outcomes.total()} damaged files, the longest took {longest:.1f} s; {len(wrong)} went wrong.")
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
