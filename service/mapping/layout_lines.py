"""The lines of a clinic's `layout`, read and held to what they must be so that each record has one form there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from service.diagnostics.diagnostic import Diagnostic
from service.diagnostics.messages import layouts as say
from service.diagnostics.messages import names as unknown
from service.diagnostics.messages import syntax as form
from service.diagnostics.tree import Mapping as Tree
from service.diagnostics.tree import Node, Scalar
from service.fhir.json import Value
from service.mapping import layout_places as places
from service.mapping.children import MEMORY, fixed_value
from service.mapping.layout import Layout, Line, Path, Rows
from service.mapping.layout_forms import DATE_PARTS, Always, Dated, Fixed, Form, Joined, Local, Pattern, Spelt
from service.mapping.plan import Kind
from service.records.fields import Field

_NAME = r"[a-z]\w*(?:\[[1-9][0-9]?\](?:\.[a-z]\w*)?)*"
_LINE = re.compile(rf"({_NAME})(?: as (\S.*?))?(?: in (\S+))?(?: with (\S.*))?")
_PART = re.compile(rf"\$(?:\$|({_NAME}))")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,8})")
_CASE = "case "


def read(tree: Node | None, kinds: Mapping[str, Kind], found: list[Diagnostic]) -> Mapping[str, Layout]:
    """The layouts of all kinds that a clinic's `layout` spells, none where there is none; what is wrong is added to `found`."""
    layouts: dict[str, Layout] = {}
    if tree is None:
        return layouts
    blocks = _blocks(tree, kinds, found)
    for name, kind in kinds.items():
        layouts[name] = _Reader(kind, found).layout(blocks[name], layouts) if name in blocks else Layout(kind, {}, layouts)
        found += _clashes(layouts[name])
    return layouts


def _blocks(tree: Node, kinds: Mapping[str, Kind], found: list[Diagnostic]) -> dict[str, Tree]:
    if not isinstance(tree, Tree):
        found.append(form.not_a_block(tree.span, "`layout`"))
        return {}
    blocks: dict[str, Tree] = {}
    for key, node in tree:
        if key.text not in kinds:
            found.append(unknown.unknown_kind(key.span, key.text, kinds))
        elif not isinstance(node, Tree):
            found.append(form.not_a_block(node.span, f"the layout of `{key.text}`"))
        else:
            blocks[key.text] = node
    return blocks


class _Reader:
    """Reads the layout of one kind; what is wrong is added to `found`."""

    def __init__(self, kind: Kind, found: list[Diagnostic]) -> None:
        self.kind = kind
        self.found = found
        self.used: set[str] = set()

    def layout(self, block: Tree, layouts: Mapping[str, Layout]) -> Layout:
        plain = Tree(tuple(entry for entry in block if not entry[0].text.startswith(_CASE)), block.span)
        lines = self._lines(plain)
        rows: Rows | None = None
        for key, node in block:
            if not key.text.startswith(_CASE):
                continue
            if rows or not isinstance(node, Tree) or not all(isinstance(one, Tree) for _, one in node):
                self.found.append(say.not_a_form(key.span, f"{key.text}: …"))
                continue
            before = self.kind.key in self.used
            cases = {word.text: self._lines_of(word.text, one) for word, one in node if isinstance(one, Tree)}
            if not before and self.kind.key in self.used:
                self.found.append(say.key_in_a_case(key.span, self.kind.key))
            rows = Rows(key.text.removeprefix(_CASE), key.span, cases)
        return Layout(self.kind, lines, layouts, rows=rows)

    def _lines_of(self, case: str, block: Tree) -> dict[Path, Line]:
        return {path: replace(line, case=case) for path, line in self._lines(block).items()}

    def _lines(self, block: Tree, path: Path = ()) -> dict[Path, Line]:
        lines: dict[Path, Line] = {}
        for key, node in block:
            where = (*path, key.text)
            if isinstance(node, Tree) and node.get("field") is None:
                lines |= self._lines(node, where)
                continue
            line = self._spelt(where, key, node) if isinstance(node, Tree) else self._line(where, key, node)
            if line and self._once(line, node):
                lines[where] = line
        return lines

    def _once(self, line: Line, node: Node) -> bool:
        """Whether no line has its fields, or the whole list of which it has an entry."""
        once = True
        for number, name in enumerate(line.ours):
            if any(name == one or name in places.lists(one) or one in places.lists(name) for one in (*self.used, *line.ours[:number])):
                self.found.append(say.twice(node.at(name) if isinstance(node, Scalar) else node.span, name))
                once = False
        self.used.update(line.ours)
        return once

    def _line(self, path: Path, key: Scalar, node: Node) -> Line | None:
        if not isinstance(node, Scalar):
            self.found.append(say.not_a_form(node.span, key.text))
            return None
        if node.text.startswith("= "):
            return Line(path, key.span, (), Always((), node.text.removeprefix("= ")))
        if node.text in (one.name for one in self.kind.children):
            return Line(path, key.span, (node.text,), None)
        if "$" in node.text:
            return self._joined(path, key, node)
        match = _LINE.fullmatch(node.text)
        if match is None or (match[4] and (match[2] or match[3])):
            self.found.append(say.not_a_form(node.span, node.text))
            return None
        field = self._field(node, match[1])
        if field is None:
            return None
        made: Form | None = None
        if match[3]:
            made = self._local(node, field, match[2], match[3])
        elif match[2]:
            made = self._dated(node, field, match[2])
        elif match[4]:
            made = self._fixed(node, field, match[4])
        else:
            return Line(path, key.span, (field.name,), None)
        return Line(path, key.span, tuple(one.name for one in made.fields), made) if made else None

    def _field(self, at: Scalar, name: str) -> Field | None:
        """A field, or what stands at a place of a list, under the name of this place."""
        field = places.field_at(self.kind.fields, name)
        if field is None:
            self.found.append(say.unknown_field(at.at(name), name, [*self.kind.fields.by_name, *(one.name for one in self.kind.children)]))
        elif "[" in name and field.items:
            self.found.append(say.wrong_type(at.at(name), name, "list" if field.many else "record", "a single value"))
        else:
            return field
        return None

    def _dated(self, node: Scalar, field: Field, text: str) -> Form | None:
        pattern = Pattern(text)
        if pattern.parts != sorted(DATE_PARTS):
            self.found.append(say.not_a_form(node.span, node.text))
        elif field.type != "date" or field.many:
            self.found.append(say.wrong_type(node.at(field.name), field.name, field.type, "a date"))
        else:
            return Dated((field,), pattern)
        return None

    def _local(self, node: Scalar, field: Field, text: str | None, name: str) -> Form | None:
        pattern = Pattern(text) if text else None
        if pattern and not pattern.has_time:
            self.found.append(say.not_a_form(node.span, node.text))
            return None
        if field.type not in ("dateTime", "instant") or field.many:
            self.found.append(say.wrong_type(node.at(field.name), field.name, field.type, "a dateTime or instant"))
            return None
        try:
            return Local((field,), ZoneInfo(name), pattern)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self.found.append(say.unknown_zone(node.at(name), name, available_timezones()))
            return None

    def _fixed(self, node: Scalar, field: Field, text: str) -> Form | None:
        fields, fixed = [field], dict[str, Value]()
        for part in text.split(","):
            name, equals, value = (one.strip() for one in part.partition("="))
            other = self._field(node, name)
            if other is None:
                return None
            if not equals or not other.enumerated:
                self.found.append(say.wrong_type(node.at(name), name, "list" if other.many else other.type, "a table, `one of` or boolean"))
                return None
            if value not in other.domain:
                self.found.append(unknown.unknown_value(node.at(value), value, name, other.domain))
                return None
            fields.append(other)
            fixed[other.name] = fixed_value(other, value)
        return Fixed(tuple(fields), fixed)

    def _joined(self, path: Path, key: Scalar, node: Scalar) -> Line | None:
        fixed, fields, at = [""], list[Field](), 0
        for match in _PART.finditer(node.text):
            fixed[-1] += node.text[at : match.start()]
            at = match.end()
            if match[1] is None:
                fixed[-1] += "$"
                continue
            field = self._field(node, match[1])
            if field is None:
                return None
            if field.many or field.items:
                self.found.append(say.wrong_type(node.at(field.name), field.name, "list", "a single value"))
                return None
            fields.append(field)
            fixed.append("")
        fixed[-1] += node.text[at:]
        if "$" in _PART.sub("", node.text) or not fields:
            self.found.append(say.not_a_form(node.span, node.text))
            return None
        made = Joined(tuple(fields), tuple(fixed))
        if made.apart:
            self.found.append(say.not_separable(node.span, *made.apart))
            return None
        return Line(path, key.span, tuple(one.name for one in fields), made)

    def _spelt(self, path: Path, key: Scalar, node: Tree) -> Line | None:
        name = node.get("field")
        if not isinstance(name, Scalar) or not all(isinstance(value, Scalar) for _, value in node):
            self.found.append(say.not_a_form(node.span, f"{key.text}: {{…}}"))
            return None
        field = self._field(name, name.text)
        if field is None:
            return None
        domain = field.domain
        if not domain:
            self.found.append(say.wrong_type(name.span, field.name, field.type, "a table, `one of` or boolean"))
            return None
        words: dict[str, str] = {}
        for word, value in node:
            assert isinstance(value, Scalar)
            if word.text == "field":
                continue
            if value.text not in domain:
                self.found.append(unknown.unknown_value(value.span, value.text, field.name, domain))
            if value.text in words.values():
                self.found.append(say.twice(value.span, value.text))
            words[word.text] = value.text
        missing = [value for value in domain if value not in words.values()]
        if missing:
            self.found.append(say.values_missing(name.span, field.name, missing))
        numeric = all(_NUMBER.fullmatch(word) for word in words)
        spelt = {word: fixed_value(field, value) for word, value in words.items()}
        return Line(path, key.span, (field.name,), Spelt((field,), spelt, numeric))


def _clashes(layout: Layout) -> Iterator[Diagnostic]:
    """Names of the clinic under which another field of ours, or the memory, passes, or another line of the rows has."""
    kind = layout.kind
    named = {places.head(name) for line in layout.every_line for name in line.ours}
    passing = {MEMORY, *kind.fields.by_name, *(one.name for one in kind.children)} - named
    for line in layout.every_line:
        if line.path[0] in passing:
            yield say.name_taken(line.span, line.path[0])
    if layout.rows is None:
        return
    shared = {path[0] for path in layout.lines}
    if layout.rows.column in shared | passing:
        yield say.name_taken(layout.rows.span, layout.rows.column)
    for lines in layout.rows.cases.values():
        for path, line in lines.items():
            if path[0] in shared or path[0] == layout.rows.column:
                yield say.name_taken(line.span, path[0])
