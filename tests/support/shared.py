"""What stands beside the repository where it is developed. A clone elsewhere has none of it: tests of it are skipped, saying so."""

from __future__ import annotations

from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[3] / "shared"


def shared(name: str) -> Path:
    """A file or folder of `../shared`; skips the test where it is absent."""
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"needs ../shared/{name}", allow_module_level=True)
    return path
