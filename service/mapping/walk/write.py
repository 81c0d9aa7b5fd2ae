"""A record becomes resources. Beside each resource stand its origins: which part of the plan each list element comes from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from service.fhir import json
from service.fhir.json import Value
from service.mapping.plan import Block, Items, Kind, Leaf, Part, Shape
from service.mapping.terms.term import Outgoing, Record
from service.records.formulas import holds

Pointer = tuple[str | int, ...]
Origin = tuple[str, str]
"""The path of a part, and what tells one of its elements from the others."""


@dataclass(frozen=True, slots=True)
class Written:
    """A resource with the shape (and the id of the item) that it was written by; `origins` by pointers to list elements."""

    shape: Shape
    item: str
    resource: dict[str, Value]
    origins: dict[Pointer, Origin]


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
    origins: dict[Pointer, Origin] = {}
    body = _parts(shape.scope.parts, record, out, (), origins)
    return Written(shape, item, {"resourceType": shape.type, **body}, origins)


def item_key(value: Value, seen: dict[str, int]) -> str:
    """What tells an item or value from the others of its list: its text, counted where it repeats."""
    text = json.write(value).decode()
    seen[text] = seen.get(text, 0) + 1
    return f"{text}#{seen[text]}"


def _parts(parts: list[Part], record: Record, out: Outgoing, at: Pointer, origins: dict[Pointer, Origin]) -> dict[str, Value]:
    made: dict[str, Value] = {}

    def place(part: Part, key: str) -> Pointer:
        if not part.many:
            return (*at, part.name)
        pointer = (*at, part.name, len(made.get(part.name, ())))
        origins[pointer] = (part.path, key)
        return pointer

    def put(part: Part, value: Value) -> None:
        if part.many:
            made.setdefault(part.name, []).append(value)
        else:
            made[part.name] = value

    for part in parts:
        if not holds(part.when, record):
            continue
        seen: dict[str, int] = {}
        match part:
            case Leaf(term=term) if part.many and term.fields and term.fields[0].many:
                name = term.fields[0].name
                for value in record[name]:
                    place(part, item_key(value, seen))
                    put(part, term.write({**record, name: value}, out))
            case Leaf(term=term):
                place(part, "")
                put(part, term.write(record, out))
            case Block(parts=inner):
                put(part, _parts(inner, record, out, place(part, ""), origins))
            case Items(scope=scope):
                for item in record[part.field.name]:
                    together = {**record, **item}
                    if all(together.get(one.name) is not None for one in scope.musts):
                        put(part, _parts(scope.parts, together, out, place(part, item_key(item, seen)), origins))
    return made
