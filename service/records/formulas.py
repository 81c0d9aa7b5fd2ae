"""Conditions over the fields of a record.

A formula speaks of the presence of fields and of the values of enumerated ones. Negation stands on literals only (negation normal form).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from service.fhir.json import Number


@dataclass(frozen=True, slots=True)
class Literal:
    """`field` has a value, or, with `value`, has that value; negated when not `positive`."""

    field: str
    value: str | None = None
    positive: bool = True

    def __str__(self) -> str:
        words = self.field if self.value is None else f"{self.field} = {self.value}"
        return words if self.positive else f"not {words}"


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds; of no parts: true."""

    parts: tuple[Formula, ...]

    def __str__(self) -> str:
        return " and ".join(f"({part})" if isinstance(part, Any_) else str(part) for part in self.parts) or "always"


@dataclass(frozen=True, slots=True)
class Any_:  # noqa: N801 - `Any` is typing's
    """Some part holds; of no parts: false."""

    parts: tuple[Formula, ...]

    def __str__(self) -> str:
        return " or ".join(str(part) for part in self.parts) or "never"


Formula = Literal | All | Any_
TRUE = All(())
FALSE = Any_(())


def has(name: str) -> Literal:
    """The field has a value."""
    return Literal(name)


def is_(name: str, value: str) -> Literal:
    """The field has this value."""
    return Literal(name, value)


def all_of(parts: Iterable[Formula]) -> Formula:
    """The conjunction, flattened and without repetition."""
    flat: dict[Formula, None] = {}
    for part in parts:
        if part == FALSE:
            return FALSE
        if isinstance(part, All):
            flat.update(dict.fromkeys(part.parts))
        else:
            flat[part] = None
    if any(isinstance(part, Literal) and not part.positive and negate(part) in flat for part in flat):
        return FALSE
    return next(iter(flat)) if len(flat) == 1 else All(tuple(flat))


def any_of(parts: Iterable[Formula]) -> Formula:
    """The disjunction, flattened and without repetition."""
    flat: dict[Formula, None] = {}
    for part in parts:
        if part == TRUE:
            return TRUE
        if isinstance(part, Any_):
            flat.update(dict.fromkeys(part.parts))
        else:
            flat[part] = None
    if any(isinstance(part, Literal) and not part.positive and negate(part) in flat for part in flat):
        return TRUE
    return next(iter(flat)) if len(flat) == 1 else Any_(tuple(flat))


def negate(formula: Formula) -> Formula:
    """The opposite, by De Morgan."""
    match formula:
        case Literal(name, value, positive):
            return Literal(name, value, not positive)
        case All(parts):
            return any_of(negate(part) for part in parts)
        case Any_(parts):
            return all_of(negate(part) for part in parts)


def implies(premise: Formula, conclusion: Formula) -> Formula:
    """Where the premise holds, so does the conclusion."""
    return any_of((negate(premise), conclusion))


def weakened(formula: Formula, unseen: Collection[str]) -> Formula:
    """What is left of a formula where nothing is known of some fields: negation stands on literals, so each of these may hold."""
    match formula:
        case Literal(name):
            return TRUE if name in unseen else formula
        case All(parts):
            return all_of(weakened(part, unseen) for part in parts)
        case Any_(parts):
            return any_of(weakened(part, unseen) for part in parts)


def literals(formula: Formula) -> Iterator[Literal]:
    """Every literal of a formula, from left to right."""
    if isinstance(formula, Literal):
        yield formula
    else:
        for part in formula.parts:
            yield from literals(part)


def word(value: Any) -> str:
    """A record's value as conditions spell it: `true`, `false`, a number's token, the text itself."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.text if isinstance(value, Number) else str(value)


def holds(formula: Formula, record: Mapping[str, Any]) -> bool:
    """Whether a formula holds for a record (a field without value is absent or None)."""
    match formula:
        case Literal(name, None, positive):
            return (record.get(name) is not None) == positive
        case Literal(name, value, positive):
            present = record.get(name)
            return (present is not None and word(present) == value) == positive
        case All(parts):
            return all(holds(part, record) for part in parts)
        case Any_(parts):
            return any(holds(part, record) for part in parts)


def assume(formula: Formula, known: Mapping[Literal, bool]) -> Formula:
    """The formula with the known literals (given in positive form) replaced by their truth."""
    match formula:
        case Literal():
            truth = known.get(formula if formula.positive else negate(formula))  # type: ignore[arg-type]
            return formula if truth is None else TRUE if truth == formula.positive else FALSE
        case All(parts):
            return all_of(assume(part, known) for part in parts)
        case Any_(parts):
            return any_of(assume(part, known) for part in parts)
