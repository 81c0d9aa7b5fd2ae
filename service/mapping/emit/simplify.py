"""Conditions made short: what a rule of the record or a condition around says already is left out."""

from __future__ import annotations

from functools import cache, lru_cache

from service.records.fields import Fields
from service.records.formulas import FALSE, TRUE, All, Any_, Formula, Literal, all_of, any_of, has, negate


def simplest(formula: Formula, known: frozenset[Formula], fields: Fields) -> Formula:
    """A formula that is true of the same valid records, among those of which the known ones hold."""
    around = _closed(known, fields)
    formula = _under(formula, around)
    if isinstance(formula, All):
        kept = [simplest(part, known, fields) for part in formula.parts]
        for part in tuple(kept):
            others = [one for one in kept if one is not part]
            if _under(part, _closed(known.union(others), fields)) == TRUE:
                kept = others
        return all_of(kept)
    if isinstance(formula, Any_):
        kept = list(formula.parts)
        for part in formula.parts:
            others = [one for one in kept if one is not part]
            short = simplest(part, known.union(negate(one) for one in others if isinstance(one, Literal)), fields)
            implied = _under(any_of(others), _closed(known | conjuncts(short), fields)) == TRUE
            kept = others if implied else [short if one is part else one for one in kept]
        formula = any_of(kept)
    return TRUE if formula in around else formula


def conjuncts(formula: Formula) -> frozenset[Formula]:
    """What holds where a formula holds."""
    return frozenset({formula, *(formula.parts if isinstance(formula, All) else ())})


def _under(formula: Formula, known: frozenset[Formula]) -> Formula:
    """The formula where the known ones hold."""
    if formula in known:
        return TRUE
    match formula:
        case Literal(name, value, _):
            if negate(formula) in known:
                return FALSE
            others = {one.value for one in known if isinstance(one, Literal) and one.field == name and one.value and one.positive}
            if value is not None and others and value not in others:
                return FALSE if formula.positive else TRUE
            return formula
        case All(parts):
            return all_of(_under(part, known) for part in parts)
        case Any_(parts):
            return any_of(_under(part, known) for part in parts)


@lru_cache(4096)
def _closed(known: frozenset[Formula], fields: Fields) -> frozenset[Formula]:
    """What the rules add to known conditions, by unit propagation."""
    closed: set[Formula] = set()
    fresh = [*known, *_always(fields)]
    while fresh:
        for one in fresh:
            closed |= conjuncts(one)
            if isinstance(one, Literal) and one.positive and one.value is not None:
                closed.add(has(one.field))
        fresh = []
        for clause in _clauses(fields):
            left = [one for one in clause if negate(one) not in closed]
            if len(left) == 1 and left[0] not in closed:
                fresh.append(left[0])
    return frozenset(closed)


@cache
def _always(fields: Fields) -> tuple[Formula, ...]:
    required = tuple(has(one.name) for one in fields.by_name.values() if one.required)
    return required + (_always(fields.outer) if fields.outer else ())


@cache
def _clauses(fields: Fields) -> tuple[tuple[Formula, ...], ...]:
    """The rules as disjunctions."""
    rules = [part for rule in fields.rules for part in (rule.formula.parts if isinstance(rule.formula, All) else (rule.formula,))]
    own = tuple(one.parts if isinstance(one, Any_) else (one,) for one in rules)
    return own + (_clauses(fields.outer) if fields.outer else ())
