"""R13, R14: children come back to their list, and every id of ours can be cut again and names one resource."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from service.diagnostics.diagnostic import Diagnostic
from service.diagnostics.messages import reversibility as lost
from service.diagnostics.spans import Span
from service.mapping.plan import Items, Kind, Leaf, Part, Shape, every
from service.mapping.terms.echo import Echo
from service.mapping.terms.reference import ToResource
from service.records.fields import ID_LENGTH

_LONGEST = 64
_FOREIGN_ITEM = 20


def check(kinds: Iterable[Kind]) -> Iterator[Diagnostic]:
    """Lists of children that cannot be told apart, endings that clash, ids that are too long, references to nothing."""
    kinds = list(kinds)
    endings: dict[tuple[str, str], Span] = {}
    whole = {shape.type for kind in kinds for shape in kind.written if not shape.ending}
    types = {shape.type for kind in kinds for shape in kind.shapes}
    for kind in kinds:
        yield from _children(kind)
        for shape in kind.written:
            for ending in (shape.ending, *shape.former):
                first = endings.setdefault((shape.type, ending), shape.span)
                if first is not shape.span:
                    yield lost.ending_twice(shape.span, shape.type, ending, first)
            yield from _lengths(shape)
        for shape in kind.shapes:
            yield from _references(shape.scope.parts, types - whole)


def _children(kind: Kind) -> Iterator[Diagnostic]:
    for at, one in enumerate(kind.children):
        for other in kind.children[:at]:
            apart = any(one.fixed.get(name, value) != value for name, value in other.fixed.items())
            if one.kind == other.kind and not apart:
                yield lost.child_lists_alike(one.span, one.name, other.name, one.kind)


def _lengths(shape: Shape) -> Iterator[Diagnostic]:
    item = 0
    if shape.each and shape.each.items:
        field = shape.each.items.by_name[shape.item_id]
        item = 1 + int(field.high or ID_LENGTH)
        if int(field.high or ID_LENGTH) < _FOREIGN_ITEM or int(field.low or 1) > _FOREIGN_ITEM:
            yield lost.item_id_short(field.span, field.name)
    length = ID_LENGTH + (1 + len(shape.ending) if shape.ending else 0) + item
    if length > _LONGEST:
        yield lost.id_over_64(shape.span, shape.name, length, item)


def _references(parts: list[Part], without_whole: set[str]) -> Iterator[Diagnostic]:
    for part in every(parts):
        if isinstance(part, Items):
            yield from _references(part.scope.parts, without_whole)
        term = part.term.term if isinstance(part, Leaf) and isinstance(part.term, Echo) else part.term if isinstance(part, Leaf) else None
        if isinstance(term, ToResource) and term.type in without_whole:
            yield lost.reference_without_shape(term.span, term.type)
