from __future__ import annotations

from functools import cache

import pytest

from service.mapping import library
from tests.support.mappings import FOLDER

load = library.load
once = cache(load)


@pytest.fixture(autouse=True)
def _loaded_once(monkeypatch):
    """The mappings under test are loaded once; those of any other folder each time."""
    monkeypatch.setattr(library, "load", lambda folder, clinic="": (once if folder == FOLDER else load)(folder, clinic))
