"""Damages real files by dice and reads each in the worker; prints what came of it, and stops at the first that did worse.

prove_intake.py FOLDER [COUNT] [FIRST_SEED]: every outcome must be a result or a one-line refusal, within 60 s and 1 GiB.
"""

import sys
import time
from collections import Counter
from pathlib import Path

from geo_server.domain.errors import GeoServerError
from geo_server.services.worker import Limits, read_in_worker
from tests.ingest.mutations import damaged

LARGEST = 600_000
"""Bytes of a file that is worth damaging again and again."""
LIMITS = Limits(memory_bytes=2**30, cpu_s=60, wall_s=600.0)


def main() -> None:
    """Read every damaged file and count what came of it."""
    folder = Path(sys.argv[1])
    count, first = (int(word) for word in (*sys.argv[2:4], "500", "0")[:2])
    files = [path for path in sorted(folder.iterdir()) if path.is_file() and path.stat().st_size <= LARGEST]
    outcomes: Counter[str] = Counter()
    longest = 0.0
    for seed in range(first, first + count):
        path = files[seed % len(files)]
        kind, data = damaged(path.read_bytes(), seed)
        began = time.monotonic()
        try:
            outcome = f"read, {'with' if read_in_worker(data, path.name, LIMITS).findings else 'without'} findings"
        except GeoServerError as refusal:
            outcome = f"refused ({type(refusal).__name__})"
            if "\n" in str(refusal) or "Traceback" in str(refusal):
                sys.exit(f"seed {seed}, {path.name}, {kind}: {refusal}")
        except RuntimeError as bug:
            sys.exit(f"seed {seed}, {path.name}, {kind}: {bug}")
        took = time.monotonic() - began
        longest = max(longest, took)
        outcomes[f"{kind}: {outcome}"] += 1
    for outcome, number in sorted(outcomes.items()):
        print(f"{number:5} {outcome}")
    print(f"{outcomes.total()} files, the longest took {longest:.1f} s")


if __name__ == "__main__":
    main()
