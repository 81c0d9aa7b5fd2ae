"""A record becomes resources. Beside each resource stand its origins: which part of the plan each list element comes from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from service.fhir import json
from service.fhir.json import Value
from service.mapping.plan import Block, Items, Kind, Leaf, Part, Scope, Shape
from service.mapping.terms.term import Outgoing, Record
from service.records.formulas import holds

Pointer = tuple[str | int, ...]
Origin = tuple[str, str]
"""The path of a part, and what tells one of its elements from the others."""


@dataclass(frozen=True, slots=True)
class Written:
    """A resource with the shape (and the id of the item) that it was written by.

    By pointers into it: `origins` of list elements, and `leaves`, which wrote what stands there.
    """

    shape: Shape
    item: str
    resource: dict[str, Value]
    origins: dict[Pointer, Origin] = field(default_factory=dict)
    leaves: dict[Pointer, Leaf] = field(default_factory=dict)


def write(kind: Kind, record: Record, out: Outgoing) -> Iterator[Written]:
    """The resources of a valid record, in the order of the file, items in the order of the record."""
    for shape in kind.written:
        if not shape.each:
            if holds(shape.when, record):
                yield write_shape(shape, "", record, out)
            continue
        for item in record.get(shape.each.name, ()):
            together = {**record, **item}
            if holds(shape.when, together):
                yield write_shape(shape, item[shape.item_id], together, out)


def write_shape(shape: Shape, item: str, record: Record, out: Outgoing) -> Written:
    """One resource. For a shape with `each`, `record` holds the fields of the item, too."""
    written = Written(shape, item, {"resourceType": shape.type})
    written.resource.update(_parts(shape.scope.parts, record, out, (), written))
    return written


def item_key(value: Value, seen: dict[str, int]) -> str:
    """What tells an item or value from the others of its list: its text, counted where it repeats."""
    text = json.write(value).decode()
    seen[text] = seen.get(text, 0) + 1
    return f"{text}#{seen[text]}"


def _parts(parts: list[Part], record: Record, out: Outgoing, at: Pointer, written: Written) -> dict[str, Value]:
    made: dict[str, Value] = {}
    for part in parts:
        if not holds(part.when, record):
            continue
        if not part.many:
            made[part.name] = _element(part, record, out, (*at, part.name), written)
            continue
        for key, together in _elements(part, record):
            elements = made.setdefault(part.name, [])
            pointer = (*at, part.name, len(elements))
            written.origins[pointer] = (part.path, key)
            elements.append(_element(part, together, out, pointer, written))
    return made


def _elements(part: Part, record: Record) -> Iterator[tuple[str, Record]]:
    """For each element of a list, what tells it from the others and the record that it is written from."""
    seen: dict[str, int] = {}
    match part:
        case Leaf(term=term) if term.fields and term.fields[0].many:
            name = term.fields[0].name
            for value in record[name]:
                yield item_key(value, seen), {**record, name: value}
        case Items(scope=scope):
            for item in record[part.field.name]:
                together = {**record, **(item if part.field.items else {part.field.name: item})}
                if all(together.get(one.name) is not None for one in scope.musts):
                    yield item_key(item, seen), together
        case _:
            yield "", record


def _element(part: Part, record: Record, out: Outgoing, at: Pointer, written: Written) -> Value:
    match part:
        case Leaf(term=term):
            written.leaves[at] = part
            return term.write(record, out)
        case Block(parts=parts) | Items(scope=Scope(parts=parts)):
            return _parts(parts, record, out, at, written)
    raise AssertionError
