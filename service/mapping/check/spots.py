"""What may stand at the same place: which constants and terms can be written where, while a branch is taken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from service.mapping.plan import Block, Branch, Leaf, Part, Scope
from service.mapping.terms.constant import Constant
from service.mapping.terms.echo import Echo
from service.mapping.terms.quantity import InUnit
from service.mapping.terms.reference import ToResource
from service.mapping.terms.term import TwoWay
from service.mapping.terms.value import FieldValue
from service.mapping.terms.via import Coded

Steps = tuple[tuple[str, str], ...]
Spots = dict[tuple[str, ...], list[tuple[Steps, Leaf]]]


def leaves(scope: Scope) -> Iterator[tuple[Steps, Leaf]]:
    """Every leaf of a scope with its place: name and slice of every step."""
    yield from _leaves(scope.parts, ())


def by_path(written: Iterable[tuple[Steps, Leaf]]) -> Spots:
    """Leaves with their places, by the names of their steps."""
    spots: Spots = {}
    for steps, leaf in written:
        spots.setdefault(tuple(name for name, _ in steps), []).append((steps, leaf))
    return spots


def at(spots: Spots, steps: Steps) -> Iterator[Leaf]:
    """The leaves whose place can be this one: names equal, slices equal or one of them missing."""
    for others, leaf in spots.get(tuple(name for name, _ in steps), ()):
        if all(one[1] == other[1] or not one[1] or not other[1] for one, other in zip(steps, others, strict=True)):
            yield leaf


def written_with(leaf: Leaf, branch: Branch) -> bool:
    """Whether a leaf can be written while a branch is taken: it stands in no branch that excludes it."""
    if leaf.mode == "also":
        return False
    if leaf.branch is None:
        return True
    mine, theirs = leaf.branch.exclusive, branch.exclusive
    return all(theirs.get(choice, one) is one for choice, one in mine.items())


def may_hold(asked: Constant, leaf: Leaf) -> bool:
    """Whether what a leaf writes can be, or contain, a constant."""
    term = leaf.term.term if isinstance(leaf.term, Echo) else leaf.term
    if isinstance(term, Constant):
        return bool(asked.read_as & term.read_as) or asked.holds(term.value)
    return not (isinstance(term, FieldValue) and asked.read_as <= term.fields[0].excluded)


def may_read(asked: TwoWay, leaf: Leaf) -> bool:
    """Whether what a leaf writes can be a value of a two-way term."""
    match asked, leaf.term.term if isinstance(leaf.term, Echo) else leaf.term:
        case InUnit(units=units), InUnit(units=others):
            return not units.keys().isdisjoint(others)
        case ToResource(type=type_), ToResource(type=other):
            return type_ == other
        case Coded(read_as=codes), Coded(read_as=others) | Constant(read_as=others) if not asked.fields[0].or_text:
            return not codes.keys().isdisjoint(others)
    return True


def _leaves(parts: list[Part], around: Steps) -> Iterator[tuple[Steps, Leaf]]:
    for part in parts:
        if isinstance(part, Leaf):
            yield (*around, (part.name, "")), part
        elif isinstance(part, Block):
            yield from _leaves(part.parts, (*around, (part.name, part.slice)))
