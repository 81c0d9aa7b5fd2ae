"""Values are compared with the smallest and largest that a profile takes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from service.fhir import json
from service.fhir.json import Value
from service.fhir.validate.limits import compare
from tests.fhir.validate.made import UCUM
from tests.fhir.validate.profiled import differential, found


def amount(value: Any, code: str, **more: Any) -> Value:
    """A quantity in a unit of UCUM."""
    return {"value": value, "system": UCUM, "code": code, **more}


def days(number: int) -> str:
    """The moment that many days from now."""
    return (datetime.now(UTC) + timedelta(days=number)).isoformat()


@pytest.mark.parametrize(
    ("value", "limit", "type_code", "order"),
    [
        (1, 2, "integer", -1),
        (2.0, 2, "decimal", 0),
        (10, 9, "decimal", 1),
        ("10:00:00", "09:30:00", "time", 1),
        ("2024-05", "2024-05-14", "date", 0),
        ("2024-06", "2024-05-14", "date", 1),
        ("2024-05-14T10:00:00+02:00", "2024-05-14T08:30:00Z", "dateTime", -1),
        ("2024-05-14T10:00:00+02:00", "2024-05-14", "dateTime", 0),
        (amount(100, "mg"), amount(10, "g"), "Quantity", -1),
        (amount(100, "mg"), amount(1, "mm[Hg]"), "Quantity", None),
        (amount(100, "mg", comparator="<"), amount(10, "g"), "Quantity", None),
        ({"value": 1}, amount(10, "g"), "Quantity", None),
        (amount("x", "mg"), amount(10, "g"), "Quantity", None),
        (amount(10.5e90, "mg"), amount(1, "g"), "Quantity", 1),
        ("tomorrow", 1, "integer", None),
        (None, 1, "integer", None),
        ("2024-05-14T25:00:00Z", "2024-05-14T08:30:00Z", "dateTime", None),
    ],
)
def test_values_are_compared_as_what_they_mean(value: Any, limit: Any, type_code: str, order: int | None) -> None:
    """Numbers by value, dates as far as both go, moments in one time zone, quantities in one unit; the rest is not compared."""
    assert compare(json.from_python(value), json.from_python(limit), type_code, ahead=True) == order


@pytest.mark.parametrize(("code", "number"), [("d", 30), ("wk", 5), ("a", 1), ("h", 48)])
def test_a_duration_is_counted_from_now(code: str, number: int) -> None:
    """As the largest value of a date it reaches into the future, as the smallest into the past."""
    limit = json.from_python(amount(number, code))
    assert [compare(days(at), limit, "dateTime", ahead=True) for at in (0, 1, 400)] == [-1, -1, 1]
    assert [compare(days(-at), limit, "dateTime", ahead=False) for at in (0, 1, 400)] == [1, 1, -1]
    assert compare(days(0), json.from_python(amount(number, "kg")), "dateTime", ahead=True) is None


def test_an_exponent_costs_nothing() -> None:
    """A number of a billion digits is not written out."""
    huge = json.read(b'{"value":1e999999999,"system":"http://unitsofmeasure.org","code":"g"}')
    assert compare(huge, json.from_python(amount(1, "g")), "Quantity", ahead=True) is None


def test_a_profile_has_limits() -> None:
    """What is beyond a limit is an error at its place; the limit itself is not."""
    profile = differential("Observation", {"path": "Observation.valueInteger", "minValueInteger": 0, "maxValueInteger": 27})
    wrong = {number: found(scored(number), profile) for number in (-1, 0, 27, 28)}
    fault = [("value", "Observation.valueInteger")]
    assert wrong == {-1: fault, 0: [], 27: [], 28: fault}


def scored(number: int) -> dict[str, Any]:
    """An Observation of a number."""
    return {"resourceType": "Observation", "status": "final", "code": {"text": "x"}, "valueInteger": number}
