"""An `also` line does not read what a line of its own shape writes as a constant: that would come back as a value of its field."""

from __future__ import annotations

from collections.abc import Iterator

from service.diagnostics.diagnostic import Diagnostic
from service.diagnostics.messages import reversibility as lost
from service.fhir.json import Value
from service.mapping.check import situation
from service.mapping.check.spots import at, by_path, leaves
from service.mapping.plan import Kind, Leaf, Scope, Shape
from service.mapping.satisfy import theory
from service.mapping.terms.constant import Constant
from service.mapping.terms.echo import Echo
from service.mapping.terms.term import Misfit, TwoWay
from service.records.formulas import Formula, has, negate


class _Nobody:
    """A sender who knows no resource."""

    def key(self, type_: str, reference: Value) -> str:
        """No key."""
        del type_, reference
        raise Misfit("")

    def follow(self, literal: Value) -> Value:
        """Nothing."""
        del literal


def check(_kind: Kind, shape: Shape) -> Iterator[Diagnostic]:
    """Every `also` line that reads a constant of the shape in a record without its field."""
    yield from _scope(shape.scope, shape.when)


def _scope(scope: Scope, when: Formula) -> Iterator[Diagnostic]:
    written = by_path((steps, leaf) for steps, leaf in leaves(scope) if _constant(leaf))
    for steps, leaf in leaves(scope):
        for other in at(written, steps) if leaf.mode == "also" else ():
            name = _read(leaf, other)
            model = theory(scope.fields).solve(when, other.when, negate(has(name))) if name else None
            if model is not None:
                yield lost.also_reads_constant(leaf.span, leaf.path, name, other.span, situation.show(scope.fields, model))


def _constant(leaf: Leaf) -> Constant | None:
    term = leaf.term.term if isinstance(leaf.term, Echo) else leaf.term
    return term if isinstance(term, Constant) else None


def _read(leaf: Leaf, other: Leaf) -> str:
    """The field that a line would take from the constant of another; empty for none."""
    constant = _constant(other)
    assert constant
    assert isinstance(leaf.term, TwoWay)
    try:
        return next(iter(leaf.term.read(constant.value, _Nobody())), "")
    except Misfit:
        return ""
