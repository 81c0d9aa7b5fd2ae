"""Which mutants are taken."""

from __future__ import annotations

import pytest

from tests.support.seed import SEED


@pytest.fixture
def seed() -> int:
    """The seed of this run."""
    return SEED
