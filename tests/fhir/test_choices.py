"""Two values compare by what they mean."""

from __future__ import annotations

from typing import Any

import pytest

from service.fhir import json
from service.fhir.choices import compare, objects, same, typed
from tests.fhir.validate.asked import UCUM


def amount(value: object, code: str, system: str = UCUM) -> tuple[str, Any]:
    """A Quantity."""
    return "Quantity", {"value": value, "system": system, "code": code}


@pytest.mark.parametrize(
    ("one", "other", "order"),
    [
        (("Integer", 2), ("Integer", 3), -1),
        (("Decimal", 1.50), ("Decimal", 1.5), 0),
        (("Integer", 2), ("Decimal", 2), None),
        (("Date", "2024-05-14"), ("Date", "2024-05-13"), 1),
        (("Date", "2024-05"), ("Date", "2025"), -1),
        (("Date", "2024-05"), ("Date", "2024"), None),
        (("DateTime", "2024-05-14T10:00:00Z"), ("DateTime", "2024-05-14T12:00:00+02:00"), 0),
        (("DateTime", "2024-05-14T10:00:00Z"), ("DateTime", "2024-05-15"), -1),
        (("DateTime", "2024-05-14T10:00:00Z"), ("DateTime", "2024-05-14"), None),
        (("DateTime", "2024-05-14T10:00:60Z"), ("DateTime", "2024-05-14T10:00:00Z"), None),
        (("Time", "10:00:00"), ("Time", "09:59:59"), 1),
        (amount(1, "g"), amount(999, "mg"), 1),
        (amount(98.6, "[degF]"), amount(37, "Cel"), 0),
        (amount(1, "g"), amount(1, "mL"), None),
        (amount(7, "[pH]"), amount(8, "[pH]"), -1),
        (amount(7, "[pH]"), amount(8, "mol/L"), None),
        (amount(1, "box", "https://a.example"), amount(2, "box", "https://a.example"), -1),
        (("Quantity", {"unit": "box"}), ("Quantity", {"unit": "box"}), None),
        (("Boolean", True), ("Boolean", False), None),
    ],
)
def test_order(one: tuple[str, Any], other: tuple[str, Any], order: int | None) -> None:
    """Numbers, moments and amounts have an order where it can be told, and the other way round it is the other way round."""
    left, right = (kind_and_value(each) for each in (one, other))
    assert compare(left, right) == order
    assert compare(right, left) == (None if order is None else -order)


def kind_and_value(one: tuple[str, Any]) -> tuple[str, Any]:
    """A typed value as it is read."""
    return one[0], json.from_python(one[1])


def test_sameness() -> None:
    """A Coding is its system and code, a Reference its reference; values of other types are never the same."""
    assert same(("Coding", {"system": "s", "code": "c", "display": "x"}), ("Coding", {"system": "s", "code": "c"}))
    assert not same(("Coding", {"display": "x"}), ("Coding", {"display": "y"}))
    assert same(("Reference", {"reference": "Patient/1", "display": "x"}), ("Reference", {"reference": "Patient/1"}))
    assert not same(("Reference", {"display": "x"}), ("Reference", {"display": "y"}))
    assert same(("Boolean", True), ("Boolean", True))
    assert not same(("String", "1"), ("Uri", "1"))


def test_only_objects_are_walked() -> None:
    """What is no list, and what in a list is no object, is passed over; the others keep their place."""
    assert [*objects({"item": [None, {"a": 1}, "x", {}]}, "item")] == [(1, {"a": 1}), (3, {})]
    assert [*objects({"item": {}}, "item")] == [*objects(None, "item")] == []


def test_the_type_is_in_the_name() -> None:
    """`valueCoding` is a Coding; `value` alone, `values` and `_valueString` are none."""
    assert typed({"id": "a", "valueCoding": {}}) == ("Coding", {})
    assert typed({"answerBoolean": True}, "answer") == ("Boolean", True)
    assert typed({"value": 1, "values": 2, "_valueString": {}}) is None
