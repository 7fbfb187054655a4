"""Runs every benchmark and writes ``benchmarks/RESULTS.md``. Figures are ratios within one run; times are of this run."""

import os
import platform
import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

BENCHMARKS = ("intake", "routing", "tiles", "live")
"""Modules of this package with a ``run() -> str``."""


def main() -> None:
    """Run those named on the command line, or all."""
    names = sys.argv[1:] or list(BENCHMARKS)
    sections = [import_module(f"benchmarks.{name}").run() for name in names]
    head = (
        "# Results\n\n"
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}. "
        "Made by `make bench`. Compare within a table.\n"
    )
    text = "\n".join([head, *sections])
    print(text)
    if not sys.argv[1:]:
        (Path(__file__).parent / "RESULTS.md").write_text(text)


if __name__ == "__main__":
    main()
