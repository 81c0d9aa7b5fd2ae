"""How the laws are run: 100 examples of each, or as many as the environment's LAWS says."""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, seed, settings

from tests.support.seed import SEED

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


def share(part: int) -> Any:
    """One example where there are `part` of the first laws, at most 500: a law whose examples cost more."""
    return settings(max_examples=min(settings().max_examples // part, 500))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give every law the seed of this run."""
    for item in items:
        test: Any = getattr(item, "obj", None)
        if getattr(test, "is_hypothesis_test", False):
            seed(SEED)(test)
