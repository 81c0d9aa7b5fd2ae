"""Mathematics (N1 §5.7), exact: what has no exact result is rounded to the precision of `numbers.CONTEXT`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, Decimal, DecimalException

from service.fhir.fhirpath.environment import Environment
from service.fhir.fhirpath.errors import EvaluationError
from service.fhir.fhirpath.nodes import Items
from service.fhir.fhirpath.numbers import CONTEXT, in_range, rounded
from service.fhir.fhirpath.operators import NONE, value
from service.fhir.fhirpath.registry import DECIMAL, INTEGER, ONCE, QUANTITY, SAME, Gives, function
from service.fhir.fhirpath.values import Quantity

_NUMBER = INTEGER | DECIMAL


def _number(items: Items) -> Decimal | None:
    found = value(items)
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, int | Decimal):
        raise EvaluationError("a value that must be a number")
    return Decimal(found)


def _of(name: str, gives: Gives | frozenset[str], *parameters: str) -> Callable[[Callable[..., Decimal | int | None]], object]:
    """Make a Python function of Decimals a FHIRPath function: empty where one is, and where there is no result."""

    def register(what: Callable[..., Decimal | int | None]) -> object:
        def run(_: Environment, items: Items, *others: Items) -> Items:
            numbers = [_number(items), *map(_number, others)]
            try:
                found = None if None in numbers else what(*numbers)
            except (DecimalException, OverflowError):
                return NONE
            found = in_range(found) if isinstance(found, int) else found
            return [] if found is None else [found]

        return function(name, *parameters, gives=gives, takes=_NUMBER)(run)

    return register


_of("ceiling", INTEGER)(lambda number: int(number.to_integral_value(ROUND_CEILING)))
_of("floor", INTEGER)(lambda number: int(number.to_integral_value(ROUND_FLOOR)))
_of("truncate", INTEGER)(lambda number: int(number.to_integral_value(ROUND_DOWN)))
_of("exp", DECIMAL)(CONTEXT.exp)
_of("ln", DECIMAL)(lambda number: CONTEXT.ln(number) if number > 0 else None)


@function("abs", gives=SAME, takes=_NUMBER | QUANTITY)
def absolute(_: Environment, items: Items) -> Items:
    """A number or quantity without its sign."""
    found = value(items)
    if found is None:
        return NONE
    if isinstance(found, Quantity):
        return [replace(found, value=abs(found.value))]
    number = abs(_number(items) or Decimal(0))
    return [int(number) if isinstance(found, int) else number]


@function("round", ONCE, gives=DECIMAL, least=0, takes=_NUMBER)
def round_to(_: Environment, items: Items, digits: Items | None = None) -> Items:
    """A number with so many digits after the point."""
    number, places = _number(items), Decimal(0) if digits is None else _number(digits)
    if number is None or places is None:
        return NONE
    if not 0 <= places < 32:
        raise EvaluationError("a precision must be between 0 and 31")
    try:
        return [rounded(number, int(places))]
    except DecimalException:
        return NONE


@_of("sqrt", DECIMAL)
def _sqrt(number: Decimal) -> Decimal | None:
    return CONTEXT.sqrt(number) if number >= 0 else None


@_of("log", DECIMAL, ONCE)
def _log(number: Decimal, base: Decimal) -> Decimal | None:
    if number <= 0 or base <= 0 or base == 1:
        return None
    found = CONTEXT.divide(CONTEXT.ln(number), CONTEXT.ln(base))
    near = rounded(found, 28)
    return near.to_integral_value() if near == near.to_integral_value() else found


@function("power", ONCE, gives=Gives(_NUMBER), takes=_NUMBER)
def power(_: Environment, items: Items, exponent: Items) -> Items:
    """A number to the power of another: an integer of integers, empty where there is none."""
    number, by = _number(items), _number(exponent)
    if number is None or by is None:
        return NONE
    try:
        found = CONTEXT.power(number, by)
    except DecimalException:
        return NONE
    if isinstance(value(items), int) and isinstance(value(exponent), int) and by >= 0:
        whole = in_range(int(found))
        return NONE if whole is None else [whole]
    return [found]
