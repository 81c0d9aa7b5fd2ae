"""The elements of a list: where they are, which of them a part can take, and in which order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from service.fhir.json import Value
from service.mapping.plan import Block, Items, Leaf, Part
from service.mapping.terms.constant import Constant
from service.mapping.walk.write import Pointer

USES: Mapping[str, tuple[str | None, ...]] = {
    "HumanName": ("official", "usual", None, "temp", "nickname", "anonymous", "maiden", "old"),
    "Address": ("home", "work", None, "billing", "temp", "old"),
    "ContactPoint": ("home", "mobile", "work", None, "temp", "old"),
    "Identifier": ("official", "usual", None, "temp", "secondary", "old"),
}
"""By type, the values of `use` in the order in which elements are taken; None where it has none."""


def fits(part: Part, value: Value) -> bool:
    """Whether a list element can be this part's: the constants of its slice are there."""
    if isinstance(part, Leaf):
        return part.term.holds(value) if isinstance(part.term, Constant) and part.mode != "match" else True
    if not isinstance(part, Block | Items):
        return True
    return isinstance(value, dict) and all(_holds(mark, value.get(mark.name)) for mark in part.marks)


def is_constant(part: Part) -> bool:
    """Whether a part is an element of which every one is the same."""
    return isinstance(part, Leaf) and isinstance(part.term, Constant)


def flat(value: Value, at: Pointer) -> Iterable[tuple[Pointer, Value]]:
    """The elements of a list with their places; none of what is no list."""
    return [((*at, number), one) for number, one in enumerate(value)] if isinstance(value, list) else []


def deep(value: Value, name: str, at: Pointer) -> Iterator[tuple[Pointer, Value]]:
    """The elements of a list and of every list of that name inside them."""
    for spot, one in flat(value, at):
        yield spot, one
        yield from _below(one, name, spot)


def by_use(part: Part, spot: tuple[Pointer, Value]) -> int:
    """The place of an element in the order of its list."""
    uses = USES[part.type]
    use = spot[1].get("use") if isinstance(spot[1], dict) else None
    return uses.index(use) if use in uses else len(uses)


def _holds(mark: Leaf, value: Value) -> bool:
    assert isinstance(mark.term, Constant)
    elements = value if mark.many and isinstance(value, list) else [value]
    return any(mark.term.holds(one) for one in elements if one is not None)


def _below(value: Value, name: str, at: Pointer) -> Iterator[tuple[Pointer, Value]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from deep(inner, name, (*at, key)) if key == name else _below(inner, name, (*at, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _below(inner, name, (*at, number))
