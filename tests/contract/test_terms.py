"""The examples of the documentation run, and each kind of term has its page."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from service.diagnostics import messages
from service.mapping import terms
from service.mapping.terms import value
from service.mapping.terms.term import Term
from tests.contract import example
from tests.contract.repository import ROOT, text
from tests.contract.test_readme import holds

FOLDER = ROOT / "docs/terms"
PAGES = sorted(path.stem for path in FOLDER.glob("*.md") if path.stem != "README")
PARTS = ("Both ways", "What can go wrong")


def kinds() -> list[str]:
    """The modules of the kinds of term: those that define one which can stand in a line."""
    modules = [importlib.import_module(f"{terms.__name__}.{one.name}") for one in pkgutil.iter_modules(terms.__path__)]
    return [module.__name__.rpartition(".")[2] for module in modules if any(map(is_kind, defined(module)))]


def defined(module: ModuleType) -> list[Any]:
    """The classes that a module defines."""
    return [one for _, one in inspect.getmembers(module, inspect.isclass) if one.__module__ == module.__name__]


def is_kind(one: type) -> bool:
    """Whether a class is a term that can be made."""
    return issubclass(one, Term) and not inspect.isabstract(one)


def test_every_kind_of_term_has_its_page() -> None:
    """A page for each kind, a kind for each page, and both in the index."""
    assert kinds() == PAGES
    assert [stem for stem in PAGES if f"| [{stem}]({stem}.md) |" not in text("docs/terms/README.md")] == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_true(name: str) -> None:
    """Each record of a page becomes the resource that is shown and comes back; what others send is read and told as shown."""
    shown = 0
    for given, said, whole in example.runs(f"docs/terms/{name}.md"):
        assert given == said if whole else holds(given, said)
        shown += 1
    assert shown > 1


@pytest.mark.parametrize("name", PAGES)
def test_a_page_tells_both_ways_and_what_can_go_wrong(name: str) -> None:
    """A page says what is written, what is read, and links every message that the kind of term itself can cause."""
    page = text(f"docs/terms/{name}.md")
    assert all(f"\n## {part}\n" in page for part in PARTS)
    assert "**Record → FHIR:**" in page
    assert "**FHIR → record:**" in page
    assert caused(ROOT / f"service/mapping/terms/{name}.py") <= set(re.findall(r"\[(KAP\d{3})\]", page))


def test_every_message_about_terms_is_on_a_page() -> None:
    """What any module of the terms can say is linked from one of their pages."""
    linked = {code for name in PAGES for code in re.findall(r"\[(KAP\d{3})\]", text(f"docs/terms/{name}.md"))}
    assert {code for path in (ROOT / "service/mapping/terms").glob("*.py") for code in caused(path)} <= linked


def test_the_elements_of_a_value_are_those_of_the_code() -> None:
    """The table of the page says for each type of field at which elements it stands."""
    rows = dict(re.findall(r"^\| `([\w ]+)` \| (.*) \|$", text("docs/terms/value.md"), re.MULTILINE))
    assert rows == {name: ", ".join(f"`{one}`" for one in elements) for name, elements in value.STANDS_AT.items()}


def caused(path: Path) -> set[str]:
    """The codes of the messages that a module calls."""
    tree = ast.parse(path.read_text("utf-8"))
    aliases = {
        alias.asname or alias.name: alias.name
        for one in ast.walk(tree)
        if isinstance(one, ast.ImportFrom) and one.module == messages.__name__
        for alias in one.names
    }
    called = {
        (aliases[one.value.id], one.attr)
        for one in ast.walk(tree)
        if isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name) and one.value.id in aliases
    }
    return {code for family, name in called for code in codes(family, name)}


def codes(family: str, name: str) -> list[str]:
    """The code of one message."""
    return re.findall(r"KAP\d{3}", inspect.getsource(getattr(importlib.import_module(f"{messages.__name__}.{family}"), name)))
