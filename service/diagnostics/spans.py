"""Places in mapping files."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Source:
    """A file as it was read: its name as people know it, and its text."""

    name: str
    text: str

    @cached_property
    def starts(self) -> list[int]:
        """The offset at which each line starts."""
        return [0, *(match.end() for match in re.finditer("\n", self.text))]

    def offset(self, line: int, column: int) -> int:
        """The offset of a line and column that count from 0; the end of the text for what lies behind it."""
        return min(self.starts[line] + column, len(self.text)) if line < len(self.starts) else len(self.text)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a file: character offsets, `end` not included."""

    source: Source
    start: int
    end: int

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

    def part(self, word: str, nth: int = 0) -> Span:
        """The span of the nth occurrence of a word inside this one; the whole span where it does not occur."""
        at = self.start - 1
        for _ in range(nth + 1):
            at = self.source.text.find(word, at + 1, self.end)
        return Span(self.source, at, at + len(word)) if word and at >= 0 else self

    def to(self, other: Span) -> Span:
        """From the start of this span to the end of the other."""
        return Span(self.source, self.start, other.end) if other.source is self.source else self
