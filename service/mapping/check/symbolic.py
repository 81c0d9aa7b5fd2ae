"""FHIRPath over symbols: under which conditions an expression is surely true, and surely false.

What depends on more than the presence of fields, their names and their order is neither.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

from service.fhir import definitions
from service.fhir.fhirpath.syntax import Binary, Call, Constant, Expression, Literal, Member, This, TypeTest
from service.fhir.json import Number, Value
from service.mapping.check.symbols import Cases, Symbol, Text
from service.records.fields import Field, Fields, Rule
from service.records.formulas import FALSE, TRUE, Formula, all_of, any_of, implies, literals, negate

_TESTS = ("exists", "empty", "hasValue", "all", "startsWith", "matches")


class Undecided(Exception):  # noqa: N818 - it is an answer, not an error
    """Nothing can be said."""


class Truth(NamedTuple):
    """Conditions under which something is surely true, and surely false."""

    true: Formula
    false: Formula

    def negated(self) -> Truth:
        """The opposite."""
        return Truth(self.false, self.true)


UNKNOWN = Truth(FALSE, FALSE)
YES = Truth(TRUE, FALSE)
NO = Truth(FALSE, TRUE)


@dataclass(frozen=True, slots=True)
class One:
    """An element of a collection: it is in it where `sure` holds, and only where `may` does."""

    symbol: Symbol
    sure: Formula
    may: Formula


@dataclass(frozen=True, slots=True)
class Length:
    """A whole number between two."""

    low: int
    high: int | None


@dataclass(frozen=True, slots=True)
class Focus:
    """What an expression is asked of: an element with the fields in sight, the resource around it, the outermost one."""

    this: Symbol
    fields: Fields
    resource: Symbol
    root: Symbol

    def truth(self, node: Expression) -> Truth:
        """When a condition is true, and when false."""
        try:
            return self._truth(node)
        except Undecided:
            return UNKNOWN

    def _truth(self, node: Expression) -> Truth:
        match node:
            case Literal(value=bool(value)):
                return YES if value else NO
            case Binary("and" | "or" | "xor" | "implies" as operator, left, right):
                return _connected(operator, self.truth(left), self.truth(right))
            case Binary(operator, left, right) if operator != "|":
                return self._compared(operator, left, right)
            case TypeTest("is", source, _, name):
                return _any((one.sure, YES if _is(one.symbol, name) else NO) for one in self._source(source))
            case Call(source, name, arguments) if name in _TESTS:
                return self._tested(name, self._source(source), arguments)
            case Call(source, "not", ()) if source:
                return self.truth(source).negated()
        found = self.values(node)
        if any(isinstance(one.symbol.value, bool | Cases) for one in found):
            raise Undecided
        return _there(found)

    def _compared(self, operator: str, left: Expression, right: Expression) -> Truth:
        mine, theirs = self.values(left), self.values(right)
        match operator:
            case "=" | "~":
                return _pairs(mine, theirs, _same)
            case "!=" | "!~":
                return _pairs(mine, theirs, _same).negated()
            case "<" | "<=" | ">" | ">=":
                return _pairs(mine, theirs, lambda one, other: self._ordered(operator, one, other))
            case "in":
                return _in(mine, theirs)
            case "contains":
                return _in(theirs, mine)
        raise Undecided

    def _tested(self, name: str, found: list[One], arguments: tuple[Expression, ...]) -> Truth:
        match name, arguments:
            case "exists", _:
                return _there(self._where(found, arguments))
            case "empty", ():
                return _there(found).negated()
            case "hasValue", ():
                return _there([one for one in found if one.symbol.value is not None])
            case "all", (criterion,):
                return self._all(found, criterion)
            case "startsWith", (Literal(value=str(text)),):
                return _each(found, lambda value: _starts(value, text))
            case "matches", (Literal(value=str(text)),):
                return _each(found, lambda value: _matches(value, text))
        raise Undecided

    def values(self, node: Expression) -> list[One]:
        """The collection that an expression gives. Raises Undecided."""
        match node:
            case This() | Constant("context"):
                return [One(self.this, TRUE, TRUE)]
            case Constant("resource" | "rootResource" as name):
                return [One(self.resource if name == "resource" else self.root, TRUE, TRUE)]
            case Literal(value=value):
                return [One(Symbol("", "", value=_plain(value)), TRUE, TRUE)]
            case Member(None, name) if name == self.this.type:
                return [One(self.this, TRUE, TRUE)]
            case Member(source, name):
                return [below for one in self._source(source) for below in _parts(one, name)]
            case TypeTest("as" | "ofType", source, _, name):
                return [one for one in self._source(source) if _is(one.symbol, name)]
            case Binary("|", left, right):
                return self.values(left) + self.values(right)
            case Call(source, name, arguments):
                return self._called(name, self._source(source), arguments)
        raise Undecided

    def _called(self, name: str, found: list[One], arguments: tuple[Expression, ...]) -> list[One]:
        match name, arguments:
            case "where", (_,):
                return self._where(found, arguments)
            case ("trace", _) | ("toString", ()):
                return found
            case "length", ():
                return [_changed(one, _length) for one in found]
            case "substring", (Literal(value=int(start)),):
                return [_changed(one, lambda value: _rest(value, start)) for one in found]
            case "select", (projection,):
                return [made for one in found for made in self._selected(one, projection)]
            case "intersect", (other,):
                theirs = self.values(other)
                return [_kept(one, _among(one, theirs)) for one in found]
        raise Undecided

    def _source(self, source: Expression | None) -> list[One]:
        return self.values(source) if source else [One(self.this, TRUE, TRUE)]

    def _on(self, one: One) -> Focus:
        """The focus on an element of a collection by itself."""
        return replace(self, this=replace(one.symbol, many=False))

    def _where(self, found: list[One], arguments: tuple[Expression, ...]) -> list[One]:
        for criterion in arguments:
            found = [_kept(one, _outside(one, self._on(one).truth(criterion))) for one in found]
        return found

    def _selected(self, one: One, projection: Expression) -> Iterator[One]:
        for made in self._on(one).values(projection):
            many = one.symbol.many or made.symbol.many
            yield One(replace(made.symbol, many=many), all_of((one.sure, made.sure)), all_of((one.may, made.may)))

    def _all(self, found: list[One], criterion: Expression) -> Truth:
        each = [(one, _outside(one, self._on(one).truth(criterion))) for one in found]
        true = all_of(implies(one.may, truth.true) for one, truth in each)
        return Truth(true, any_of(all_of((one.sure, truth.false)) for one, truth in each))

    def _ordered(self, operator: str, one: Value, other: Value) -> Truth:
        """The order of two fields by the rules of the record, of numbers by their ranges."""
        first, second = (value.field if isinstance(value, Text) else None for value in (one, other))
        if first and second:
            pair = (first.name, second.name) if operator == "<=" else (second.name, first.name) if operator == ">=" else None
            return YES if any(rule.order == pair for rule in _rules(self.fields)) else UNKNOWN
        low, high = _range(one), _range(other)
        if operator in (">", ">="):
            low, high, operator = high, low, {">": "<", ">=": "<="}[operator]
        if low[1] is not None and high[0] is not None and (low[1] <= high[0] if operator == "<=" else low[1] < high[0]):
            return YES
        if low[0] is not None and high[1] is not None and (low[0] > high[1] if operator == "<=" else low[0] >= high[1]):
            return NO
        return UNKNOWN


def _connected(operator: str, left: Truth, right: Truth) -> Truth:
    match operator:
        case "and":
            return Truth(all_of((left.true, right.true)), any_of((left.false, right.false)))
        case "or":
            return Truth(any_of((left.true, right.true)), all_of((left.false, right.false)))
        case "implies":
            return _connected("or", left.negated(), right)
    unlike = any_of((all_of((left.true, right.false)), all_of((left.false, right.true))))
    return Truth(unlike, any_of((all_of((left.true, right.true)), all_of((left.false, right.false)))))


def _there(found: Iterable[One]) -> Truth:
    found = list(found)
    return Truth(any_of(one.sure for one in found), all_of(negate(one.may) for one in found))


def _kept(one: One, truth: Truth) -> One:
    return One(one.symbol, all_of((one.sure, truth.true)), all_of((one.may, negate(truth.false))))


def _outside(one: One, truth: Truth) -> Truth:
    """What is said of an entry of a list, as it is said from outside the list."""
    return Truth(_without(one, truth.true), _without(one, truth.false)) if one.symbol.inner else truth


def _without(one: One, formula: Formula) -> Formula:
    """A condition that is no weaker and speaks of no field of the entries."""
    assert one.symbol.inner
    names = one.symbol.inner.by_name
    return FALSE if any(literal.field in names for literal in literals(formula)) else formula


def _parts(one: One, name: str) -> list[One]:
    """The elements of a name in another. Those in an entry of a list are as many, and what decides about them is not known outside."""
    inner = one.symbol.inner
    made = []
    for part in one.symbol.parts.get(name, ()):
        hidden = inner is not None and any(literal.field in inner.by_name for literal in literals(part.when))
        sure, may = (FALSE, TRUE) if hidden else (part.when, part.when)
        below = replace(part, inner=part.inner or inner, many=part.many or one.symbol.many)
        made.append(One(below, all_of((one.sure, sure)), all_of((one.may, may))))
    return made


def _pairs(left: list[One], right: list[One], compare: Callable[[Value, Value], Truth]) -> Truth:
    """What holds between the one element on the left and the one on the right; without one of them, nothing does.

    Raises Undecided where there may be several.
    """
    if not left or not right:
        return UNKNOWN
    (one,), (other,) = _single(left), _single(right)
    return _any(
        (all_of((one.sure, other.sure, when, under)), compare(value, against))
        for when, value in one.symbol.values
        for under, against in other.symbol.values
    )


def _single(found: list[One]) -> list[One]:
    if len(found) > 1 or any(one.symbol.many or one.symbol.value is None for one in found):
        raise Undecided
    return found


def _any(cases: Iterable[tuple[Formula, Truth]]) -> Truth:
    """What holds of a value that is one of several, each under its condition."""
    cases = list(cases)
    return Truth(any_of(all_of((when, truth.true)) for when, truth in cases), any_of(all_of((when, truth.false)) for when, truth in cases))


def _same(one: Value, other: Value) -> Truth:
    if isinstance(one, Text) or isinstance(other, Text):
        return UNKNOWN
    return YES if one == other else NO


def _in(left: list[One], right: list[One]) -> Truth:
    return _any((one.sure, _among(one, right)) for one in _single(left))


def _among(one: One, others: list[One]) -> Truth:
    """Whether an element is equal to one of others."""
    each = [(other, _alike(one.symbol, other.symbol)) for other in others]
    true = any_of(all_of((other.sure, same.true)) for other, same in each)
    return Truth(true, all_of(any_of((negate(other.may), same.false)) for other, same in each))


def _alike(one: Symbol, other: Symbol) -> Truth:
    """Whether two elements are equal."""
    if one.value is not None or other.value is not None:
        return _any((all_of((when, under)), _same(value, against)) for when, value in one.values for under, against in other.values)
    truth = YES
    for name in one.parts.keys() | other.parts.keys():
        mine, theirs = one.parts.get(name, ()), other.parts.get(name, ())
        if any(part.when != TRUE or part.many for part in (*mine, *theirs)):
            return UNKNOWN
        same = [_alike(a, b) for a, b in zip(mine, theirs, strict=True)] if len(mine) == len(theirs) else [NO]
        for verdict in same:
            truth = _connected("and", truth, verdict)
    return truth


def _each(found: list[One], test: Callable[[Value], Truth]) -> Truth:
    """What a test says of a single value; nothing where there is none."""
    return _any((all_of((one.sure, when)), test(value)) for one in _single(found) for when, value in one.symbol.values)


def _starts(value: Value, text: str) -> Truth:
    if isinstance(value, Text) and len(value.start) < len(text) and text.startswith(value.start):
        return UNKNOWN
    start = value.start if isinstance(value, Text) else value
    return YES if start.startswith(text) else NO


def _matches(value: Value, pattern: str) -> Truth:
    if isinstance(value, Text):
        return UNKNOWN
    return YES if re.search(pattern, value) else NO


def _is(symbol: Symbol, name: str) -> bool:
    wanted = name if name in (symbol.type, *definitions.bases(symbol.type)) else name[0].lower() + name[1:]
    return wanted in (symbol.type, *definitions.bases(symbol.type))


def _plain(value: object) -> Value:
    if isinstance(value, bool | str):
        return value
    if isinstance(value, int | Decimal):
        return Number(str(value))
    raise Undecided


def _changed(one: One, change: Callable[[Value], Value]) -> One:
    values = tuple((when, change(value)) for when, value in one.symbol.values)
    return replace(one, symbol=replace(one.symbol, value=Cases(values)))


def _rest(value: Value, start: int) -> Value:
    if not isinstance(value, str):
        raise Undecided
    return value[start:]


def _length(value: Value) -> Length:
    if isinstance(value, str):
        return Length(len(value), len(value))
    if isinstance(value, Text):
        return Length(sum(len(part) if isinstance(part, str) else _least(part) for part in value.parts), None)
    raise Undecided


def _least(field: Field) -> int:
    """The length of the shortest text of a field."""
    shortest = {"instant": 20, "dateTime": 4, "date": 4, "npi": 10}
    return int(field.low) if field.low and field.type in ("text", "id", "date", "dateTime") else shortest.get(field.type, 1)


def _range(value: Value) -> tuple[Decimal | None, Decimal | None]:
    """The least and the greatest that a number can be."""
    match value:
        case Length(low, high):
            return Decimal(low), None if high is None else Decimal(high)
        case Number():
            return value.decimal, value.decimal
        case Text(parts=(Field(type="integer" | "decimal", low=low, high=high),)):
            return Decimal(low) if low else None, Decimal(high) if high else None
    return None, None


def _rules(fields: Fields) -> tuple[Rule, ...]:
    return fields.rules + (fields.outer.rules if fields.outer else ())
