"""R6: two lines on one list cannot take each other's element."""

from __future__ import annotations

from collections.abc import Iterator

from service.diagnostics.diagnostic import Diagnostic
from service.diagnostics.messages import reversibility as lost
from service.mapping.check import situation
from service.mapping.check.spots import may_hold
from service.mapping.plan import Block, Items, Kind, Leaf, Part, Scope
from service.mapping.satisfy import theory
from service.mapping.terms.constant import Constant
from service.mapping.terms.echo import Echo
from service.mapping.terms.reference import Link, ToResource
from service.mapping.terms.text import Pattern
from service.mapping.walk.read import marks

_LEAF_MEMBERS = {ToResource: ("reference", "identifier"), Link: ("reference", "identifier"), Pattern: ("system", "value")}


def check(kind: Kind) -> Iterator[Diagnostic]:
    """Every pair of parts of one list that can be mistaken."""
    for shape in kind.shapes:
        yield from _parts(shape.scope, shape.scope.parts)


def _parts(scope: Scope, parts: list[Part]) -> Iterator[Diagnostic]:
    for at, one in enumerate(parts):
        if isinstance(one, Block):
            yield from _parts(scope, one.parts)
        if isinstance(one, Items):
            yield from _parts(one.scope, one.scope.parts)
        for other in parts[:at]:
            apart = one.name != other.name or one.path == other.path or "engine" in (_mode(one), _mode(other))
            if one.many and not apart and (_takes(one, other) or _takes(other, one)):
                taker, writer = (one, other) if _takes(one, other) else (other, one)
                model = theory(scope.fields).solve(one.when, other.when) or theory(scope.fields).solve(writer.when) or {}
                yield lost.slices_overlap(one.span, taker.path, writer.path, one.name, situation.show(scope.fields, model))


def _takes(taker: Part, writer: Part) -> bool:
    """Whether an element that one part writes is offered to another."""
    if _mode(taker) == "also" or _mode(writer) == "also" or (isinstance(taker, Leaf) and not taker.two_way):
        return False
    if marks(writer) > marks(taker):
        return False
    return not isinstance(taker, Block) or all(_may_have(mark, writer) for mark in taker.marks)


def _may_have(mark: Leaf, writer: Part) -> bool:
    assert isinstance(mark.term, Constant)
    if isinstance(writer, Leaf):
        term = writer.term.term if isinstance(writer.term, Echo) else writer.term
        if isinstance(term, Pattern) and mark.name == "system":
            return term.system in mark.term.read_as
        return mark.name in _LEAF_MEMBERS.get(type(term), (mark.name,))
    inside = writer.scope.parts if isinstance(writer, Items) else writer.parts if isinstance(writer, Block) else []
    standing = [part for part in inside if part.name == mark.name]
    return any(not isinstance(part, Leaf) or may_hold(mark.term, part) for part in standing)


def _mode(part: Part) -> str:
    return part.mode if isinstance(part, Leaf) else ""
