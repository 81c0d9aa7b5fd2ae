"""The public resources of ../shared/cases, where a checkout has them beside it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from service.fhir import json

FOLDER = Path(__file__).parents[3] / "shared" / "cases"
ABSENT = pytest.mark.skipif(not FOLDER.exists(), reason="needs the public resources of ../shared/cases, which are not here")


@cache
def cases(*kinds: str) -> list[dict[str, Any]]:
    """The cases of some kinds, each with its `resource`."""
    if not FOLDER.exists():
        return []
    found = [one for one in json.read((FOLDER / "cases.json").read_bytes())["cases"] if one["kind"] in kinds]
    return [{**one, "resource": json.read((FOLDER / one["files"][0]).read_bytes())} for one in found]
