"""Python source of conditions and of text with holes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from service.fhir.json import Number
from service.mapping.terms.term import Hole, Pieces
from service.records.fields import Field
from service.records.formulas import All, Any_, Formula, Literal


@dataclass(slots=True)
class Source:
    """Lines of Python, with the constants that they name."""

    lines: list[str] = field(default_factory=list)
    constants: dict[str, str] = field(default_factory=dict)
    depth: int = 0
    _count: int = 0

    def indented(self, line: str) -> str:
        """A line at the present depth."""
        return "    " * self.depth + line

    def add(self, line: str) -> None:
        """Add a line at the present depth."""
        self.lines.append(self.indented(line))

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """A head line whose body is what is added inside."""
        self.add(head)
        self.depth += 1
        start = len(self.lines)
        yield
        if len(self.lines) == start:
            self.add("pass")
        self.depth -= 1

    def name(self, hint: str) -> str:
        """A fresh name."""
        self._count += 1
        return f"{hint}_{self._count}"

    def body(self) -> Source:
        """Lines that will stand one level deeper."""
        return Source([], self.constants, self.depth + 1)

    def constant(self, value: Any, hint: str) -> str:
        """The name of a constant; equal constants share one."""
        return self.call(literal(value), hint)

    def call(self, text: str, hint: str) -> str:
        """The name of what an expression gives once, when the module is loaded."""
        return self.constants.setdefault(text, f"{hint.upper()}_{len(self.constants) + 1}")

    def module(self) -> list[str]:
        """The constants' lines, then the others."""
        return [f"{name} = {text}" for text, name in self.constants.items()] + self.lines


def literal(value: Any) -> str:
    """A value as Python source; a Number as the Raw of its token."""
    if isinstance(value, Number):
        return f"Raw({value.text.encode()!r})"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{literal(key)}: {literal(one)}" for key, one in value.items()) + "}"
    if isinstance(value, frozenset):
        return "{" + ", ".join(sorted(map(literal, value))) + "}"
    return repr(value)


def text(pieces: Pieces) -> str:
    """An f-string that gives the pieces one after the other."""
    body = ""
    for piece in pieces:
        if isinstance(piece, Hole):
            body += f"{{{piece.code}}}"
        else:
            body += repr(piece + '"')[1:-2].replace("\\'", "'").replace("'", "\\'").replace("{", "{{").replace("}", "}}")
    return f"f'{body}'"


def condition(formula: Formula, fields: Mapping[str, Field]) -> str:
    """A Python expression over the variables `v_<field>`."""
    match formula:
        case Literal(name, None, positive):
            return f"v_{name} is not None" if positive else f"v_{name} is None"
        case Literal(name, value, positive):
            if fields[name].type == "boolean":
                return f"v_{name} is {value == 'true'}" if positive else f"v_{name} is not {value == 'true'}"
            return f"v_{name} == {value!r}" if positive else f"v_{name} != {value!r}"
        case All(parts):
            return (
                " and ".join(f"({condition(part, fields)})" if isinstance(part, Any_) else condition(part, fields) for part in parts)
                or "True"
            )
        case Any_(parts):
            return (
                " or ".join(f"({condition(part, fields)})" if isinstance(part, All) else condition(part, fields) for part in parts)
                or "False"
            )
