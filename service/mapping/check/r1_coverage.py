"""R1, R3, R4: a field with a value is written by some two-way term in every record the rules allow, and every record writes something."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from service.diagnostics.diagnostic import Diagnostic
from service.diagnostics.messages import names as say
from service.diagnostics.messages import reversibility as lost
from service.mapping.check import situation
from service.mapping.plan import Kind, Scope, Shape
from service.mapping.satisfy import Theory, theory
from service.records.fields import Field, Fields
from service.records.formulas import FALSE, TRUE, Formula, all_of, any_of, assume, has, literals, negate


def check(kind: Kind) -> Iterator[Diagnostic]:
    """Every field that can be lost, with the record that shows it."""
    rules = theory(kind.fields)
    something = any_of(has(shape.each.name) if shape.each else shape.when for shape in kind.written)
    model = rules.solve(negate(something))
    if model is not None:
        names = dict.fromkeys(literal.field for literal in literals(something))
        yield lost.nothing_written(kind.span, kind.name, names, situation.show(kind.fields, model))
    places: dict[str, list[tuple[Formula, Scope, Shape]]] = {}
    for shape in kind.written:
        if shape.each:
            places.setdefault(shape.each.name, []).append((shape.condition, shape.scope, shape))
        for items in shape.scope.items():
            if not shape.each:
                places.setdefault(items.field.name, []).append((all_of((shape.when, items.when)), items.scope, shape))
    by_shape = [(shape, writes(shape.scope)) for shape in kind.written]
    for name, one in kind.fields.by_name.items():
        if one.stays or name == kind.key:
            continue
        if one.items:
            yield from _list(kind, one, places.get(name, []), rules)
        else:
            yield from _field(one, kind.fields, rules, list(_record_level(by_shape, one)), something)


def _record_level(by_shape: list[tuple[Shape, Mapping[str, list[Formula]]]], one: Field) -> Iterator[Formula]:
    """The conditions under which a field of the record is written; in an `each` shape: by every item, so that no item's values decide."""
    for shape, written in by_shape:
        for formula in written.get(one.name, ()):
            whole = all_of((shape.when, formula))
            if shape.each and shape.each.items:
                items = shape.each.items.by_name
                given = {has(name): True for name, item in items.items() if item.required}
                whole = all_of((has(shape.each.name), assume(whole, given)))
                if any(literal.field in items for literal in literals(whole)):
                    continue
            yield whole


def writes(scope: Scope) -> Mapping[str, list[Formula]]:
    """By field, the conditions under which the terms of a scope write it so that it comes back."""
    found: dict[str, list[Formula]] = {}
    for leaf in scope.leaves():
        for one in leaf.term.fields if leaf.two_way and leaf.mode in ("", "match") else ():
            found.setdefault(one.name, []).append(leaf.when)
    for items in scope.items():
        found.setdefault(items.field.name, []).append(items.when)
    for choice in scope.choices:
        if choice.field:
            found.setdefault(choice.field.name, []).extend(branch.chosen for branch in choice.branches)
    return found


def _field(one: Field, fields: Fields, rules: Theory, conditions: list[Formula], inside: Formula = TRUE) -> Iterator[Diagnostic]:
    if not conditions:
        yield say.field_unused(one.span, one.name)
        return
    without = (has(one.name), negate(any_of(conditions)))
    model = rules.solve(*without, inside) if rules.solve(*without) is not None else None
    if model is not None:
        yield lost.field_lost(one.span, one.name, _when(one, rules, any_of(conditions)), situation.show(fields, model, one.name))


def _list(kind: Kind, one: Field, places: list[tuple[Formula, Scope, Shape]], rules: Theory) -> Iterator[Diagnostic]:
    if not places:
        yield say.field_unused(one.span, one.name)
        return
    if len(places) > 1:
        yield lost.list_in_two_places(one.span, one.name, [shape.name for _, _, shape in places])
        return
    condition, scope, shape = places[0]
    model = rules.solve(has(one.name), negate(condition))
    if model is not None:
        yield lost.field_lost(one.span, one.name, _when(one, rules, condition), situation.show(kind.fields, model, one.name))
    assert one.items is not None
    inner = theory(one.items)
    whole = all_of(has(must.name) for must in scope.musts)
    model = inner.solve(has(one.name), negate(whole), any_of(map(has, one.items.by_name)))
    if model is not None:
        yield lost.item_lost(one.span, one.name, [must.name for must in scope.musts], situation.show(one.items, model))
    written = writes(scope)
    for field in one.items.by_name.values():
        if field.name != shape.item_id or not shape.each:
            yield from _field(field, one.items, inner, written.get(field.name, []), has(one.name))


def _when(one: Field, rules: Theory, condition: Formula) -> str:
    """The plainest words for when it is lost: by one other field or value, if that says it."""
    for literal in literals(condition):
        if literal.field == one.name or rules.solve(has(one.name), literal, negate(condition)) is not None:
            continue
        if rules.solve(has(one.name), literal) is not None and rules.solve(has(one.name), negate(literal)) is not None:
            name = literal.field
            if literal.value is not None:
                return f" {'unless' if literal.positive else 'when'} `{name}` is `{literal.value}`"
            return f" when it is given {'without' if literal.positive else 'together with'} `{name}`"
    return "" if condition == FALSE or rules.solve(has(one.name), condition) is None else " in some records"
