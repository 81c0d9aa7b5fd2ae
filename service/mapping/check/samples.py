"""Valid records of a kind that together write every line of a shape, every name of its tables and every unit.

The first writes as little as can be; others lack what that one has and need not have. They hold the fields of the shape alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from service.fhir import definitions
from service.fhir.json import Number, Value
from service.mapping.check import situation
from service.mapping.plan import Leaf, Shape, every
from service.mapping.satisfy import theory
from service.records.fields import Field, Fields
from service.records.formulas import All, Formula, Literal, all_of, has, holds, is_, literals, negate

_ROUNDS = 64


def cover(shape: Shape) -> Iterator[dict[str, Value]]:
    """Records that write a shape; for an `each` shape with one item, whose fields stand among the record's.

    Of another form, which is only given back, and validated then: the least and the most.
    """
    fields = shape.scope.fields
    about = {name: fields.visible[name] for name in dict.fromkeys(concerned(shape))}
    rules = theory(fields)
    here = all_of([shape.when, *([has(shape.each.name)] if shape.each else [])])
    least = rules.solve(here, whole=True)
    if least is None:
        return
    first = _record(about, least, shape, 0, free=False)
    yield first
    usual = rules.solve(here, prefer=_yes, about=about) or least
    most = _record(about, usual, shape, 0, free=True)
    yield most
    if shape.form_of:
        return
    certain = {*_parts(here), *(has(name) for name, one in fields.visible.items() if one.required)}
    for when in dict.fromkeys(part.when for part in every(shape.scope.parts) if holds(part.when, first)):
        without = None if certain.issuperset(_parts(when)) else rules.solve(here, negate(when), whole=True)
        if without is not None:
            yield _record(about, without, shape, 0, free=False)
    mine = [leaf for leaf in shape.scope.leaves() if leaf.mode not in ("slice", "also")]
    told = [*mine, *(leaf for items in shape.scope.items() for leaf in items.scope.leaves())]
    rounds = max([1, *(len(one.values) for leaf in told if _decides(leaf, shape.profile) for one in leaf.term.fields)])
    left = [leaf for leaf in mine if not holds(leaf.when, most)]
    number = 1
    while left or number < min(rounds, _ROUNDS):
        wanted = next((model for leaf in left if (model := rules.solve(here, leaf.when, prefer=_yes, about=about))), None)
        record = _record(about, wanted or usual, shape, number, free=True)
        yield record
        rest = [leaf for leaf in left if not holds(leaf.when, record)]
        left = rest if wanted and len(rest) < len(left) else []
        number += 1


def _parts(formula: Formula) -> tuple[Formula, ...]:
    return formula.parts if isinstance(formula, All) else (formula,)


def concerned(shape: Shape) -> Iterator[str]:
    """The fields that decide about what a shape writes, and those that it writes."""
    items = shape.each.items if shape.each else None
    yield from (one.name for one in (items.by_name.values() if items else ()) if one.required)
    yield from (literal.field for literal in literals(shape.when))
    for scope in (shape.scope, *(part.scope for part in shape.scope.items())):
        for part in every(scope.parts):
            yield from (literal.field for literal in literals(part.when) if literal.field in shape.scope.fields.visible)
            if isinstance(part, Leaf):
                yield from (one.name for one in part.term.fields if one.name in shape.scope.fields.visible)


def _decides(leaf: Leaf, profile: str) -> bool:
    """Whether which name of a table is written decides about what is valid: anywhere but at concepts that may have any code."""
    if leaf.type not in ("CodeableConcept", "Coding"):
        return True
    narrowed = definitions.profile(profile) if profile else None
    bound = [one.binding for one in narrowed.elements.values() if one.path == leaf.element.path] if narrowed else []
    return any(one is not None and one.strength == "required" for one in (leaf.element.binding, *bound))


def _yes() -> bool:
    return True


def _no() -> bool:
    return False


def _record(fields: Mapping[str, Field], model: dict[Literal, bool], shape: Shape, number: int, *, free: bool) -> dict[str, Value]:
    """The record of a model; a field of which it says nothing is present when `free`."""
    present = [one for name, one in fields.items() if model.get(has(name), free) and not one.stays and one is not shape.each]
    return {one.name: _value(one, model, number) for one in present}


def _value(one: Field, model: dict[Literal, bool], number: int) -> Value:
    if one.items:
        return [_item(one.items, number, free=True), _item(one.items, number, free=False)]
    if one.type == "boolean":
        return not model.get(is_(one.name, "false"), False)
    if one.values:
        told = {name: model.get(is_(one.name, name)) for name in one.values}
        names = [name for name in told if told[name]] or [name for name in told if told[name] is None] or list(told)
        name = names[number % len(names)]
        value: Value = Number(name) if one.numeric else name
    elif one.type in ("integer", "decimal"):
        value = Number(one.low or one.high or "1")
    elif one.type in ("text", "id"):
        value = situation.VALUES[one.type].ljust(int(one.low or 1), "x")[: int(one.high or 1000)]
    else:
        value = situation.VALUES[one.type]
    return [value] if one.many else value


@cache
def _assignment(fields: Fields, *, free: bool) -> dict[Literal, bool]:
    model = theory(fields).solve(prefer=_yes if free else _no)
    assert model is not None
    return model


def _item(fields: Fields, number: int, *, free: bool) -> dict[str, Value]:
    """An item with as much, or as little, as its rules allow."""
    model = _assignment(fields, free=free)
    return {name: _value(one, model, number) for name, one in fields.by_name.items() if model.get(has(name), free) and not one.stays}
