"""R12: what is left of a record without the fields that stay is still a valid record."""

from __future__ import annotations

from collections.abc import Iterator

from service.diagnostics.diagnostic import Diagnostic
from service.diagnostics.messages import reversibility as lost
from service.mapping.check import situation
from service.mapping.plan import Kind
from service.mapping.satisfy import theory
from service.records.fields import Fields
from service.records.formulas import Formula, Literal, assume, has, is_, negate


def check(kind: Kind) -> Iterator[Diagnostic]:
    """Every rule that needs a field that stays."""
    yield from _fields(kind.fields, {})
    for one in kind.fields.by_name.values():
        if one.items:
            yield from _fields(one.items, _absent(kind.fields))


def _fields(fields: Fields, outer: dict[Literal, bool]) -> Iterator[Diagnostic]:
    absent = {**outer, **_absent(fields)}
    if not absent:
        return
    required: list[tuple[Formula, str]] = [(has(one.name), f"{one.name} required") for one in fields.by_name.values() if one.required]
    for formula, text in [*required, *((rule.formula, rule.text) for rule in fields.rules)]:
        model = theory(fields).solve(negate(assume(formula, absent)))
        if model is not None:
            name = next(literal.field for literal in absent if literal.field in text)
            yield lost.stays_needed(fields.visible[name].span, name, text, situation.show(fields, model, name))


def _absent(fields: Fields) -> dict[Literal, bool]:
    staying = [one for one in fields.by_name.values() if one.stays]
    return {
        literal: False for one in staying for literal in (has(one.name), *(is_(one.name, value) for value in one.domain if one.enumerated))
    }
