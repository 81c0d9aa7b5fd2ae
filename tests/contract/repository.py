"""Where things stand in the repository, for the tests of what it promises as a whole."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent


def text(path: str) -> str:
    """The text of a file."""
    return (ROOT / path).read_text("utf-8")


def project() -> dict[str, Any]:
    """What `pyproject.toml` says of the project."""
    return tomllib.loads(text("pyproject.toml"))["project"]


def run(*command: str | Path, cwd: Path = ROOT, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """A command of this environment, or an absolute one, with what it printed."""
    return subprocess.run([BIN / command[0], *command[1:]], cwd=cwd, input=stdin, capture_output=True, check=False)
