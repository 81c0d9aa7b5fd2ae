"""Values fall into slices by the discriminators of the slicing."""

from __future__ import annotations

import pytest

from service.fhir.json import Number, Value
from service.fhir.validate.slicing import fits
from tests.fhir.validate.made import LOINC, PRESSURE, STRUCTURES, changed, errors

BP = "us-core-blood-pressure"


def test_order_does_not_matter() -> None:
    """The systolic component may stand second: what it is, its code says."""
    assert errors(PRESSURE | {"component": PRESSURE["component"][::-1]}, BP) == []


def test_other_codings_beside_the_slices_are_allowed() -> None:
    """A pattern asks for what it has: a second coding does not take a component out of its slice."""
    more = changed(PRESSURE, "component.0.code.coding.+", {"system": "https://a.example", "code": "x"})
    assert errors(more, BP) == []


def test_a_slice_has_its_own_cardinality() -> None:
    """Two systolic pressures are one too many, and an element of no slice does no harm."""
    twice = changed(PRESSURE, "component.+", PRESSURE["component"][0])
    assert errors(twice, BP) == [("structure", "Observation.component[2]")]
    other = changed(PRESSURE, "component.+", {"code": {"coding": [{"system": LOINC, "code": "8478-0"}]}, "dataAbsentReason": {"text": "x"}})
    assert errors(other, BP) == []


def test_a_closed_slicing_takes_nothing_else() -> None:
    """HL7's blood pressure allows a Quantity at most where its value is sliced by type."""
    weight = {
        "resourceType": "Observation",
        "status": "final",
        "category": PRESSURE["category"],
        "code": {"coding": [{"system": LOINC, "code": "29463-7"}]},
        "subject": {"reference": "Patient/1"},
        "effectiveDateTime": "2024-05-14",
        "valueQuantity": {"value": Number("70"), "unit": "kg", "system": "http://unitsofmeasure.org", "code": "kg"},
    }
    assert errors(weight, f"{STRUCTURES}bodyweight") == []
    text = {name: value for name, value in weight.items() if name != "valueQuantity"} | {"valueString": "70 kg"}
    assert ("structure", "Observation.valueString") in errors(text, f"{STRUCTURES}bodyweight")


@pytest.mark.parametrize(
    ("pattern", "value", "verdict"),
    [
        ({"a": "x"}, {"a": "x", "b": "y"}, True),
        ({"a": "x"}, {"b": "y"}, False),
        ({"a": [{"b": "x"}]}, {"a": [{"c": "y"}, {"b": "x", "c": "y"}]}, True),
        ({"a": [{"b": "x"}, {"b": "y"}]}, {"a": [{"b": "x"}]}, False),
        ("x", "y", False),
        (True, True, True),
        (True, Number("1"), False),
        ([], "x", False),
        ({}, [], False),
    ],
)
def test_a_value_fits_a_pattern_that_it_contains(pattern: Value, value: Value, *, verdict: bool) -> None:
    """A pattern is met by all that has what it has, at any depth, in any order of lists."""
    assert fits(pattern, value) is verdict
