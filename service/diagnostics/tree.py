"""YAML as a tree in which every scalar is text with a place. Aliases, anchors and tags are errors, and so is a key that stands twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import yaml

from service.diagnostics.diagnostic import Diagnostic
from service.diagnostics.messages import syntax as say
from service.diagnostics.spans import Source, Span

MAX_DEPTH = 32


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text; quotes never change its meaning.

    `pieces` are what a loop put in place of its variables, each with the place it was taken from.
    """

    text: str
    span: Span
    pieces: tuple[tuple[str, Span], ...] = ()

    def used(self, by: Span) -> Scalar:
        """The text as a line elsewhere uses it."""
        return replace(self, span=replace(self.span, by=by))

    def at(self, word: str) -> Span:
        """Where a word of the text was written: here, or where a loop took it from; the whole text when it is not found."""
        here = self.span.part(word)
        if here != self.span or not self.pieces:
            return here
        return next((replace(span, by=self.span) for text, span in self.pieces if word in text), self.span)


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys with their values, in order. No key stands twice."""

    entries: tuple[tuple[Scalar, Node], ...]
    span: Span

    def get(self, key: str) -> Node | None:
        """The value of a key."""
        return next((value for name, value in self.entries if name.text == key), None)

    def __iter__(self) -> Iterator[tuple[Scalar, Node]]:
        return iter(self.entries)


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    items: tuple[Node, ...]
    span: Span


Node = Scalar | Mapping | Sequence


def parse(source: Source) -> tuple[Node | None, list[Diagnostic]]:
    """The tree of a file, None where it cannot be read to its end, and what is wrong with it."""
    found: list[Diagnostic] = []
    builder = _Builder(source, found)
    try:
        for event in yaml.parse(source.text, Loader=yaml.CSafeLoader):
            if not builder.take(event):
                break
    except yaml.MarkedYAMLError as error:
        mark = error.context_mark if "end of stream" in (error.problem or "") else error.problem_mark
        at = mark.index if mark else len(source.text)
        line = source.text[source.text.rfind("\n", 0, at) + 1 : at + 1]
        found.append(say.not_yaml(Span(source, at, at + 1), error.problem or "", in_flow="{" in line and "[" in line))
        return None, found
    except yaml.reader.ReaderError as error:
        at = len(source.text.encode()[: error.position].decode(errors="ignore"))
        return None, [say.bad_character(Span(source, at, at + 1))]
    if builder.root is None and not found:
        found.append(say.empty_file(Span(source, 0, 0)))
    return builder.root, found


class _Builder:
    """Builds the tree from parser events without recursion, so that no depth of nesting can end the program."""

    def __init__(self, source: Source, found: list[Diagnostic]) -> None:
        self.source = source
        self.found = found
        self.root: Node | None = None
        self.stack: list[tuple[bool, int, list[Node]]] = []

    def take(self, event: yaml.Event) -> bool:
        """Add one event; False when reading should end."""
        first, last = event.start_mark, event.end_mark
        assert first is not None
        assert last is not None
        span = Span(self.source, first.index, last.index)
        if anchor := getattr(event, "anchor", None):
            self.found.append(say.alias(span.part(f"&{anchor}")))
        if getattr(event, "tag", None):
            self.found.append(say.tag(span.part(span.text.split()[0])))
        match event:
            case yaml.DocumentStartEvent() if self.root is not None:
                self.found.append(say.second_document(span))
                return False
            case yaml.ScalarEvent():
                self._put(Scalar(event.value, span))
            case yaml.AliasEvent():
                return False
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                if len(self.stack) == MAX_DEPTH:
                    self.found.append(say.too_deep(span, MAX_DEPTH))
                    return False
                self.stack.append((isinstance(event, yaml.MappingStartEvent), first.index, []))
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                is_mapping, begun, items = self.stack.pop()
                whole = Span(self.source, begun, span.end)
                self._put(self._mapping(items, whole) if is_mapping else Sequence(tuple(items), whole))
        return True

    def _put(self, node: Node) -> None:
        if self.stack:
            self.stack[-1][2].append(node)
        else:
            self.root = node

    def _mapping(self, items: list[Node], span: Span) -> Mapping:
        entries: dict[str, tuple[Scalar, Node]] = {}
        for key, value in zip(items[::2], items[1::2], strict=True):
            if not isinstance(key, Scalar):
                self.found.append(say.key_not_text(key.span))
            elif key.text in entries:
                self.found.append(say.duplicate_key(key.span, key.text, entries[key.text][0].span))
            else:
                entries[key.text] = (key, value)
        return Mapping(tuple(entries.values()), span)
