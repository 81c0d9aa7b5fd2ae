"""Every diagnostic has a page that provokes it, and says what the page says."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from service.diagnostics import messages
from service.diagnostics.issue import Refused
from service.fhir import json
from service.mapping import library
from service.mapping.check import example
from service.mapping.library import Texts
from service.mapping.wire import Gateway
from tests.messages import pages
from tests.messages.pages import Page

WRITE = os.environ.get("MESSAGES") == "write"
PAGES = {page.name: page for page in pages.read()}
CODES = {code for path in Path(messages.__file__).parent.glob("*.py") for code in re.findall(r'"(KAP\d{3})"', path.read_text("utf-8"))}
CONDITIONS = [f"R{number}" for number in range(1, 16)]
APART = {"KAP329", "KAP413"}
"""Codes with a test of their own: what only a fault of the engine shows, and what takes a hundred lines."""
FAMILIES = {
    "KAP0": "A file that cannot be read",
    "KAP1": "A name that nothing has",
    "KAP2": "Something that does not fit FHIR R4",
    "KAP3": "A value that would be lost or mistaken",
    "KAP4": "A record that is refused",
    "KAP5": "A resource that is refused, or holds more than the record",
    "KAP6": "Something sent that cannot be read",
    "KAP7": "A questionnaire whose file contradicts itself",
    "R": "The reversibility conditions",
}
README = pages.FOLDER / "README.md"


def _with_index(text: str) -> str:
    lines = []
    for start, family in FAMILIES.items():
        lines += [f"\n### {family}\n", *(f"- [{page.title}]({name}.md)" for name, page in PAGES.items() if name.startswith(start))]
    return "\n".join([f"{text.partition('## Pages')[0]}## Pages", *lines, ""])


def test_the_base_that_the_pages_change_has_no_errors() -> None:
    """The mappings in base/ load."""
    assert library.load(pages.FOLDER / "base").kinds.keys() == {"dose", "form", "patient", "reading"}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_what_the_product_says(name: str) -> None:
    """Every text block of a page is, to the letter, what the product says of the files, records and resources before it."""
    if WRITE:
        PAGES[name] = Page(name, PAGES[name].rewritten())
        (pages.FOLDER / f"{name}.md").write_text(PAGES[name].text, "utf-8")
    for given, expected in PAGES[name].cases:
        assert pages.told(given) + "\n" == expected.text


@pytest.mark.parametrize("name", sorted(CODES))
def test_every_diagnostic_has_a_page_that_provokes_it(name: str) -> None:
    """A page has the name of each code in service/diagnostics/messages, and each of its cases shows that code."""
    cases = list(PAGES[name].cases)
    assert cases or name in APART
    assert all(f"[{name}]" in expected.text for _, expected in cases)


def test_a_fault_of_the_engine_is_told_as_such() -> None:
    """A plan that forgets a field after the proofs does not pass unseen: the example shows it (KAP329)."""
    files = pages.base()
    files["patient.yaml"] += "example: {client_id: p-1, family: Doe, birth_date: 1980-02-03}\n"
    mappings = library.check(Texts("mappings", files))
    scope = mappings.kinds["patient"].shapes[0].scope
    scope.parts = [part for part in scope.parts if part.name != "birthDate"]
    [told] = example.check(mappings.kinds, mappings.names)
    assert f"```console\n{told.render()}\n```" in PAGES["KAP329"].text


def test_of_very_many_problems_the_first_are_told() -> None:
    """The last of a hundred says that there may be more (KAP413)."""
    gateway = Gateway.of(library.load(pages.FOLDER / "base"))
    with pytest.raises(Refused) as raised:
        gateway.to_fhir("patient", json.write({"client_id": "p-1", "family": "Doe", "given": [""] * 150}))
    *told, last = raised.value.issues
    assert [one.code for one in told] == ["KAP403"] * 100
    assert f"```console\n{last.render()}\n```" in PAGES["KAP413"].text


def test_every_page_is_that_of_a_diagnostic_or_condition() -> None:
    """No page is left of a code that is gone, and every reversibility condition has its page."""
    assert PAGES.keys() == CODES | set(CONDITIONS)


@pytest.mark.parametrize("name", CONDITIONS)
def test_every_condition_is_shown_or_explained(name: str) -> None:
    """The page of a condition links the diagnostics that prove it, or says that it holds by construction and shows it."""
    text = PAGES[name].text
    linked = re.findall(r"\[(KAP\d{3})\]\(\1\.md\)", text)
    assert linked or ("by construction" in text and list(PAGES[name].cases))
    assert all(f"]({name}.md)" in PAGES[code].text for code in linked if code.startswith("KAP3"))


def test_links_between_pages_lead_somewhere() -> None:
    """Every relative link names a file that is there."""
    for name, page in PAGES.items():
        for target in re.findall(r"\]\(([^):#]+)\)", page.text):
            assert (pages.FOLDER / target).exists(), f"{name}: {target}"


def test_a_title_names_the_code_and_two_sentences_follow() -> None:
    """A page begins with `# KAPnnn: …` and a text that says what it means before the first example."""
    for name, page in PAGES.items():
        assert page.title.startswith(f"{name}: ")
        assert len(page.text.split("```")[0].split("\n\n")[1]) > 40, name


def test_the_index_lists_every_page() -> None:
    """README.md lists every page with its title, by families."""
    if WRITE:
        README.write_text(_with_index(README.read_text("utf-8")), "utf-8")
    assert all(f"]({name}.md)" in README.read_text("utf-8") for name in PAGES)
    assert README.read_text("utf-8") == _with_index(README.read_text("utf-8"))


def test_every_code_stands_in_one_message() -> None:
    """No two messages share a code."""
    found = [code for path in Path(messages.__file__).parent.glob("*.py") for code in re.findall(r'"(KAP\d{3})"', path.read_text("utf-8"))]
    assert len(found) == len(set(found))
