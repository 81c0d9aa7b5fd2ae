"""The clinic's own record form and ours. It never touches FHIR, and the shapes never see it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from service.diagnostics.diagnostic import Diagnostic
from service.diagnostics.issue import Issue, Refused
from service.diagnostics.messages import layouts as say
from service.diagnostics.messages import names as unknown
from service.diagnostics.messages import syntax as form
from service.diagnostics.spans import Span
from service.diagnostics.tree import Mapping as Tree
from service.diagnostics.tree import Node, Scalar
from service.fhir.json import Value
from service.mapping.children import MEMORY, fixed_value
from service.mapping.layout_forms import DATE_PARTS, Dated, Form, Joined, Local, Spelt
from service.mapping.plan import Kind
from service.mapping.terms.term import Misfit
from service.records.fields import Field

_RENAMED = re.compile(r"\w+")
_DATED = re.compile(r"(\w+) as (\S.*)")
_LOCAL = re.compile(r"(\w+) in (\S+)")
_PART = re.compile(r"\$(?:\$|([a-z][a-z0-9_]*))")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,8})")


@dataclass(frozen=True, slots=True)
class Line:
    """One field of the clinic: its name and place, what it is called here (a field or a list of children), or its form."""

    name: str
    span: Span
    ours: tuple[str, ...]
    form: Form | None


@dataclass(frozen=True, eq=False)
class Layout:
    """The clinic's form of one record kind: its lines by their names there. `all` are the layouts of every kind, for the records inside."""

    kind: Kind
    lines: Mapping[str, Line]
    all: Mapping[str, Layout]

    def ours(self, record: Value, path: str = "") -> Value:
        """Our form of a record of the clinic, which stands at a path of what it sent. Raises Refused with the names of its fields."""
        issues: list[Issue] = []
        made = _ours(self, record, path, issues)
        if issues:
            raise Refused(issues)
        return made

    def theirs(self, record: Value) -> Value:
        """The clinic's form of a record of ours. Raises Refused with the names of our fields that have no form there."""
        issues: list[Issue] = []
        made = _theirs(self, record, "", issues)
        if issues:
            raise Refused(issues)
        return made

    def named(self, name: str) -> str:
        """What the clinic calls a field of ours."""
        return self.by_field[name].name if name in self.by_field else name

    @cached_property
    def by_field(self) -> Mapping[str, Line]:
        """The line of each of our fields that has one."""
        return {name: line for line in self.lines.values() for name in line.ours}

    @cached_property
    def inside(self) -> Mapping[str, Layout]:
        """The layouts of the records in the lists of children, by our names of these."""
        return {one.name: self.all[one.kind] for one in self.kind.children}


def read(tree: Node | None, kinds: Mapping[str, Kind], found: list[Diagnostic]) -> Mapping[str, Layout]:
    """The layouts of all kinds that a clinic's `layout` spells, none where there is none; what is wrong is added to `found`."""
    layouts: dict[str, Layout] = {}
    if tree is None:
        return layouts
    blocks = _blocks(tree, kinds, found)
    for name, kind in kinds.items():
        lines = {line.name: line for line in _lines(kind, blocks[name], found)} if name in blocks else {}
        found += _clashes(kind, lines)
        layouts[name] = Layout(kind, lines, layouts)
    return layouts


def _ours(layout: Layout, record: Value, path: str, issues: list[Issue]) -> Value:
    if not isinstance(record, dict):
        return record
    made: dict[str, Value] = {}
    for name, value in record.items():
        at = f"{path}.{name}" if path else name
        line = layout.lines.get(name)
        if line is None and name in layout.by_field:
            other = layout.by_field[name]
            issues.append(say.called_otherwise(at, name, other.name, other.span.place))
        elif line is None or line.form is None:
            ours = line.ours[0] if line else name
            inside = layout.inside.get(ours) if isinstance(value, list) else None
            made[ours] = [_ours(inside, one, f"{at}[{number}]", issues) for number, one in enumerate(value)] if inside else value
        else:
            try:
                made.update(line.form.ours(value))
            except Misfit as misfit:
                issues.append(say.not_their_form(at, misfit.reason, line.span.place))
    return made


def _theirs(layout: Layout, record: Mapping[str, Value], path: str, issues: list[Issue]) -> dict[str, Value]:
    made: dict[str, Value] = {}
    for name, value in record.items():
        at = f"{path}.{name}" if path else name
        line = layout.by_field.get(name)
        if line is None or line.form is None:
            inside = layout.inside.get(name)
            spelt = [_theirs(inside, one, f"{at}[{number}]", issues) for number, one in enumerate(value)] if inside else value
            made[line.name if line else name] = spelt
        elif line.name not in made:
            try:
                made[line.name] = _checked(line.form, {one: record[one] for one in line.ours if one in record})
            except Misfit as misfit:
                issues.append(say.no_form_there(at, misfit.reason, line.span.place))
    return made


def _checked(form_: Form, values: dict[str, Value]) -> Value:
    """Their value of ours, if it comes back as it was."""
    missing = [one.name for one in form_.fields if one.name not in values]
    if missing:
        raise Misfit(f"`{missing[0]}` has no value")
    spelt = form_.theirs(values)
    if form_.ours(spelt) != values:
        raise Misfit("it would come back otherwise")
    return spelt


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


def _lines(kind: Kind, block: Tree, found: list[Diagnostic]) -> Iterator[Line]:
    used: set[str] = set()
    for key, node in block:
        line = _spelt(kind, key, node, found) if isinstance(node, Tree) else _line(kind, key, node, found)
        for number, name in enumerate(line.ours if line else ()):
            if name in used or name in line.ours[:number]:  # type: ignore[union-attr]
                found.append(say.twice(node.at(name) if isinstance(node, Scalar) else node.span, name))
        if line:
            used.update(line.ours)
            yield line


def _line(kind: Kind, key: Scalar, node: Node, found: list[Diagnostic]) -> Line | None:
    if not isinstance(node, Scalar):
        found.append(say.not_a_form(node.span, key.text))
        return None
    lists = [one.name for one in kind.children]
    if node.text in lists:
        return Line(key.text, key.span, (node.text,), None)
    if "$" in node.text:
        return _joined(kind, key, node, found)
    match = _RENAMED.fullmatch(node.text) or _DATED.fullmatch(node.text) or _LOCAL.fullmatch(node.text)
    if match is None:
        found.append(say.not_a_form(node.span, node.text))
        return None
    name, rest = (match[1], match[2]) if match.re is not _RENAMED else (node.text, "")
    field = _field(kind, node, name, found)
    if field is None:
        return None
    if match.re is _RENAMED:
        return Line(key.text, key.span, (name,), None)
    made = _dated(node, field, rest, found) if match.re is _DATED else _local(node, field, rest, found)
    return Line(key.text, key.span, (name,), made) if made else None


def _field(kind: Kind, at: Scalar, name: str, found: list[Diagnostic]) -> Field | None:
    if name not in kind.fields.by_name:
        found.append(say.unknown_field(at.at(name), name, [*kind.fields.by_name, *(one.name for one in kind.children)]))
    return kind.fields.by_name.get(name)


def _dated(node: Scalar, field: Field, pattern: str, found: list[Diagnostic]) -> Form | None:
    parts = re.findall(r"[A-Za-z]+|[0-9]+", re.sub("|".join(DATE_PARTS), r" \g<0> ", pattern))
    if sorted(parts) != sorted(DATE_PARTS):
        found.append(say.not_a_form(node.span, node.text))
    elif field.type != "date" or field.many:
        found.append(say.wrong_type(node.at(field.name), field.name, field.type, "a date"))
    else:
        return Dated((field,), pattern)
    return None


def _local(node: Scalar, field: Field, name: str, found: list[Diagnostic]) -> Form | None:
    if field.type not in ("dateTime", "instant") or field.many:
        found.append(say.wrong_type(node.at(field.name), field.name, field.type, "a dateTime or instant"))
        return None
    try:
        return Local((field,), ZoneInfo(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        found.append(say.unknown_zone(node.at(name), name, available_timezones()))
        return None


def _joined(kind: Kind, key: Scalar, node: Scalar, found: list[Diagnostic]) -> Line | None:
    fixed, fields, at = [""], list[Field](), 0
    for match in _PART.finditer(node.text):
        fixed[-1] += node.text[at : match.start()]
        at = match.end()
        if match[1] is None:
            fixed[-1] += "$"
            continue
        field = _field(kind, node, match[1], found)
        if field is None:
            return None
        if field.many or field.items:
            found.append(say.wrong_type(node.at(field.name), field.name, "list", "a single value"))
            return None
        fields.append(field)
        fixed.append("")
    fixed[-1] += node.text[at:]
    if "$" in _PART.sub("", node.text) or not fields:
        found.append(say.not_a_form(node.span, node.text))
        return None
    made = Joined(tuple(fields), tuple(fixed))
    if made.apart:
        found.append(say.not_separable(node.span, *made.apart))
        return None
    return Line(key.text, key.span, tuple(one.name for one in fields), made)


def _spelt(kind: Kind, key: Scalar, node: Tree, found: list[Diagnostic]) -> Line | None:
    name = node.get("field")
    if not isinstance(name, Scalar) or not all(isinstance(value, Scalar) for _, value in node):
        found.append(say.not_a_form(node.span, f"{key.text}: {{…}}"))
        return None
    field = _field(kind, name, name.text, found)
    if field is None:
        return None
    domain = field.domain
    if not domain:
        found.append(say.wrong_type(name.span, field.name, field.type, "a table, `one of` or boolean"))
        return None
    words: dict[str, str] = {}
    for word, value in node:
        assert isinstance(value, Scalar)
        if word.text == "field":
            continue
        if value.text not in domain:
            found.append(unknown.unknown_value(value.span, value.text, field.name, domain))
        if value.text in words.values():
            found.append(say.twice(value.span, value.text))
        words[word.text] = value.text
    missing = [value for value in domain if value not in words.values()]
    if missing:
        found.append(say.values_missing(name.span, field.name, missing))
    numeric = all(_NUMBER.fullmatch(word) for word in words)
    return Line(
        key.text, key.span, (field.name,), Spelt((field,), {word: fixed_value(field, value) for word, value in words.items()}, numeric)
    )


def _clashes(kind: Kind, lines: Mapping[str, Line]) -> Iterator[Diagnostic]:
    """Names of the clinic under which another field of ours, or the memory, passes."""
    named = {name for line in lines.values() for name in line.ours}
    passing = {MEMORY, *kind.fields.by_name, *(one.name for one in kind.children)} - named
    for line in lines.values():
        if line.name in passing:
            yield say.name_taken(line.span, line.name)
