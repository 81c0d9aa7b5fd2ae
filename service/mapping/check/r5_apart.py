"""R5: own identifiers keep what we write apart; for resources of others the order of the files decides, and every shape can be reached."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from service.diagnostics.diagnostic import Diagnostic
from service.diagnostics.messages import reversibility as lost
from service.mapping.plan import Kind, Leaf, Shape
from service.mapping.terms.constant import Constant
from service.records.formulas import word


def check(kinds: Iterable[Kind]) -> Iterator[Diagnostic]:
    """Every shape behind one that takes all its resources."""
    offered = [shape for kind in kinds for shape in kind.shapes if not shape.own_only]
    offered.sort(key=lambda shape: shape.each is not None)
    for at, shape in enumerate(offered):
        first = next((one for one in offered[:at] if one.type == shape.type and _takes_all_of(one, shape)), None)
        if first:
            yield lost.shape_unreachable(shape.span, shape.name, first.name, _resource(shape))


def _takes_all_of(first: Shape, second: Shape) -> bool:
    asked = _matches(first)
    given = _matches(second)
    if first.scope.musts or any(not isinstance(leaf.term, Constant) for leaf in asked):
        return False
    return all(any(one.path == leaf.path and _codes(one) <= _codes(leaf) for one in given) for leaf in asked)


def _resource(shape: Shape) -> str:
    """A resource of another system that fits a shape, in words."""
    lines = [f"{leaf.path}: {min(map(_spelt, leaf.term.read_as))}" for leaf in _matches(shape) if isinstance(leaf.term, Constant)]
    return f"{'an' if shape.type[0] in 'AEIO' else 'a'} {shape.type} of another system" + "".join(f"\n  {line}" for line in lines)


def _spelt(code: object) -> str:
    return "#".join(code) if isinstance(code, tuple) else word(code)


def _matches(shape: Shape) -> list[Leaf]:
    return [leaf for leaf in shape.scope.leaves() if leaf.mode == "match" and leaf.branch is None]


def _codes(leaf: Leaf) -> frozenset[object]:
    return leaf.term.read_as if isinstance(leaf.term, Constant) else frozenset({leaf})
