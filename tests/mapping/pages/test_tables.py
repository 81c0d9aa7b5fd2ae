"""The page of a table file has its lines, the fields that they make, and its codes with their evidence."""

from __future__ import annotations

import re

import pytest

from service.mapping.pages.folder import pages
from tests.support.mappings import mappings

FILES = [(folder, name) for folder, files in mappings().folders.items() for name in files]
PAGES = pages(mappings())


def test_a_line_says_its_field_and_place() -> None:
    """A line of a section is a row: field, type, element, then what the line says besides."""
    assert (
        "| `phq9_1` | `0`, `1`, `2`, `3` | `QuestionnaireResponse.item..[linkId=/44250-9].answer.valueCoding` | freq | Little "
        in (PAGES["instruments/phq-9.md"])
    )


@pytest.mark.parametrize(("folder", "name"), FILES)
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
