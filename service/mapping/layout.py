"""The clinic's own record form and ours. It never touches FHIR, and the shapes never see it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from service.diagnostics.issue import Issue, Refused
from service.diagnostics.messages import layouts as say
from service.diagnostics.spans import Span
from service.fhir.json import Value, write
from service.mapping import layout_places as places
from service.mapping.layout_forms import Always, Form
from service.mapping.plan import Kind
from service.mapping.terms.term import Misfit

Path = tuple[str, ...]
"""The names of the clinic from the record inwards."""


@dataclass(frozen=True, slots=True)
class Line:
    """One field of the clinic: where it is, what it is called here (a field or a list of children), or its form.

    `case` is the word of the rows that alone have it.
    """

    path: Path
    span: Span
    ours: tuple[str, ...]
    form: Form | None
    case: str = ""

    @property
    def name(self) -> str:
        """What the clinic calls it."""
        return ".".join((self.case, *self.path) if self.case else self.path)


@dataclass(frozen=True, slots=True)
class Rows:
    """A record is rows, which have its key: the word in a column says which lines a row has besides those of all rows."""

    column: str
    span: Span
    cases: Mapping[str, Mapping[Path, Line]]


@dataclass(frozen=True, eq=False)
class Layout:
    """The clinic's form of one record kind: its lines, by where they are there, without those of the cases of `rows`.

    `all` are the layouts of every kind, for the records inside.
    """

    kind: Kind = field(repr=False)
    lines: Mapping[Path, Line]
    all: Mapping[str, Layout] = field(repr=False)
    rows: Rows | None = field(default=None, kw_only=True)

    def ours(self, record: Value, *paths: str) -> Value:
        """Our form of a record of the clinic, which stands at a path of what it sent, each of its rows at its own.

        Raises Refused with the names of its fields.
        """
        issues: list[Issue] = []
        made = _ours(self, record, paths or ("",), issues)
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

    def apart(self, records: list[Value], path: str = "") -> Iterator[tuple[list[str], Value]]:
        """The records in a list of the clinic, each with the paths of its entries: rows of one key are one record."""
        paths = [f"{path}[{number}]" for number in range(len(records))]
        if self.rows is None:
            yield from (([at], record) for at, record in zip(paths, records, strict=True))
            return
        line = self.by_field.get(self.kind.key)
        groups: dict[bytes, list[tuple[str, Value]]] = {}
        for at, row in zip(paths, records, strict=True):
            groups.setdefault(write(_at(row, line.path if line else (self.kind.key,))), []).append((at, row))
        for group in groups.values():
            yield [at for at, _ in group], [row for _, row in group]

    @cached_property
    def by_field(self) -> Mapping[str, Line]:
        """The line of each of our fields that has one."""
        return {name: line for line in self.every_line for name in line.ours}

    @cached_property
    def every_line(self) -> tuple[Line, ...]:
        """Its lines, those of the rows' cases too."""
        cases = self.rows.cases.values() if self.rows else ()
        return (*self.lines.values(), *(line for lines in cases for line in lines.values()))

    @cached_property
    def lists(self) -> frozenset[str]:
        """Our lists whose entries have lines of their own."""
        return frozenset(name for line in self.every_line for one in line.ours for name in places.lists(one))

    @cached_property
    def by_head(self) -> Mapping[str, Line]:
        """A line of each of our lists whose entries have lines of their own."""
        return {places.head(name): line for name, line in self.by_field.items() if "[" in name}

    @cached_property
    def inside(self) -> Mapping[str, Layout]:
        """The layouts of the records in the lists of children, by our names of these."""
        return {one.name: self.all[one.kind] for one in self.kind.children}


def _ours(layout: Layout, record: Value, paths: Sequence[str], issues: list[Issue]) -> Value:
    if layout.rows:
        made = _ours_of_rows(layout, layout.rows, record if isinstance(record, list) else [record], paths, issues)
    elif isinstance(record, dict):
        made = _ours_of(layout, layout.lines, record, paths[0], issues)
    else:
        return record
    try:
        return places.gathered(made, layout.lists)
    except Misfit as misfit:
        issues.append(say.not_their_form(paths[0], misfit.reason, layout.kind.span.place))
        return made


def _ours_of_rows(layout: Layout, rows: Rows, records: list[Value], paths: Sequence[str], issues: list[Issue]) -> dict[str, Value]:
    """Our fields of rows: each of another case, and alike in what stands in all of them."""
    made: dict[str, Value] = {}
    shared: list[dict[str, Value]] = []
    left = dict(rows.cases)
    for row, at in zip(records, paths if len(paths) == len(records) else [f"[{number}]" for number in range(len(records))], strict=True):
        if not isinstance(row, dict):
            issues.append(say.not_their_form(at, "must be an object", rows.span.place))
            continue
        word = row.get(rows.column)
        case = left.pop(word, None) if isinstance(word, str) else None
        if case is None and (rows.column in row or len(records) > 1):
            reason = f"must be one of {', '.join(rows.cases)}, each in one row of a record"
            issues.append(say.not_their_form(_join(at, rows.column), reason, rows.span.place))
        rest = {name: value for name, value in row.items() if name != rows.column}
        got = _ours_of(layout, {**layout.lines, **(case or {})}, rest, at, issues)
        own = {name for line in (case or {}).values() for name in line.ours}
        shared.append({name: value for name, value in got.items() if name not in own})
        differing = [name for name in dict.fromkeys((*shared[0], *got)) if name not in own and shared[0].get(name) != got.get(name)]
        reason = "differs from the first row of this record"
        issues += [say.not_their_form(_join(at, layout.named(name)), reason, rows.span.place) for name in differing]
        made |= got
    return made


def _ours_of(layout: Layout, lines: Mapping[Path, Line], record: dict[str, Value], path: str, issues: list[Issue]) -> dict[str, Value]:
    """Our fields, each by its name or place, of an object by some of the lines."""
    made: dict[str, Value] = {}
    missing = {where for where, line in lines.items() if isinstance(line.form, Always)}
    for where, value in _flat(record, {one[:depth] for one in lines for depth in range(1, len(one))}):
        name = ".".join(where)
        at = _join(path, name)
        line = lines.get(where)
        missing.discard(where)
        if line is None and (other := layout.by_field.get(name) or layout.by_head.get(places.head(name))):
            issues.append(say.called_otherwise(at, name, other.name, other.span.place))
        elif line is None or line.form is None:
            ours = line.ours[0] if line else name
            inside = layout.inside.get(ours) if isinstance(value, list) else None
            made[ours] = [_ours(inside, one, at_, issues) for at_, one in inside.apart(value, at)] if inside else value
        else:
            try:
                made.update(line.form.ours(value))
            except Misfit as misfit:
                issues.append(say.not_their_form(at, misfit.reason, line.span.place))
    issues += [say.not_their_form(_join(path, ".".join(where)), "is missing", lines[where].span.place) for where in sorted(missing)]
    return made


def _theirs(layout: Layout, record: Mapping[str, Value], path: str, issues: list[Issue]) -> Value:
    flat = places.spread(record, layout.lists)
    if layout.rows is None:
        return _theirs_of(layout, layout.lines, flat, path, issues)
    cases = {word: {name for line in lines.values() for name in line.ours} for word, lines in layout.rows.cases.items()}
    shared = {name: value for name, value in flat.items() if not any(name in own for own in cases.values())}
    words = dict.fromkeys(word for name in flat for word, own in cases.items() if name in own)
    made = []
    for word in words:
        row = {**shared, **{name: value for name, value in flat.items() if name in cases[word]}}
        spelt = _theirs_of(layout, {**layout.lines, **layout.rows.cases[word]}, row, path, issues)
        made.append({layout.rows.column: word, **spelt})
    return made or [_theirs_of(layout, layout.lines, shared, path, issues)]


def _theirs_of(layout: Layout, lines: Mapping[Path, Line], flat: Mapping[str, Value], path: str, issues: list[Issue]) -> dict[str, Value]:
    made: dict[Path, Value] = {}
    by_field = {name: line for line in lines.values() for name in line.ours}
    for name, value in flat.items():
        at = _join(path, name)
        line = by_field.get(name)
        if line is None and "[" in name:
            issues.append(say.no_form_there(at, "no line has this place", layout.by_head[places.head(name)].span.place))
        elif line is None or line.form is None:
            inside = layout.inside.get(name)
            made[line.path if line else (name,)] = _inside(inside, value, at, issues) if inside else value
        elif line.path not in made:
            try:
                made[line.path] = _checked(line.form, {one: flat[one] for one in line.ours if one in flat})
            except Misfit as misfit:
                issues.append(say.no_form_there(at, misfit.reason, line.span.place))
    made |= {line.path: line.form.theirs({}) for line in lines.values() if isinstance(line.form, Always)}
    return _nested(made)


def _inside(layout: Layout, records: list[Value], path: str, issues: list[Issue]) -> list[Value]:
    """A list of the clinic with the records inside a record."""
    spelt = [_theirs(layout, one, f"{path}[{number}]", issues) for number, one in enumerate(records)]
    return [row for rows in spelt for row in rows] if layout.rows else spelt


def _checked(form: Form, values: dict[str, Value]) -> Value:
    """Their value of ours, if it comes back as it was."""
    missing = [one.name for one in form.fields if one.name not in values]
    if missing:
        raise Misfit(f"`{missing[0]}` has no value")
    spelt = form.theirs(values)
    if form.ours(spelt) != values:
        raise Misfit("it would come back otherwise")
    return spelt


def _flat(record: dict[str, Value], objects: set[Path], path: Path = ()) -> Iterator[tuple[Path, Value]]:
    """What stands in a record, the objects that the layout knows opened."""
    for name, value in record.items():
        where = (*path, name)
        if where in objects and isinstance(value, dict) and value:
            yield from _flat(value, objects, where)
        else:
            yield where, value


def _nested(flat: Mapping[Path, Value]) -> dict[str, Value]:
    made: dict[str, Value] = {}
    for path, value in flat.items():
        around = made
        for name in path[:-1]:
            around = around.setdefault(name, {})
        around[path[-1]] = value
    return made


def _at(value: Value, path: Iterable[str]) -> Value:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
