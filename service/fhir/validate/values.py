"""Values of a choice (`value[x]`) with the type that their names say, and how two of one type compare (R4 questionnaire.html)."""

from __future__ import annotations

from collections.abc import Iterator
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


def same(one: Typed, other: Typed) -> bool:
    """Whether two values mean the same: codings by system and code, amounts by what they are, dates by when they are."""
    if one[0] != other[0]:
        return False
    match one[0], one[1], other[1]:
        case "Coding", dict() as left, dict() as right:
            return (left.get("system"), left.get("code")) == (right.get("system"), right.get("code")) and "code" in left
        case "Reference", dict() as left, dict() as right:
            return "reference" in left and left["reference"] == right.get("reference")
    return one[1] == other[1] or compare(one, other) == 0


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


def _amount(quantity: dict[str, Value]) -> tuple[object, object] | None:
    """How many of what: of base units where UCUM can tell, else of the unit as it stands."""
    number, system, code = (quantity.get(name) for name in ("value", "system", "code"))
    if not isinstance(number, Number):
        return None
    known = ucum.canonical(number.decimal, code) if system == ucum.SYSTEM and isinstance(code, str) else None
    return known or (number.decimal, (system, code or quantity.get("unit")))


def _compare_moments(left: str, right: str) -> int | None:
    if "T" in left and "T" in right:
        try:
            return _sign(datetime.fromisoformat(left), datetime.fromisoformat(right))
        except (TypeError, ValueError):
            return None
    days = left.partition("T")[0], right.partition("T")[0]
    common = min(map(len, days))
    order = _sign(days[0][:common], days[1][:common])
    return None if order == 0 and left != right else order


def _sign(left: object, right: object) -> int:
    return (left > right) - (left < right)  # type: ignore[operator, no-any-return]
