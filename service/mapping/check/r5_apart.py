"""R5: own identifiers keep what we write apart; for resources of others the order of the files decides, and every shape can be reached."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from service.diagnostics.diagnostic import Diagnostic
from service.diagnostics.messages import reversibility as lost
from service.mapping.check.spots import leaves, may_hold, may_read, same_place
from service.mapping.plan import Kind, Leaf, Shape
from service.mapping.terms.constant import Constant
from service.mapping.terms.term import TwoWay
from service.records.formulas import word


def check(kinds: Iterable[Kind]) -> Iterator[Diagnostic]:
    """Every shape behind one that can take its resources."""
    offered = [shape for kind in kinds for shape in kind.shapes if not shape.own_only]
    offered.sort(key=lambda shape: shape.each is not None)
    for at, shape in enumerate(offered):
        first = next((one for one in offered[:at] if one.type == shape.type and _takes(one, shape)), None)
        if first:
            yield lost.shape_unreachable(shape.span, shape.name, first.name, _resource(shape))


def _takes(first: Shape, second: Shape) -> bool:
    """Whether what the second writes can have all that the first asks for: its `match` lines, and a value for each `!`."""
    written = [(steps, leaf) for steps, leaf in leaves(second.scope) if leaf.mode != "also"]
    mine = list(leaves(first.scope))
    asked = [[(steps, leaf)] for steps, leaf in mine if leaf.mode == "match" and leaf.branch is None]
    asked += [[(steps, leaf) for steps, leaf in mine if leaf.two_way and must in leaf.term.fields] for must in first.scope.musts]
    return all(any(same_place(steps, spot) and _fits(leaf, one) for steps, leaf in places for spot, one in written) for places in asked)


def _fits(asked: Leaf, written: Leaf) -> bool:
    if isinstance(asked.term, TwoWay):
        return may_read(asked.term, written)
    assert isinstance(asked.term, Constant)
    if written.mode == "match" and isinstance(written.term, Constant):
        return written.term.read_as <= asked.term.read_as
    return may_hold(asked.term, written)


def _resource(shape: Shape) -> str:
    """A resource of another system that fits a shape, in words."""
    lines = [f"{leaf.path}: {min(map(_spelt, leaf.term.read_as))}" for leaf in _matches(shape) if isinstance(leaf.term, Constant)]
    return f"{'an' if shape.type[0] in 'AEIO' else 'a'} {shape.type} of another system" + "".join(f"\n  {line}" for line in lines)


def _spelt(code: object) -> str:
    return "#".join(code) if isinstance(code, tuple) else word(code)


def _matches(shape: Shape) -> list[Leaf]:
    return [leaf for leaf in shape.scope.leaves() if leaf.mode == "match" and leaf.branch is None]
