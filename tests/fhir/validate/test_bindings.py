"""Codes of required bindings are looked up in the packed value sets."""

from __future__ import annotations

import pytest

from service.fhir.json import Value
from service.fhir.validate.bindings import holds
from tests.fhir.validate.made import PATIENT, STRUCTURES, changed, errors

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
    documents = "http://hl7.org/fhir/us/core/ValueSet/us-core-documentreference-type"
    assert holds({"system": "http://loinc.org", "code": "34133-9"}, "Coding", documents) is None
    assert holds({"system": "https://a.example", "code": "34133-9"}, "Coding", documents) is False


@pytest.mark.parametrize(
    ("value_set", "good", "bad"),
    [
        ("all-languages", ["en", "de-CH", "zh-Hant-TW", "sl-rozaj-biske", "x-own"], ["english", "en_US", "e", "en-", ""]),
        ("mimetypes", ["text/plain", "application/fhir+json; charset=utf-8", "json"], ["text", "text/", "a b/c", "text/plain; x"]),
        ("currencies", ["USD"], ["usd", "Dollar"]),
        ("timezones", ["UTC", "America/New_York"], ["New York"]),
        ("ucum-units", ["mm[Hg]"], ["mmHg"]),
    ],
)
def test_codes_that_nobody_lists_are_judged_by_their_spelling(value_set: str, good: list[str], bad: list[str]) -> None:
    """Language tags, media types, currencies, time zones and units are spelt as their standards say."""
    assert [code for code in (*good, *bad) if holds(code, "code", VALUE_SETS + value_set)] == good


def test_a_code_that_is_missing_breaks_a_required_binding() -> None:
    """An extension in place of a code is none of the codes that R4 asks for."""
    absent = {"extension": [{"url": f"{STRUCTURES}data-absent-reason", "valueCode": "unknown"}]}
    assert errors(changed(PATIENT, "_gender", absent)) == [("code-invalid", "Patient.gender")]


@pytest.mark.parametrize(
    ("language", "wanted"),
    [
        ({"text": "German"}, []),
        ({"coding": [{"system": "urn:ietf:bcp:47", "code": "de"}]}, []),
        ({"coding": [{"system": "urn:ietf:bcp:47", "code": "deutsch"}]}, [("code-invalid", "Patient.communication[0].language")]),
        ({"coding": [{"system": "https://a.example", "code": "de"}]}, [("code-invalid", "Patient.communication[0].language")]),
    ],
)
def test_a_maximum_value_set_bounds_the_codes_there_are(language: Value, wanted: list[tuple[str, str]]) -> None:
    """What R4 only prefers codes for may be text, but a code must be one of the maximum value set."""
    assert errors(changed(PATIENT, "communication", [{"language": language}])) == wanted
