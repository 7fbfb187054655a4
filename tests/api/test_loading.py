"""What a server loads before it answers: not what it needs now and then, or only in processes of its own."""

import subprocess
import sys

SELDOM = {"ezdxf", "folium", "ifcopenshell"}


def test_a_server_starts_without_the_libraries_that_read_drawings_or_write_map_files() -> None:
    code = "import sys, geo_server.api.app; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    ).stdout
    assert "fastapi" in loaded.split()
    assert not SELDOM & set(loaded.split())
