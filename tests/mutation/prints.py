"""What texts and plans say, as bytes that are equal where nothing but places differs."""

from __future__ import annotations

import io
import pickle
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from service.diagnostics.spans import Span
from service.diagnostics.tree import Scalar
from service.fhir.definitions import Element
from service.mapping import syntax
from service.mapping.check.samples import concerned
from service.mapping.paths import Step
from service.mapping.plan import Branch, Choice, Kind, Leaf, Shape
from service.mapping.satisfy import theory
from service.mapping.vocabulary import Vocabulary
from service.records.fields import Field, Fields
from service.records.formulas import FALSE, All, Any_, Literal, any_of, has, is_


def text(lines: Any) -> bytes:
    """What a tree, or something of a file's syntax, spells."""
    return _pickled(lines, _TEXT)


def fields(read: Fields) -> bytes:
    """What fields and their rules say."""
    return _pickled(_whole(read), {Literal: _literal})


def kind(one: Kind) -> bytes:
    """What a kind says besides its shapes."""
    children = [(child.name, child.kind, child.shared, child.fixed) for child in one.children]
    said = (one.name, one.former, one.key, one.foreign_key, one.leftovers, children, _whole(one.fields))
    return _pickled(said, {Literal: _literal})


def shape(one: Shape) -> bytes:
    """What a shape writes and reads, with the rules that concern its fields."""
    names = {name for scope in (one.scope, *(part.scope for part in one.scope.items())) for name in _names(one, scope.fields)}
    return _pickled(replace(one, doubt=FALSE), {**_PLAN, Fields: lambda read: (tuple, (_rules(read, names),))})


def leaf(one: Leaf) -> bytes:
    """What a line says."""
    return _pickled(one, {**_PLAN, Fields: _nothing})


def _names(one: Shape, read: Fields) -> Iterator[str]:
    inner = (leaf for items in one.scope.items() for leaf in items.scope.leaves())
    yield from concerned(one)
    yield from (field.name for leaf in inner for field in leaf.term.fields)
    yield from (name for name, field in read.by_name.items() if field.required)


def _rules(read: Fields, names: Iterable[str]) -> list[tuple[str, ...]]:
    """The clauses that concern some fields, by themselves or through others."""
    rules = theory(read)
    about = [
        one for name in names if name in read.visible for one in (has(name), *(is_(name, value) for value in rules.domains.get(name, ())))
    ]
    asked = rules._translate(any_of(about))
    clauses = rules._clauses
    taken = clauses._take((clauses._known or clauses._always()).concern.copy(), asked).taken
    return sorted(tuple(f"{'-' if number < 0 else ''}{rules._literals[abs(number) - 1]}" for number in clause) for clause in taken)


def _whole(read: Fields) -> tuple[Any, ...]:
    rules = [(rule.formula, rule.clause_of, rule.together, rule.order, rule.sum_of) for rule in read.rules]
    return [(*_field(one), one.items and _whole(one.items)) for one in read.by_name.values()], rules


def _field(one: Field) -> tuple[Any, ...]:
    said = (one.name, one.type, one.table, one.values, one.or_text, one.numeric, one.many, one.low, one.high)
    return (*said, one.required, one.sensitive, one.stays, sorted(one.excluded))


def _branch(one: Branch) -> tuple[Any, ...]:
    return one.choice.name, one.value or one.choice.branches.index(one), one.condition, one.chosen, [field.name for field in one.musts]


def _choice(one: Choice) -> tuple[Any, ...]:
    return one.name, one.field and one.field.name, one.parent and _branch(one.parent), one.branches


def _literal(one: Literal) -> tuple[Any, ...]:
    return str, (str(one),)


def _nothing(_: object) -> tuple[Any, ...]:
    return str, ()


def _members(one: Any) -> tuple[Any, ...]:
    return tuple, ([getattr(one, name) for name in one.__slots__],)


_TEXT: dict[type, Any] = {
    Span: _nothing,
    Scalar: lambda one: (str, (one.text,)),
    Step: lambda one: (str, (str(one),)),
    **dict.fromkeys((syntax.Line, syntax.EachLine, syntax.Choice, syntax.Group, syntax.Shape), _members),
}
"""How the syntax of a file is told: without places."""

_PLAN: dict[type, Any] = {
    Span: _nothing,
    Vocabulary: _nothing,
    Literal: _literal,
    All: lambda one: (tuple, (("and", *one.parts),)),
    Any_: lambda one: (tuple, (("or", *one.parts),)),
    Element: lambda one: (str, (one.path,)),
    Field: lambda one: (tuple, (_field(one),)),
    Branch: lambda one: (tuple, (_branch(one),)),
    Choice: lambda one: (tuple, (_choice(one),)),
}
"""How what stands in a plan is told: without places, and nothing around itself."""


def _pickled(said: Any, told: dict[type, Any]) -> bytes:
    out = io.BytesIO()
    pickler = pickle.Pickler(out)
    pickler.dispatch_table = told
    pickler.dump(said)
    return out.getvalue()
