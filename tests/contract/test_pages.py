"""The pages under docs/ that are made from the mappings are those that the mappings give."""

from __future__ import annotations

import pytest

from service.mapping.pages.folder import pages
from tests.contract.repository import ROOT
from tests.support.mappings import mappings

MADE = {f"docs/{path}": text for path, text in pages(mappings()).items()}
FOUND = [path.relative_to(ROOT).as_posix() for folder in {path.rpartition("/")[0] for path in MADE} for path in ROOT.glob(f"{folder}/*")]


@pytest.mark.parametrize("page", sorted({*MADE, *FOUND}))
def test_a_page_is_what_the_mappings_give(page: str) -> None:
    """No page is missing, stale or left over."""
    path = ROOT / page
    found = path.read_text("utf-8") if path.exists() else None
    assert found == MADE.get(page), "run `make docs`, or `kap-fhir docs docs`"
