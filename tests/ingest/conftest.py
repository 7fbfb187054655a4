"""Where the real drawings are, when they are beside the checkout."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared_floorplans() -> Path:
    folder = Path(__file__).resolve().parents[3] / "shared" / "floorplans"
    if not folder.is_dir():
        pytest.skip("real drawings not beside the checkout")
    return folder
