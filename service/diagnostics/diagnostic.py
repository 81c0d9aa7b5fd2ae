"""What is wrong, apart from its wording, and how a person sees it."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from service.diagnostics.spans import Span

_PICTURES = {code: 0x2400 + code for code in range(32) if chr(code) != "\t"} | dict.fromkeys(range(0x7F, 0xA0), 0xFFFD)
"""Control characters as they are shown: by their pictures, where they have one."""

_BEFORE, _WIDTH = 80, 160
"""Characters that are shown of a long line: before the caret, and in all."""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One error: its code, what is wrong, where, a few words under the caret, context, and what to change.

    `breaks` is the name that has no meaning because of it, `needs` are names whose lack explains it.
    """

    code: str
    message: str
    span: Span
    label: str = ""
    notes: tuple[str, ...] = ()
    help: str = ""
    breaks: str = ""
    needs: tuple[str, ...] = ()

    @property
    def order(self) -> tuple[str, int, str]:
        """Errors are told file by file, in the order of the text."""
        return self.span.source.name, self.span.start, self.code

    def render(self) -> str:
        """The error with the line it points to.

        The form is rustc's: a header, the place, the line with a caret, then `note` and `help`.
        """
        span = self.span
        line, carets = excerpt(span.source.line(span.line), span.column, span.end - span.start)
        number = str(span.line)
        gutter = " " * len(number)
        out = [
            f"error[{self.code}]: {self.message}",
            f"{gutter}--> {span.place}",
            f"{gutter} |",
            f"{number} | {line}".rstrip(),
            f"{gutter} | {carets} {self.label}".rstrip(),
        ]
        by = [("note", f"used by the line at {span.by.place}")] if span.by else []
        remarks = by + [("note", note) for note in self.notes] + ([("help", self.help)] if self.help else [])
        if remarks:
            out.append(f"{gutter} |")
        for kind, remark in remarks:
            first, *rest = remark.split("\n")
            out.append(f"{gutter} = {kind}: {first}")
            out += [f"{gutter}   {text}" for text in rest]
        return "\n".join(out)


class Diagnostics(Exception):  # noqa: N818 - it is a list of errors, not one
    """All errors of one run, in the order of the text, none twice, and none that only follows from another."""

    def __init__(self, found: Iterable[Diagnostic]) -> None:
        told = sorted(dict.fromkeys(found), key=lambda one: one.order)
        follows = [one for one in told if any(other.breaks in one.needs for other in told if other is not one and other.breaks)]
        self.found = tuple(one for one in told if one not in follows) or tuple(told)
        super().__init__(f"{len(self.found)} errors")

    def __str__(self) -> str:
        return "\n\n".join(one.render() for one in self.found)


def excerpt(line: str, column: int, width: int) -> tuple[str, str]:
    """A line of a file as a terminal may show it, and the carets under so many of its characters from a column, counted from 1."""
    cut = max(0, column - 1 - _BEFORE) if len(line) > _WIDTH else 0
    shown, at = line[cut : cut + _WIDTH], column - 1 - cut
    lead = "".join("\t" if char == "\t" else " " * _columns(char) for char in shown[:at])
    marked = shown[at : at + width].rstrip()
    return shown.translate(_PICTURES), lead + "^" * max(1, sum(map(_columns, marked)))


def close(name: str, known: Iterable[str]) -> str:
    """The known names that a misspelt one is close to, at most three: `` `a` or `b` ``; empty where there is none."""
    alike = {one: difflib.SequenceMatcher(None, one, name).ratio() for one in known if len(name) < 3 * len(one)}
    best = sorted((one for one in alike if alike[one] >= max([0.6, *alike.values()]) - 0.1), key=lambda one: -alike[one])
    return " or ".join(f"`{one}`" for one in best[:3] if alike[one] >= 0.6)


def similar(name: str, known: Iterable[str]) -> str:
    """`did you mean …?` for a misspelt name, or nothing."""
    found = close(name, known)
    return f"did you mean {found}?" if found else ""


def some(known: Iterable[str]) -> str:
    """The first dozen of some names."""
    names = list(known)
    return ", ".join(names[:12]) + (", …" if len(names) > 12 else "")


def _columns(char: str) -> int:
    """The columns that a terminal gives a character."""
    if unicodedata.combining(char) or unicodedata.category(char) in ("Cf", "Me", "Mn"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1
