"""The documentation names what there is: files, headings, messages, settings, commands. Its examples are run in test_terms.py."""

from __future__ import annotations

import dataclasses
import importlib
import re
from collections.abc import Iterator

import pytest

from service import settings
from service.cli import COMMANDS
from service.settings import Settings
from tests.contract.repository import ROOT, text
from tests.messages.test_messages import CODES, CONDITIONS

FOLDERS = ("*.md", "docs/**/*.md", "mappings/**/*.md", "tests/**/*.md")
PAGES = sorted(path.relative_to(ROOT).as_posix() for folder in FOLDERS for path in ROOT.glob(folder))
ABOUT = [page for page in PAGES if not page.startswith("tests/")]
"""The pages that people read before something went wrong."""


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    """Every relative link of every page names a file, and behind `#` one of its headings."""
    for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", prose(text(page))):
        file, _, heading = target.partition("#")
        path = (ROOT / page).parent / file if file else ROOT / page
        assert path.exists(), target
        assert not heading or heading in anchors(path.read_text("utf-8")), target


@pytest.mark.parametrize("page", PAGES)
def test_messages_exist(page: str) -> None:
    """Every code of a message that a page names is one of the product's."""
    assert set(re.findall(r"\bKAP\d{3}\b", text(page))) <= CODES


@pytest.mark.parametrize("page", ABOUT)
def test_settings_exist(page: str) -> None:
    """Every environment variable of ours that a page names is a setting."""
    known = {settings.variable(one) for one in dataclasses.fields(Settings)}
    assert set(re.findall(r"\bKAP_[A-Z_]+\b", text(page))) <= known


@pytest.mark.parametrize("page", ABOUT)
def test_commands_exist(page: str) -> None:
    """Every command that a page names exists, and one of them has each option that a page names; a display of LOINC may hold `--at`."""
    assert set(re.findall(r"\bkap-fhir ([a-z]+(?:-[a-z]+)*)\b", text(page))) <= set(COMMANDS)
    assert set(re.findall(r"(?<=[ `(])--[a-z][a-z-]*\b", prose(text(page)).replace("gas --at end", ""))) <= OPTIONS


def test_every_page_is_in_an_index() -> None:
    """Each page of the documentation is linked from the README of its folder, and each README from the one above."""
    for page in (page for page in PAGES if page.startswith("docs/")):
        path = ROOT / page
        index = path.parent / "README.md" if path.name != "README.md" else path.parent.parent / "README.md"
        name = path.relative_to(index.parent).as_posix()
        assert f"]({name})" in index.read_text("utf-8"), page


def test_every_condition_is_in_the_reference() -> None:
    """The reference of the language lists the reversibility conditions, each with the page of its messages."""
    assert re.findall(r"^\| \[(R\d+)\]\(../tests/messages/\1.md\)", text("docs/language.md"), re.MULTILINE) == CONDITIONS


def test_every_decision_says_what_was_decided_and_why() -> None:
    """A decision has a title, what was decided, why, and no more than a page."""
    for path in (ROOT / "docs/decisions").glob("*.md"):
        words = path.read_text("utf-8")
        assert path.name == "README.md" or re.match(r"# .+\n\n\*\*Decided\.\*\* .*\n\*\*Why\.\*\* ", words, re.DOTALL), path.name
        assert len(words.splitlines()) < 60, path.name


def options() -> Iterator[str]:
    """The options of all commands."""
    for name in COMMANDS:
        for option in importlib.import_module(f"service.cli.{name.replace('-', '_')}").command.params:
            yield from (*option.opts, *option.secondary_opts)


OPTIONS = {*options(), "--help"}


def prose(page: str) -> str:
    """A page without its fenced blocks."""
    return re.sub(r"^```.*?^```$", "", page, flags=re.MULTILINE | re.DOTALL)


def anchors(page: str) -> set[str]:
    """What a `#` may name: the headings as the web shows them."""
    headings = re.findall(r"^#+ (.*)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
