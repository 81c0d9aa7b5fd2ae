"""Quantities of unequal units: their order, equivalence, sums and products, by UCUM (N1 §§2.1.10, 6.1, 6.6)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from service.fhir import ucum
from service.fhir.fhirpath.nodes import is_moderate
from service.fhir.fhirpath.numbers import CONTEXT, rounded, scale
from service.fhir.fhirpath.values import Quantity

_CALENDAR = {"week": "wk", "day": "d", "hour": "h", "minute": "min", "second": "s", "millisecond": "ms"}
_MEAN = {"year": "a", "month": "mo"}
Canonical = tuple[Fraction, object]


class _Size(NamedTuple):
    """A unit: so many base units, from a zero."""

    factor: Fraction
    zero: Fraction
    base: object


def canonical(quantity: Quantity, *, mean: bool = False) -> Canonical | None:
    """A quantity in base units, and which: two compare when these are equal. None for a unit that is none.

    A calendar year or month is not UCUM's, unless `mean` takes it for that, as equivalence does.
    """
    if not is_moderate(quantity.value):
        return None
    if quantity.system:
        return Fraction(quantity.value), (quantity.system, quantity.unit)
    if not quantity.calendar:
        return ucum.canonical(quantity.value, quantity.unit)
    if quantity.unit in _MEAN and not mean:
        return Fraction(quantity.value) * (12 if quantity.unit == "year" else 1), "calendar month"
    return ucum.canonical(quantity.value, _MEAN.get(quantity.unit) or _CALENDAR[quantity.unit])


def compare(left: Quantity, right: Quantity) -> int | None:
    """-1, 0 or 1 as left is less than, equal to or greater than right; None where the units do not compare."""
    ours, theirs = canonical(left), canonical(right)
    if ours and theirs and ours[1] == theirs[1]:
        return (ours[0] > theirs[0]) - (ours[0] < theirs[0])
    if _same_unit(left, right) or (left.label and left.label == right.label):
        return (left.value > right.value) - (left.value < right.value)
    return None


def equivalent(left: Quantity, right: Quantity) -> bool:
    """Whether they are equal when rounded to the less precise of them, in the larger unit."""
    one, other = _size(left), _size(right)
    if one is None or other is None or one.base != other.base:
        return False
    if one.factor < other.factor:
        left, right, one, other = right, left, other, one
    moved = _decimal((Fraction(right.value) * other.factor + other.zero - one.zero) / one.factor)
    digits = min(scale(left.value), scale(right.value)) if one == other else scale(left.value)
    return rounded(left.value, digits) == rounded(moved, digits)


def plus(left: Quantity, right: Quantity, sign: int) -> Quantity | None:
    """The sum or, with sign -1, the difference in the left's unit; None where the units do not compare."""
    if _same_unit(left, right):
        return replace(left, value=CONTEXT.add(left.value, sign * right.value))
    one, other = _size(left), _size(right)
    if one is None or other is None or one.base != other.base:
        return None
    return replace(left, value=CONTEXT.add(left.value, _decimal(sign * Fraction(right.value) * other.factor / one.factor)))


def times(left: Quantity, right: Quantity) -> Quantity | None:
    """The product; None for units that UCUM does not know."""
    return _product(CONTEXT.multiply(left.value, right.value), left, ".", right)


def divided(left: Quantity, right: Quantity) -> Quantity | None:
    """The quotient; None for a division by zero and for units that UCUM does not know."""
    return _product(CONTEXT.divide(left.value, right.value), left, "/", right) if right.value else None


def _product(value: Decimal, left: Quantity, operator: str, right: Quantity) -> Quantity | None:
    ours, theirs = _ucum(left), _ucum(right)
    if not ours or not theirs:
        return None
    if theirs == "1":
        return Quantity(value, ours)
    if operator == "/" and ours == theirs:
        return Quantity(value, "1")
    unit = theirs if ours == "1" and operator == "." else f"{ours}{operator}{f'({theirs})' if set(theirs) & set('./') else theirs}"
    return Quantity(value, unit)


def _ucum(quantity: Quantity) -> str:
    unit = _CALENDAR.get(quantity.unit, "") if quantity.calendar else quantity.unit
    return unit if not quantity.system and ucum.unit(unit) else ""


def _same_unit(left: Quantity, right: Quantity) -> bool:
    return (left.unit, left.calendar, left.system) == (right.unit, right.calendar, right.system)


def _size(quantity: Quantity) -> _Size | None:
    zero, one = (canonical(replace(quantity, value=Decimal(number)), mean=True) for number in (0, 1))
    return _Size(one[0] - zero[0], zero[0], one[1]) if zero and one else None


def _decimal(value: Fraction) -> Decimal:
    return CONTEXT.divide(Decimal(value.numerator), Decimal(value.denominator))
