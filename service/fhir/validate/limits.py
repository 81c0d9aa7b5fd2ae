"""Smallest and largest values of an element (R4 elementdefinition-definitions.html#ElementDefinition.minValue_x_)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

from service.fhir import ucum
from service.fhir.json import Value

_DATES = ("date", "dateTime", "instant")
_MAX_EXPONENT = 99


def compare(value: Value, limit: Value, type_code: str, *, ahead: bool) -> int | None:
    """-1, 0 or 1 as a value is smaller than a limit, like it or larger; None where that cannot be told.

    A Duration as limit of a date is counted from now: into the future if `ahead`, else into the past.
    """
    try:
        if type_code in _DATES:
            one, other = _dates(value, _moment(limit, ahead=ahead) if isinstance(limit, dict) else limit)
        elif type_code == "time":
            one, other = str(value), str(limit)
        elif isinstance(limit, dict):
            (one, dimension), (other, wanted) = _canonical(value), _canonical(limit)
            if dimension != wanted:
                return None
        else:
            one, other = value.decimal, limit.decimal
    except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError):
        return None  # a malformed value, which the check of its type reports
    return int(one > other) - int(one < other)


def _canonical(quantity: dict[str, Value]) -> tuple[Fraction, ucum.Dimension]:
    """A quantity in the base units of UCUM."""
    number = quantity["value"].decimal
    if quantity["system"] != ucum.SYSTEM or "comparator" in quantity or abs(number.adjusted()) > _MAX_EXPONENT:
        raise ValueError
    found = ucum.canonical(number, quantity["code"])
    if found is None:
        raise ValueError
    return found


def _dates(one: str, other: str) -> tuple[Any, Any]:
    """Two dates to be compared: as moments if both have a time, else as far as both go."""
    if "T" in one and "T" in other:
        return datetime.fromisoformat(one), datetime.fromisoformat(other)
    size = min(len(one.partition("T")[0]), len(other.partition("T")[0]))
    return one[:size], other[:size]


def _moment(duration: dict[str, Value], *, ahead: bool) -> str:
    """The moment that lies a Duration from now."""
    seconds, dimension = _canonical(duration)
    if dimension != (("s", 1),):
        raise ValueError
    way = timedelta(seconds=float(seconds))
    now = datetime.now(UTC)
    return (now + way if ahead else now - way).isoformat()
