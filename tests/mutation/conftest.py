"""Which mutants are taken: the seed is printed, and SEED repeats it."""

from __future__ import annotations

import os
import secrets

import pytest

SEED = int(os.environ.get("SEED") or secrets.randbelow(2**32))


@pytest.fixture
def seed() -> int:
    """The seed of this run."""
    return SEED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say the seed."""
    terminalreporter.write_line(f"mutation: SEED={SEED} repeats this run")
