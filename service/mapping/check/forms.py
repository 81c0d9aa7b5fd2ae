"""Another form makes a record alone: it gives the required fields and all that it repeats, and what it gives fulfils the rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from service.diagnostics.diagnostic import Diagnostic
from service.diagnostics.messages import reversibility as lost
from service.mapping.check import situation
from service.mapping.check.r1_coverage import writes
from service.mapping.plan import Kind, Shape
from service.mapping.satisfy import theory
from service.mapping.terms.echo import Echo
from service.records.formulas import FALSE, TRUE, All, Formula, Literal, all_of, any_of, has, negate


def check(kind: Kind, shape: Shape) -> Iterator[Diagnostic]:
    """What a form lacks of the required fields, repeats and does not give, and the rules that its resource alone breaks."""
    if not shape.form_of:
        return
    given = _given(kind, shape)
    if shape.own_only:
        missing = [one.name for one in kind.fields.by_name.values() if one.required and given[one.name] == FALSE]
        yield lost.form_incomplete(shape.span, shape.name, missing)
    else:
        yield from _echoes(kind, shape, given)
        yield from _rules(kind, shape, given)


def _echoes(kind: Kind, shape: Shape, given: Mapping[str, Formula]) -> Iterator[Diagnostic]:
    for leaf in shape.scope.leaves():
        for one in leaf.term.fields if isinstance(leaf.term, Echo) else ():
            if theory(kind.fields).solve(shape.when, leaf.when, negate(given[one.name])) is not None:
                yield lost.form_repeats(leaf.term.span, shape.name, one.name)


def _rules(kind: Kind, shape: Shape, given: Mapping[str, Formula]) -> Iterator[Diagnostic]:
    for rule in kind.fields.rules:
        read = _as_read(rule.formula, given)
        model = theory(kind.fields).solve(shape.when, rule.formula, negate(read)) if read != TRUE else None
        if model is not None:
            yield lost.form_breaks_rule(shape.span, shape.name, rule.text, situation.show(kind.fields, model))


def _given(kind: Kind, shape: Shape) -> dict[str, Formula]:
    """For each field the condition under which the form carries it; keys come with every resource."""
    keys, written = (kind.key, shape.item_id), writes(shape.scope)
    return {name: has(name) if name in keys else any_of(written.get(name, ())) for name in shape.scope.fields.visible}


def _as_read(formula: Formula, given: Mapping[str, Formula]) -> Formula:
    """A formula over what is read, as one over what was written: a field that the form does not carry is absent."""
    if not isinstance(formula, Literal):
        parts = (_as_read(part, given) for part in formula.parts)
        return all_of(parts) if isinstance(formula, All) else any_of(parts)
    if given[formula.field] == FALSE:
        return FALSE if formula.positive else TRUE
    whole = all_of((given[formula.field], Literal(formula.field, formula.value)))
    return whole if formula.positive else negate(whole)
