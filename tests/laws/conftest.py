"""How the laws are run: 100 examples of each, or as many as the environment's LAWS says; the seed is printed, and SEED repeats it."""

from __future__ import annotations

import os
import secrets
from typing import Any

import pytest
from hypothesis import HealthCheck, seed, settings

SEED = int(os.environ.get("SEED") or secrets.randbelow(2**32))

settings.register_profile(
    "laws",
    max_examples=int(os.environ.get("LAWS") or 100),
    deadline=None,
    derandomize=False,
    database=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)
settings.load_profile("laws")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give every law the seed of this run."""
    for item in items:
        test: Any = getattr(item, "obj", None)
        if getattr(test, "is_hypothesis_test", False):
            seed(SEED)(test)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say the seed."""
    terminalreporter.write_line(f"laws: SEED={SEED} repeats this run")
