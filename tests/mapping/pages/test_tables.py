"""The page of a table file has its lines, the fields that they make, and its codes with their evidence."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from service.mapping import library
from service.mapping.pages.folder import pages
from tests.support.mappings import FOLDER, mappings

FILES = [(folder, name) for folder, files in mappings().folders.items() for name in files]
PAGES = pages(mappings())


def test_a_line_says_its_field_and_place() -> None:
    """A line of a section is a row: field, type, element, then what the line says besides."""
    assert (
        "| `phq9_1` | `0`, `1`, `2`, `3` | `QuestionnaireResponse.item..[linkId=/44250-9 \\| 44250-9].answer.valueCoding` | freq | Little "
        in (PAGES["instruments/phq-9.md"])
    )


@pytest.mark.parametrize(("folder", "name"), [one for one in FILES if one[0] == "instruments"])
def test_every_code_of_the_file_has_its_evidence(folder: str, name: str) -> None:
    """Each code that the file spells has a row with its line of `codes.tsv`."""
    mapped = mappings().vocabulary
    text = mappings().folders[folder][name].span.text
    spelt = {found for found in re.findall(r"\b([a-z-]+)#([\w.-]+)", text) if found[0] in mapped.systems}
    rows = dict(re.findall(r"^\| (\S+#\S+) \| .* \| (\S+: .*) \|$", PAGES[f"{folder}/{name}.md"], re.MULTILINE))
    assert spelt
    assert {f"{system}#{code}": mapped.evidence[mapped.systems[system], code].seen.strip() for system, code in spelt} == {
        code: evidence.partition(": ")[2] for code, evidence in rows.items()
    }


def test_what_a_file_says_about_itself_is_there(tmp_path: Path) -> None:
    """The title is the page's, each other entry a row; a block of blocks has one for each of these."""
    folder = shutil.copytree(FOLDER, tmp_path / "mappings", ignore=shutil.ignore_patterns("examples", "clinics"))
    file = folder / "instruments" / "gad-7.yaml"
    text = file.read_text("utf-8").partition("about:")[0]
    file.write_text(
        f"{text}about:\n  title: Seven\n  recall: a week\n  scores: {{total: {{range: 0..21, bands: {{0..4: low}}}}}}\n", "utf-8"
    )
    made = pages(library.load(folder))
    lines = made["instruments/gad-7.md"].splitlines()
    assert "# Seven" in lines
    assert "| recall | a week |" in lines
    assert "| scores: total | range: 0..21<br>bands: 0..4: low |" in lines
    assert "| [gad-7](gad-7.md) | Seven |" in made["instruments/README.md"].splitlines()


def test_a_page_has_the_terms_of_its_own_file() -> None:
    """Where several files have a line for one field, each page has the elements of its own alone."""
    cells = next(line for line in PAGES["instruments/pcl-5.md"].splitlines() if line.startswith("| `total` |"))
    assert "linkId" not in cells
