"""What may stand at the same place: which constants and terms can be written where, while a branch is taken."""

from __future__ import annotations

from collections.abc import Iterator

from service.mapping.plan import Block, Branch, Leaf, Part, Scope
from service.mapping.terms.constant import Constant
from service.mapping.terms.echo import Echo

Steps = tuple[tuple[str, str], ...]


def leaves(scope: Scope) -> Iterator[tuple[Steps, Leaf]]:
    """Every leaf of a scope with its place: name and slice of every step."""
    yield from _leaves(scope.parts, ())


def same_place(one: Steps, other: Steps) -> bool:
    """Whether two places can be one: names equal, slices equal or one of them missing."""
    return len(one) == len(other) and all(a[0] == b[0] and (a[1] == b[1] or not a[1] or not b[1]) for a, b in zip(one, other, strict=True))


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
    return True


def _leaves(parts: list[Part], around: Steps) -> Iterator[tuple[Steps, Leaf]]:
    for part in parts:
        if isinstance(part, Leaf):
            yield (*around, (part.name, "")), part
        elif isinstance(part, Block):
            yield from _leaves(part.parts, (*around, (part.name, part.slice)))
