"""Markdown: how a page begins, tables, code rows."""

from __future__ import annotations

from collections.abc import Iterable

from service.mapping.vocabulary import Vocabulary

MARK = "<!-- Made by `kap-fhir docs` from the mappings. Change them, not this page. -->\n"
"""How every page begins."""

CODES = ("code", "display", "stands for", "evidence")
"""The head of a table of codes."""


def page(title: str, *parts: str) -> str:
    """A page of its title and its parts, without those that are empty."""
    return "\n".join([f"{MARK}# {title}\n", *filter(None, parts)])


def section(title: str, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A table under a heading; empty where there is no row."""
    text = table(head, rows)
    return f"## {title}\n\n{text}" if text else ""


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A table; empty where there is no row."""
    lines = [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    return "\n".join([f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}", *lines, ""]) if lines else ""


def listed(names: Iterable[str]) -> str:
    """Names as code, with commas."""
    return ", ".join(f"`{name}`" for name in names)


def coded(names: Vocabulary, system: str, word: str) -> str:
    """A code as base.yaml spells it."""
    return f"{next(name for name, url in names.systems.items() if url == system)}#{word}"


def code_row(names: Vocabulary, system: str, word: str, stands_for: str) -> tuple[str, str, str, str]:
    """The row of a code in a table of codes: what it is, its display, what it stands for, where it was seen."""
    evidence = names.evidence[system, word]
    return coded(names, system, word), evidence.display, stands_for, f"{evidence.confidence}: {evidence.seen.strip()}"
