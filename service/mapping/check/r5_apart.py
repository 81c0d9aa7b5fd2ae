"""R5: own identifiers keep what we write apart; for resources of others the order of the files decides, and every shape can be reached."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from service.diagnostics.diagnostic import Diagnostic
from service.diagnostics.messages import reversibility as lost
from service.mapping.check.spots import Spots, Steps, at, by_path, leaves, may_hold, may_read, written_with
from service.mapping.gather import turn
from service.mapping.plan import Choice, Kind, Leaf, Shape
from service.mapping.terms.constant import Constant
from service.mapping.terms.term import TwoWay
from service.mapping.terms.via import Coded
from service.mapping.walk.read import tells
from service.records.formulas import word

Places = list[tuple[Steps, Leaf]]
"""Leaves with their places."""


def check(kinds: Iterable[Kind]) -> Iterator[Diagnostic]:
    """Every shape behind one that can take its resources."""
    offered = [shape for kind in kinds for shape in kind.shapes if not shape.own_only]
    offered.sort(key=turn)
    before: dict[str, list[tuple[Shape, list[list[list[Places]]]]]] = {}
    for shape in offered:
        earlier = before.setdefault(shape.type, [])
        written = _written(shape) if earlier else []
        first = next((one for one, asked in earlier if _takes(asked, written)), None)
        if first:
            yield lost.shape_unreachable(shape.span, shape.name, first.name, _resource(shape))
        earlier.append((shape, _asked(shape)))


def _takes(asked: list[list[list[Places]]], written: list[Spots]) -> bool:
    """Whether what a shape writes, in each of its cases, can have all that another asks for."""
    return all(all(any(all(_stands(one, each) for one in case) for case in cases) for cases in asked) for each in written)


def _written(shape: Shape) -> list[Spots]:
    """What a shape writes, in each of its cases."""
    written = [pair for pair in leaves(shape.scope) if pair[1].mode != "also"]
    cases = [[pair for pair in written if written_with(pair[1], branch)] for choice in _cases(shape) for branch in choice.branches]
    return [by_path(case) for case in cases or [written]]


def _asked(shape: Shape) -> list[list[list[Places]]]:
    """What a shape asks for: each time one of several cases, in which something stands at one of several places.

    That is its `match` lines, those of one of its cases where the field is required, and a value for each `!`.
    """
    mine = list(leaves(shape.scope))
    always = [[(steps, leaf)] for steps, leaf in mine if leaf.mode == "match" and leaf.branch is None]
    always += [[(steps, leaf) for steps, leaf in mine if leaf.two_way and must in leaf.term.fields] for must in shape.scope.musts]
    told = [
        [[[pair] for pair in mine if pair[1].mode == "match" and pair[1].branch is branch] for branch in choice.branches]
        for choice in _cases(shape)
    ]
    return [*told, [always]]


def _stands(places: Places, written: Spots) -> bool:
    return any(_fits(leaf, one) for steps, leaf in places for one in at(written, steps))


def _cases(shape: Shape) -> list[Choice]:
    """The cases of required fields: a resource of others in which none of them holds is not of this shape."""
    return [one for one in shape.scope.choices if tells(one)]


def _fits(asked: Leaf, written: Leaf) -> bool:
    if isinstance(asked.term, TwoWay):
        return may_read(asked.term, written)
    assert isinstance(asked.term, Constant)
    match written.term:
        case Constant(read_as=codes) if written.mode == "match":
            return codes <= asked.term.read_as
        case Coded(read_as=codes):
            return codes.keys() <= asked.term.read_as
    return may_hold(asked.term, written)


def _resource(shape: Shape) -> str:
    """A resource of another system that fits a shape, in words."""
    lines = [f"{leaf.path}: {min(map(_spelt, leaf.term.read_as))}" for leaf in _matches(shape) if isinstance(leaf.term, Constant)]
    return f"{'an' if shape.type[0] in 'AEIO' else 'a'} {shape.type} of another system" + "".join(f"\n  {line}" for line in lines)


def _spelt(code: object) -> str:
    return "#".join(code) if isinstance(code, tuple) else word(code)


def _matches(shape: Shape) -> list[Leaf]:
    return [leaf for leaf in shape.scope.leaves() if leaf.mode == "match" and leaf.branch is None]
