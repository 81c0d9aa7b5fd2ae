"""What every run of the tests says."""

from __future__ import annotations

import pytest

from tests.support.seed import SEED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say the seed."""
    terminalreporter.write_line(f"SEED={SEED} repeats this run")
