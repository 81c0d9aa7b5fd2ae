"""Values of a choice (`value[x]`) with the type that their names say, and how two of one type compare (R4 questionnaire.html)."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from datetime import datetime

from service.fhir import ucum
from service.fhir.json import Number, Value

Typed = tuple[str, Value]
"""The type as it stands in a JSON name ("Coding", "DateTime"), and the value."""


def objects(holder: Value, name: str) -> Iterator[tuple[int, dict[str, Value]]]:
    """The objects in a list of an object, each with its index; what is neither is passed over."""
    found = holder.get(name) if isinstance(holder, dict) else None
    for index, one in enumerate(found if isinstance(found, list) else []):
        if isinstance(one, dict):
            yield index, one


def typed(holder: Value, choice: str = "value") -> Typed | None:
    """The value of a choice in an object, None where it has none."""
    for name, value in holder.items() if isinstance(holder, dict) else ():
        if name.startswith(choice) and name[len(choice) : len(choice) + 1].isupper():
            return name[len(choice) :], value
    return None


def meaning(value: Typed) -> Hashable:
    """What two values of the same meaning have in common: codings system and code, amounts what they are, times when they are.

    None for what has none: a coding without code, a value of a type that is not compared.
    """
    match value:
        case "Coding", {"code": str(code), **rest}:
            system = rest.get("system")
            return ("Coding", system, code) if system is None or isinstance(system, str) else None
        case "Reference", {"reference": str(reference)}:
            return "Reference", reference
        case "Quantity", dict() as quantity:
            return _amount(quantity)
        case "DateTime", str(text):
            return "DateTime", _moment(text) or text
        case kind, Number() as number:
            return kind, number.decimal
        case kind, (str() | bool()) as plain:
            return kind, plain
    return None


def same(one: Typed, other: Typed) -> bool:
    """Whether two values mean the same."""
    common = meaning(one)
    return common is not None and common == meaning(other)


def compare(one: Typed, other: Typed) -> int | None:
    """-1, 0 or 1 as a value is before, at or after another; None where that cannot be told (a date in a year, other kinds of units)."""
    match one[0], one[1], other[1]:
        case _ if one[0] != other[0]:
            return None
        case _, Number() as left, Number() as right:
            return _sign(left.decimal, right.decimal)
        case "Quantity", dict() as left, dict() as right:
            return _compare_amounts(left, right)
        case "Date" | "DateTime", str() as left, str() as right:
            return _compare_moments(left, right)
        case "Time" | "String", str() as left, str() as right:
            return _sign(left, right)
    return None


def _compare_amounts(left: dict[str, Value], right: dict[str, Value]) -> int | None:
    first, second = _amount(left), _amount(right)
    return _sign(first[0], second[0]) if first and second and first[1] == second[1] else None


def _amount(quantity: dict[str, Value]) -> tuple[Hashable, Hashable] | None:
    """How many of what: of base units where UCUM can tell, else of the unit as it stands."""
    number = quantity.get("value")
    unit = quantity.get("system"), quantity.get("code") or quantity.get("unit")
    if not isinstance(number, Number) or not all(part is None or isinstance(part, str) for part in unit):
        return None
    known = ucum.canonical(number.decimal, unit[1]) if unit[0] == ucum.SYSTEM and unit[1] else None
    return known or (number.decimal, unit)


def _compare_moments(left: str, right: str) -> int | None:
    moments = _moment(left), _moment(right)
    if moments[0] and moments[1]:
        return _sign(*moments)
    days = left.partition("T")[0], right.partition("T")[0]
    common = min(map(len, days))
    order = _sign(days[0][:common], days[1][:common])
    return None if order == 0 and left != right else order


def _moment(text: str) -> datetime | None:
    """A time with its offset."""
    try:
        found = datetime.fromisoformat(text) if "T" in text else None
    except ValueError:
        return None
    return found if found and found.tzinfo else None


def _sign(left: object, right: object) -> int:
    return (left > right) - (left < right)  # type: ignore[operator, no-any-return]
