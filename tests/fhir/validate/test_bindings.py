"""Codes of required bindings are looked up in the packed value sets."""

from __future__ import annotations

import pytest

from service.fhir.json import Value
from service.fhir.validate.bindings import holds

VALUE_SETS = "http://hl7.org/fhir/ValueSet/"
GENDER = "http://hl7.org/fhir/administrative-gender"
UNKNOWN = "http://cts.nlm.nih.gov/fhir/ValueSet/2.16.840.1.113762.1.4.1240.3"


@pytest.mark.parametrize(
    ("value", "type_code", "verdict"),
    [
        ("male", "code", True),
        ("Male", "code", False),
        ({"system": GENDER, "code": "male"}, "Coding", True),
        ({"system": "https://a.example", "code": "male"}, "Coding", False),
        ({"code": "male"}, "Coding", False),
        ({"coding": [{"system": "https://a.example", "code": "x"}, {"system": GENDER, "code": "male"}]}, "CodeableConcept", True),
        ({"coding": [{"system": "https://a.example", "code": "x"}]}, "CodeableConcept", False),
        ({"text": "male"}, "CodeableConcept", False),
        ({"value": "1"}, "Quantity", None),
        ("male", "string", None),
        ({}, "code", None),
    ],
)
def test_a_code_is_in_the_value_set_or_not(value: Value, type_code: str, *, verdict: bool | None) -> None:
    """Codes, codings, concepts and units are looked up; of a concept one coding is enough, and one there must be."""
    assert holds(value, type_code, f"{VALUE_SETS}administrative-gender") is verdict


def test_what_is_not_packed_is_not_judged() -> None:
    """Of a value set whose codes are not in the packages nothing is said."""
    assert holds("x", "code", UNKNOWN) is None


def test_a_system_that_the_value_set_does_not_have_is_refused() -> None:
    """Where only the systems of a value set are known, a code of another system is refused, one of these not judged."""
    units = f"{VALUE_SETS}ucum-units"
    assert holds({"system": "http://unitsofmeasure.org", "code": "mg"}, "Quantity", units) is None
    assert holds({"system": "https://a.example", "code": "mg"}, "Quantity", units) is False
