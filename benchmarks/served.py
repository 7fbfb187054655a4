"""A server under test: a process of its own with the sample campus, and what it uses."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from geo_server.domain.roles import Role
from geo_server.services.access import create_api_token
from geo_server.store.opening import open_database
from geo_server.store.sites import list_sites

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Spent:
    """Processor seconds of the server, of its database and of the clients, and seconds of the clock."""

    server_s: float
    database_s: float
    clients_s: float
    wall_s: float

    def since(self, before: "Spent") -> "Spent":
        """What was spent since."""
        return Spent(
            self.server_s - before.server_s,
            self.database_s - before.database_s,
            self.clients_s - before.clients_s,
            self.wall_s - before.wall_s,
        )


@dataclass(frozen=True)
class Served:
    """A server under test."""

    address: str
    pid: int
    folder: Path
    slug: str
    tokens: dict[Role, str]

    @property
    def path(self) -> str:
        """Of the site, in the API."""
        return f"/api/sites/{self.slug}"

    def memory_kb(self) -> int:
        """Of the server process, resident."""
        found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{self.pid}/status").read_text())
        assert found
        return int(found[1])

    def spent(self) -> Spent:
        """Since the start."""
        postmaster = int(next(self.folder.rglob("postmaster.pid")).read_text().split()[0])
        processes = list(_processes())
        below = _below(self.pid, processes)
        databases = _below(postmaster, processes)
        database_s = sum(own_s for pid, _, own_s, _ in processes if pid in databases)
        database_s += sum(ended_s for pid, _, _, ended_s in processes if pid == postmaster)
        server_s = sum(own_s for pid, _, own_s, _ in processes if pid in below - databases)
        return Spent(server_s, database_s, time.process_time(), time.perf_counter())


def _below(top: int, processes: Sequence[tuple[int, int, float, float]]) -> set[int]:
    """The ids of a process and all that descend from it."""
    found, newest = {top}, {top}
    while newest := {pid for pid, parent, _, _ in processes if parent in newest} - found:
        found |= newest
    return found


def _processes() -> Iterator[tuple[int, int, float, float]]:
    """Of each process its id, its parent's, its own processor seconds, and those of children that ended."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        user, system, ended_user, ended_system = (int(field) / _TICKS for field in fields[11:15])
        yield int(path.parent.name), int(fields[1]), user + system, ended_user + ended_system


@contextmanager
def serving() -> Iterator[Served]:
    """A server with the sample campus in a folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="geo-bench-", dir="/tmp"))
    folder.chmod(0o755)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GEO_SERVER_")}
    server = subprocess.Popen(
        [sys.executable, "-c", "from geo_server.cli import main; main()", "up", "--port", "0"],
        env={**environment, "GEO_SERVER_DATA_DIR": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert server.stdout is not None
        address = next(found[1] for line in server.stdout if (found := re.search(r"running at (http://\S+)", line)))
        with open_database(None, folder) as database:
            with database.snapshot() as c:
                site = next(iter(list_sites(c)))
            tokens = {role: create_api_token(database, site.id, role, name=f"bench {role}") for role in Role}
        yield Served(address.rstrip("/"), server.pid, folder, site.slug, tokens)
    finally:
        server.terminate()
        server.communicate(timeout=60)
        shutil.rmtree(folder, ignore_errors=True)
