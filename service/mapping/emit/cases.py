"""A kind most of whose fields go with one value of another field is emitted once for each value: no record pays for the others' fields."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from service.mapping.plan import Block, Kind, Part, Shape
from service.records.fields import Field, Fields
from service.records.formulas import FALSE, All, Any_, Literal, assume, has, is_

MANY = 32
"""So many fields that go with one value of another make it pay."""


def deciding(kind: Kind) -> Field | None:
    """The required field with listed values that decides about many others of a flat record; None where there is none."""
    lists = [one for one in kind.fields.by_name.values() if one.items]
    for one in kind.fields.by_name.values() if not lists and not kind.children else ():
        if one.type == "one of" and one.required and not one.numeric and len(_owners(kind.fields, one)) >= MANY:
            return one
    return None


def narrowed(kind: Kind, field: Field, value: str) -> Kind:
    """The kind as its records with this value are: without the fields and elements that go with another."""
    absent = [name for name, owner in _owners(kind.fields, field).items() if owner != value]
    known = {has(field.name): True, **{is_(field.name, one): one == value for one in field.values}, **{has(name): False for name in absent}}
    by_name = {name: one for name, one in kind.fields.by_name.items() if name not in absent}
    by_name[field.name] = dataclasses.replace(field, values=(value,))
    rules = [rule for rule in kind.fields.rules if by_name.keys() >= {*rule.sum_of, *(rule.order or ())}]
    fields = Fields(by_name, tuple(dataclasses.replace(rule, formula=assume(rule.formula, known)) for rule in rules))
    return dataclasses.replace(kind, fields=fields, shapes=tuple(_shape(shape, fields, known) for shape in kind.written))


def _owners(fields: Fields, field: Field) -> dict[str, str]:
    """The fields that have a value only where the deciding field has one certain value, with that value."""
    found: dict[str, str] = {}
    for rule in fields.rules:
        for clause in rule.formula.parts if isinstance(rule.formula, All) else (rule.formula,):
            match clause:
                case Any_((Literal(name, None, False), Literal(field.name, str(value), True))) if name in fields.by_name:
                    found[name] = value
    return found


def _shape(shape: Shape, fields: Fields, known: Mapping[Literal, bool]) -> Shape:
    scope = dataclasses.replace(shape.scope, fields=fields, parts=_parts(shape.scope.parts, known))
    return dataclasses.replace(shape, scope=scope, condition=assume(shape.when, known), doubt=assume(shape.doubt, known))


def _parts(parts: list[Part], known: Mapping[Literal, bool]) -> list[Part]:
    left: list[Part] = []
    for part in parts:
        when = assume(part.when, known)
        if when == FALSE:
            continue
        if isinstance(part, Block):
            left.append(dataclasses.replace(part, when=when, parts=_parts(part.parts, known)))
        else:
            left.append(dataclasses.replace(part, when=when))
    return left
