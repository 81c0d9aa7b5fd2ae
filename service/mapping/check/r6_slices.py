"""R6: two lines on one list cannot take each other's element."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from service.diagnostics.diagnostic import Diagnostic
from service.diagnostics.messages import reversibility as lost
from service.fhir.json import Value
from service.mapping.check import situation
from service.mapping.check.spots import may_hold
from service.mapping.plan import Block, Items, Kind, Leaf, Part, Scope, Shape
from service.mapping.satisfy import theory
from service.mapping.terms.constant import Constant
from service.mapping.terms.echo import Echo
from service.mapping.terms.reference import Link, ToResource
from service.mapping.terms.text import Pattern
from service.mapping.terms.value import FieldValue
from service.mapping.walk.elements import USES
from service.records.formulas import negate

_LEAF_MEMBERS = {ToResource: ("reference", "identifier"), Link: ("reference", "identifier"), Pattern: ("system", "value")}


def check(_kind: Kind, shape: Shape) -> Iterator[Diagnostic]:
    """Every pair of parts of one list that can be mistaken."""
    yield from _parts(shape.scope, shape.scope.parts)


def _parts(scope: Scope, parts: list[Part]) -> Iterator[Diagnostic]:
    before: dict[str, list[tuple[Part, Mapping[str, frozenset[Value]]]]] = {}
    for one in parts:
        if isinstance(one, Block):
            yield from _parts(scope, one.parts)
        if isinstance(one, Items):
            yield from _parts(one.scope, one.scope.parts)
        if not one.many:
            continue
        codes = _codes(one)
        for other, theirs in before.setdefault(one.name, []):
            if any(name in theirs and theirs[name].isdisjoint(code) for name, code in codes.items()):
                continue
            same = one.path == other.path and isinstance(one, Items) == isinstance(other, Items)
            if same or "engine" in (_mode(one), _mode(other)) or _first(scope, other, one):
                continue
            if not (_takes(one, other) or _takes(other, one)):
                continue
            taker, writer = (one, other) if _takes(one, other) else (other, one)
            model = theory(scope.fields).solve(one.when, other.when) or theory(scope.fields).solve(writer.when) or {}
            yield lost.slices_overlap(one.span, _line(taker), _line(writer), one.name, situation.show(scope.fields, model))
        before[one.name].append((one, codes))


def _codes(part: Part) -> Mapping[str, frozenset[Value]]:
    """All that can stand in an element that a part writes, by the children of which a slice has the only line."""
    inside = [one.name for one in _inside(part)]
    marks = part.marks if isinstance(part, Block | Items) else []
    return {
        mark.name: mark.term.read_as
        for mark in marks
        if isinstance(mark.term, Constant) and mark.term.type != "canonical" and inside.count(mark.name) == 1
    }


def _takes(taker: Part, writer: Part) -> bool:
    """Whether an element that one part writes is offered to another."""
    if _mode(taker) == "also" or _mode(writer) == "also" or (isinstance(taker, Leaf) and not taker.two_way):
        return False
    if writer.told > taker.told:
        return False
    return not isinstance(taker, Block | Items) or all(_may_have(mark, writer) for mark in taker.marks)


def _first(scope: Scope, one: Part, rest: Part) -> bool:
    """Whether a block takes the first element of its list by `use`, and items the others: it is always there with them."""
    if not isinstance(one, Block) or not isinstance(rest, Items) or one.slice or rest.slice or one.type not in USES:
        return False
    if theory(scope.fields).solve(rest.when, negate(one.when)) is not None:
        return False
    order = USES[one.type]
    before, behind = ({order.index(use) for use in _uses(parts, order)} for parts in (one.parts, rest.scope.parts))
    return max(before) < min(behind)


def _uses(parts: list[Part], order: tuple[str | None, ...]) -> Iterable[str | None]:
    """The values of `use` that an element with these parts can have; None where it has none."""
    leaf = next((part for part in parts if isinstance(part, Leaf) and part.name == "use"), None)
    if leaf is None:
        return (None,)
    if not isinstance(leaf.term, FieldValue) or not leaf.term.fields[0].values:
        return order
    field = leaf.term.fields[0]
    return (*field.values, *(() if field.required else (None,)))


def _may_have(mark: Leaf, writer: Part) -> bool:
    assert isinstance(mark.term, Constant)
    if isinstance(writer, Leaf):
        term = writer.term.term if isinstance(writer.term, Echo) else writer.term
        if isinstance(term, Pattern) and mark.name == "system":
            return term.system in mark.term.read_as
        return mark.name in _LEAF_MEMBERS.get(type(term), (mark.name,))
    standing = [part for part in _inside(writer) if part.name == mark.name]
    return any(not isinstance(part, Leaf) or may_hold(mark.term, part) for part in standing)


def _inside(part: Part) -> list[Part]:
    return part.scope.parts if isinstance(part, Items) else part.parts if isinstance(part, Block) else []


def _line(part: Part) -> str:
    """A part as its line begins."""
    return f"{part.path} each ${part.field.name}" if isinstance(part, Items) else part.path


def _mode(part: Part) -> str:
    return part.mode if isinstance(part, Leaf) else ""
