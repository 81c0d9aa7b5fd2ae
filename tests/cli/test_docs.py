"""docs"""

from __future__ import annotations

from service.mapping.pages.folder import pages
from service.mapping.pages.markdown import MARK
from tests.cli.run import kap
from tests.support.mappings import mappings


def test_docs_writes_the_pages(tmp_path):
    """`docs FOLDER` writes each page as the mappings give it, and says how many."""
    told = kap("docs", tmp_path)
    assert told.exit_code == 0
    made = pages(mappings())
    assert told.stdout == f"{tmp_path}: {len(made)} pages\n"
    assert {path.relative_to(tmp_path).as_posix(): path.read_text(encoding="utf-8") for path in tmp_path.rglob("*.md")} == made


def test_docs_removes_only_its_own_pages(tmp_path):
    """A page of a record kind that is gone goes; a page that people wrote stays."""
    inside = tmp_path / "records"
    inside.mkdir()
    (inside / "gone.md").write_text(f"{MARK}# gone\n", encoding="utf-8")
    (inside / "ours.md").write_text("# Ours\n", encoding="utf-8")
    assert kap("docs", tmp_path).exit_code == 0
    assert not (inside / "gone.md").exists()
    assert (inside / "ours.md").exists()


def test_docs_of_a_clinic_are_those_of_its_mappings(tmp_path):
    """With --clinic the pages have what its overlay changes."""
    assert kap("docs", tmp_path, "--clinic", "bloom").exit_code == 0
    assert (tmp_path / "records" / "vitals.md").read_text(encoding="utf-8") != pages(mappings())["records/vitals.md"]
