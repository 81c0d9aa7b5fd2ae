"""Places in mapping files."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property

_IN_WORD = re.compile(r"[\w-]").match


@dataclass(frozen=True)
class Source:
    """A file as it was read: its name as people know it, and its text."""

    name: str
    text: str

    @cached_property
    def starts(self) -> list[int]:
        """The offset at which each line starts; a line ends where YAML ends it."""
        return [0, *(match.end() for match in re.finditer("\r\n|[\n\r\x85\u2028\u2029]", self.text))]

    def line(self, number: int) -> str:
        """The text of a line, counted from 1, without its end."""
        start, *rest = self.starts[number - 1 : number + 1]
        return self.text[start : rest[0] if rest else None].rstrip("\n\r\x85\u2028\u2029")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a file: character offsets, `end` not included. `by` is the line elsewhere that uses it."""

    source: Source
    start: int
    end: int
    by: Span | None = field(default=None, compare=False)

    @property
    def line(self) -> int:
        """The line, from 1, in which the span starts."""
        return bisect_right(self.source.starts, self.start)

    @property
    def column(self) -> int:
        """The column, from 1, at which the span starts."""
        return self.start - self.source.starts[self.line - 1] + 1

    @property
    def place(self) -> str:
        """`file:line:column`."""
        return f"{self.source.name}:{self.line}:{self.column}"

    @property
    def text(self) -> str:
        """What is written there."""
        return self.source.text[self.start : self.end]

    def part(self, word: str) -> Span:
        """The span of a word inside this one: where it stands alone, else its first occurrence, else the whole span."""
        if not word:
            return self
        text = self.text
        at = first = text.find(word)
        while at >= 0 and (_IN_WORD(text[at - 1 : at]) or _IN_WORD(text[at + len(word) :])):
            at = text.find(word, at + 1)
        at = at if at >= 0 else first
        return Span(self.source, self.start + at, self.start + at + len(word), self.by) if at >= 0 else self
