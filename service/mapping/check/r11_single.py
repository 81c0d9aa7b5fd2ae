"""R11: no two lines write one single-valued element, nor two forms of one choice."""

from __future__ import annotations

from collections.abc import Iterator

from service.diagnostics.diagnostic import Diagnostic
from service.diagnostics.messages import reversibility as lost
from service.mapping.check import situation
from service.mapping.plan import Block, Items, Kind, Leaf, Part, Scope, Shape
from service.mapping.satisfy import theory
from service.records.formulas import FALSE, Formula


def check(_kind: Kind, shape: Shape) -> Iterator[Diagnostic]:
    """Every pair of lines that can write one element together."""
    yield from _scope(shape.scope, shape.when)


def _scope(scope: Scope, when: Formula) -> Iterator[Diagnostic]:
    yield from _parts(scope, scope.parts, when)
    for items in scope.items():
        yield from _scope(items.scope, items.when)


def _parts(scope: Scope, parts: list[Part], when: Formula) -> Iterator[Diagnostic]:
    for at, one in enumerate(parts):
        if isinstance(one, Block):
            yield from _parts(scope, one.parts, when)
        for other in parts[:at]:
            if not _one_element(one, other):
                continue
            model = theory(scope.fields).solve(one.when, other.when, when)
            if model is None:
                continue
            shown = situation.show(scope.fields, model)
            if one.name == other.name:
                yield lost.written_twice(one.span, one.path, other.span, shown)
            else:
                yield lost.choice_written_twice(one.span, one.name, other.name, shown)


def _one_element(one: Part, other: Part) -> bool:
    """Whether two parts stand at one element: of a list, only those with one path."""
    if one.element.name != other.element.name or FALSE in (one.when, other.when):
        return False
    if any(isinstance(part, Leaf) and part.mode == "engine" for part in (one, other)):
        return not one.many
    if isinstance(one, Items) != isinstance(other, Items):
        return not one.many
    return not one.many or one.path == other.path or (_unsliced(one) and _unsliced(other))


def _unsliced(part: Part) -> bool:
    return isinstance(part, Items) and not part.slice
