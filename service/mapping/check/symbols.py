"""A resource as any record may write it: its elements, each with the condition under which it is there and what is known of its value."""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import product

from service.fhir import definitions
from service.fhir.json import Number, Value
from service.mapping.plan import Block, Items, Leaf, Part, Scope, Shape
from service.mapping.terms.term import Outgoing
from service.records.fields import Field, Fields
from service.records.formulas import FALSE, TRUE, Formula, all_of, any_of, is_, negate, word

_HOLE = re.compile("\ue000(.*?)\ue001")


@dataclass(frozen=True, slots=True)
class Text:
    """The value of a primitive that fields fill: fixed texts and fields in turn."""

    parts: tuple[str | Field, ...]

    @property
    def field(self) -> Field | None:
        """The field, where there is nothing else."""
        return self.parts[0] if len(self.parts) == 1 and isinstance(self.parts[0], Field) else None

    @property
    def start(self) -> str:
        """The text that it always begins with."""
        return self.parts[0] if isinstance(self.parts[0], str) else ""


@dataclass(frozen=True, slots=True)
class Cases:
    """The values of a primitive by the conditions under which it has them, of which one is true."""

    values: tuple[tuple[Formula, Value], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Symbol:
    """An element of a resource. `value` is a JSON value, a Text, Cases or, of what has parts, None; `parts` are these, by element name.

    `path` is that of its definition, `at` what its parts are looked up by. `many`: one or more like it, for the entries of a list.
    `inner`: the fields of such an entry, of which what is below it may speak. `part` is the part of the plan that writes it.
    """

    type: str
    at: str
    path: str = ""
    when: Formula = TRUE
    value: Value = None
    parts: Mapping[str, tuple[Symbol, ...]] = field(default_factory=dict)
    many: bool = False
    inner: Fields | None = None
    part: Part | None = None

    @property
    def values(self) -> tuple[tuple[Formula, Value], ...]:
        """The values that it can have, each with its condition."""
        return self.value.values if isinstance(self.value, Cases) else ((TRUE, self.value),)


def resource(shape: Shape, out: Outgoing) -> Symbol:
    """The resource that a shape writes."""
    return Symbol(shape.type, shape.type, shape.type, parts=_grouped(_parts(shape.scope.parts, shape.scope.fields, out)))


def _parts(parts: Iterable[Part], fields: Fields, out: Outgoing) -> Iterator[tuple[str, Symbol]]:
    for part in parts:
        if part.when == FALSE:
            continue
        path = part.element.path
        match part:
            case Leaf():
                made = _leaf(part, fields, out)
            case Block():
                type_ = part.at if part.type == "Resource" else part.type
                made = Symbol(type_, part.at, path, part.when, parts=_grouped(_parts(part.parts, fields, out)), part=part)
            case Items(scope=Scope(fields=inner, parts=inside)):
                below = _grouped(_parts(inside, inner, out))
                made = Symbol(part.type, part.at, path, part.when, parts=below, many=True, inner=inner, part=part)
        yield part.element.name, made


def _leaf(leaf: Leaf, fields: Fields, out: Outgoing) -> Symbol:
    names = [one for one in leaf.term.fields if one.enumerated]
    lists = {one.name: [_hole(one)] for one in leaf.term.fields if one.many and not leaf.many}
    holes = ChainMap[str, Value](lists, _holes(fields))
    written: list[tuple[Formula, Value]] = []
    for values in product(*(_values(one) for one in names)):
        known = {one.name: value for one, value in zip(names, values, strict=True) if value is not None}
        when = all_of(_is(one, value) for one, value in zip(names, values, strict=True))
        written.append((when, leaf.term.write(ChainMap(known, holes), out)))
    made = _symbol((leaf.type, leaf.at, leaf.element.path), written, fields)
    return replace(made, when=leaf.when, many=leaf.many and any(one.many for one in leaf.term.fields), part=leaf)


def _values(one: Field) -> tuple[Value, ...]:
    """The values that a field can have; None for any other text."""
    if one.type == "boolean":
        return (True, False)
    named = tuple(Number(name) if one.numeric else name for name in one.values)
    return (*named, None) if one.or_text else named


def _is(one: Field, value: Value) -> Formula:
    return all_of(negate(is_(one.name, name)) for name in one.values) if value is None else is_(one.name, word(value))


@cache
def _holes(fields: Fields) -> dict[str, Value]:
    """A record whose values say where they come from."""
    return {name: _hole(one) for name, one in fields.visible.items()}


def _hole(one: Field) -> Value:
    text = f"\ue000{one.name}\ue001"
    return Number(text) if one.numeric or one.type in ("integer", "decimal") else text


def _symbol(where: tuple[str, str, str], cases: Sequence[tuple[Formula, Value]], fields: Fields) -> Symbol:
    """The element (its type, `at` and path) that stands there in each of the cases, of which one is true."""
    if not any(isinstance(value, dict) for _, value in cases):
        values = [(when, _known(value, fields)) for when, value in cases]
        first = values[0][1]
        return Symbol(*where, value=first if all(value == first for _, value in values) else Cases(tuple(values)))
    parts: list[tuple[str, Symbol]] = []
    for name in dict.fromkeys(name for _, value in cases for name in value):
        member = definitions.member(where[1], name)
        assert member is not None
        lists = [(when, value[name] if isinstance(value[name], list) else [value[name]]) for when, value in cases if name in value]
        for number in range(max(len(found) for _, found in lists)):
            inner = [(when, found[number]) for when, found in lists if number < len(found)]
            when = TRUE if len(inner) == len(cases) else any_of(one for one, _ in inner)
            made = _symbol((member.type, member.at, member.element.path), inner, fields)
            parts.append((member.element.name, made if when == TRUE else replace(made, when=when)))
    return Symbol(*where, parts=_grouped(parts))


def _known(value: Value, fields: Fields) -> Value:
    text = value.text if isinstance(value, Number) else value
    if not isinstance(text, str) or "\ue000" not in text:
        return value
    pieces = _HOLE.split(text)
    parts = [fields.visible[piece] if number % 2 else piece for number, piece in enumerate(pieces)]
    return Text(tuple(part for part in parts if part))


def _grouped(parts: Iterable[tuple[str, Symbol]]) -> dict[str, tuple[Symbol, ...]]:
    found: dict[str, tuple[Symbol, ...]] = {}
    for name, one in parts:
        found[name] = (*found.get(name, ()), one)
    return found
