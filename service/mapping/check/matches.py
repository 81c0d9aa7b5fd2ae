"""A `match` line stands in everything that its shape, alternative or case writes: a resource of ours is known again by it."""

from __future__ import annotations

from collections.abc import Iterator

from service.diagnostics.diagnostic import Diagnostic
from service.diagnostics.messages import reversibility as lost
from service.mapping.check import situation
from service.mapping.plan import Kind, Scope, Shape
from service.mapping.satisfy import theory
from service.records.formulas import Formula, all_of, has, negate


def check(_kind: Kind, shape: Shape) -> Iterator[Diagnostic]:
    """Every `match` line that some record leaves out."""
    yield from _scope(shape.scope, shape.when)


def _scope(scope: Scope, when: Formula) -> Iterator[Diagnostic]:
    for leaf in scope.leaves():
        if leaf.mode == "match":
            model = theory(scope.fields).solve(when, leaf.taken, negate(leaf.when))
            if model is not None:
                yield lost.match_not_written(leaf.span, leaf.path, situation.show(scope.fields, model))
    for items in scope.items():
        yield from _scope(items.scope, all_of(has(one.name) for one in items.scope.musts))
