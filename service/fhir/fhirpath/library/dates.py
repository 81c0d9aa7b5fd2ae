"""The time now, and how precise values are (N1 §5.9; FHIRPath 2.1: boundaries, precision, comparable)."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from service.fhir.fhirpath import quantities, temporal
from service.fhir.fhirpath.environment import Environment
from service.fhir.fhirpath.errors import EvaluationError
from service.fhir.fhirpath.nodes import Items
from service.fhir.fhirpath.numbers import WIDE, rounded, scale
from service.fhir.fhirpath.operators import NONE, boolean, value
from service.fhir.fhirpath.registry import BOOLEAN, INTEGER, ONCE, SAME, function
from service.fhir.fhirpath.values import Quantity, SystemValue, Temporal

_MAX_SCALE = 28
_DEFAULT_SCALE = 8


@function("now", gives=frozenset({"System.DateTime"}))
def now(env: Environment, _: Items) -> Items:
    """The moment of the evaluation."""
    moment = env.now
    second = Decimal(moment.second) + Decimal(moment.microsecond // 1000).scaleb(-3)
    text = moment.strftime("%z")
    zone = f"{text[:3]}:{text[3:5]}" if text else "Z"
    return [Temporal("DateTime", (moment.year, moment.month, moment.day, moment.hour, moment.minute, second), zone)]


@function("today", gives=frozenset({"System.Date"}))
def today(env: Environment, _: Items) -> Items:
    """The day of the evaluation."""
    return [Temporal("Date", (env.now.year, env.now.month, env.now.day))]


@function("timeOfDay", gives=frozenset({"System.Time"}))
def time_of_day(env: Environment, _: Items) -> Items:
    """The time of the evaluation."""
    return [Temporal("Time", (env.now.hour, env.now.minute, env.now.second))]


@function("precision", gives=INTEGER)
def precision(_: Environment, items: Items) -> Items:
    """How many digits a value has: after the point of a number, in all of a date or time."""
    match value(items):
        case None:
            return NONE
        case Temporal() as moment:
            return [temporal.precision(moment)]
        case Decimal() | int() as number:
            return [max(scale(Decimal(number)), 0)]
    raise EvaluationError("only numbers, dates and times have a precision")


def _boundary(items: Items, digits: Items, *, low: bool) -> Items:
    found, wanted = value(items), value(digits)
    if wanted is not None and type(wanted) is not int:
        raise EvaluationError("a precision must be an integer")
    match found:
        case None:
            return NONE
        case Temporal():
            result: SystemValue | None = temporal.boundary(found, wanted, low=low)
        case Quantity():
            number = _number_boundary(found.value, wanted, low=low)
            result = None if number is None else replace(found, value=number)
        case Decimal() | int():
            result = _number_boundary(Decimal(found), wanted, low=low)
        case _:
            raise EvaluationError("only numbers, quantities, dates and times have boundaries")
    return NONE if result is None else [result]


def _number_boundary(number: Decimal, digits: int | None, *, low: bool) -> Decimal | None:
    """The least or greatest number that is rounded to this one, itself rounded down or up to so many digits after the point."""
    wanted = _DEFAULT_SCALE if digits is None else digits
    if not 0 <= wanted <= _MAX_SCALE:
        return None
    half = Decimal(5).scaleb(-scale(number) - 1)
    return rounded(WIDE.add(number, -half if low else half), wanted, ROUND_FLOOR if low else ROUND_CEILING)


@function("lowBoundary", ONCE, gives=SAME, least=0)
def low_boundary(_: Environment, items: Items, digits: Items = NONE) -> Items:
    """The least value that one of this precision may stand for."""
    return _boundary(items, digits, low=True)


@function("highBoundary", ONCE, gives=SAME, least=0)
def high_boundary(_: Environment, items: Items, digits: Items = NONE) -> Items:
    """The greatest value that one of this precision may stand for."""
    return _boundary(items, digits, low=False)


@function("comparable", ONCE, gives=BOOLEAN)
def comparable(_: Environment, items: Items, other: Items) -> Items:
    """Whether two quantities have units of one kind."""
    left, right = value(items), value(other)
    if left is None or right is None:
        return NONE
    if not isinstance(left, Quantity) or not isinstance(right, Quantity):
        raise EvaluationError("only quantities are comparable by their units")
    return boolean(quantities.compare(left, right) is not None)
