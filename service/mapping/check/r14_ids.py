"""R13, R14: children come back to their list, and every id of ours can be cut again and names one resource."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from service.diagnostics.diagnostic import Diagnostic
from service.diagnostics.messages import identity as mistaken
from service.diagnostics.messages import names as say
from service.diagnostics.spans import Span
from service.mapping.children import fixed_value
from service.mapping.plan import Items, Kind, Leaf, Part, Shape, every
from service.mapping.terms.echo import Echo
from service.mapping.terms.reference import ToResource
from service.records import leaves
from service.records.fields import ID_LENGTH, Field, Fields

_LONGEST = 64
_FOREIGN_ITEM = 20


def check(kinds: Iterable[Kind]) -> Iterator[Diagnostic]:
    """Lists of children that cannot be told apart, endings that clash, ids that are too long, references to nothing."""
    kinds = list(kinds)
    endings: dict[tuple[str, str], Span] = {}
    whole = {shape.type for kind in kinds for shape in kind.written if not shape.ending}
    partial = {shape.type: shape.span for kind in reversed(kinds) for shape in reversed(kind.shapes) if shape.type not in whole}
    for kind in kinds:
        yield from _children(kind, {one.name: one.fields for one in kinds})
        for shape in kind.written:
            for ending in (shape.ending, *shape.former):
                first = endings.setdefault((shape.type, ending), shape.span)
                if first is not shape.span:
                    yield mistaken.ending_twice(shape.span, shape.type, ending, first)
            yield from _lengths(shape)
        for shape in kind.shapes:
            yield from _references(shape.scope.parts, partial)


def _children(kind: Kind, fields: Mapping[str, Fields]) -> Iterator[Diagnostic]:
    for at, one in enumerate(kind.children):
        theirs = fields[one.kind].by_name
        for name in one.shared:
            if _nature(kind.fields.by_name[name]) != _nature(theirs[name]):
                here, there = _nature(kind.fields.by_name[name]), _nature(theirs[name])
                yield mistaken.child_field_differs(one.span.part(name), name, one.kind, here, there)
        for name, value in one.fixed.items():
            if theirs[name].many or leaves.problem(theirs[name], fixed_value(theirs[name], value)):
                yield say.unknown_value(one.span.part(value), value, name, theirs[name].domain)
        for other in kind.children[:at]:
            apart = any(one.fixed.get(name, value) != value for name, value in other.fixed.items())
            if one.kind == other.kind and not apart:
                yield mistaken.child_lists_alike(one.span, one.name, other.name, one.kind)


def _nature(field: Field) -> str:
    """What parent and child must agree in about a field that they share."""
    type_ = f"a {field.table}" if field.table else f"of type {field.type}"
    return f"{'a list ' if field.many else ''}{type_}{', which stays in the clinic' if field.stays else ''}"


def _lengths(shape: Shape) -> Iterator[Diagnostic]:
    item = 0
    if shape.each and shape.each.items:
        field = shape.each.items.by_name[shape.item_id]
        item = 1 + int(field.high or ID_LENGTH)
        if int(field.high or ID_LENGTH) < _FOREIGN_ITEM or int(field.low or 1) > _FOREIGN_ITEM:
            yield mistaken.item_id_short(field.span, field.name)
    length = ID_LENGTH + (1 + len(shape.ending) if shape.ending else 0) + item
    if length > _LONGEST:
        yield mistaken.id_over_64(shape.span, shape.name, length, item)


def _references(parts: list[Part], partial: Mapping[str, Span]) -> Iterator[Diagnostic]:
    for part in every(parts):
        if isinstance(part, Items):
            yield from _references(part.scope.parts, partial)
        term = part.term.term if isinstance(part, Leaf) and isinstance(part.term, Echo) else part.term if isinstance(part, Leaf) else None
        if isinstance(term, ToResource) and term.type in partial:
            yield mistaken.reference_without_shape(term.span, term.type, partial[term.type])
