"""A resource is checked against the profiles that it claims, or that are asked for."""

from __future__ import annotations

from typing import Any

import pytest

from service.fhir.json import Value
from service.fhir.validate import validate
from tests.fhir.validate.made import PATIENT, PRESSURE, STRUCTURES, US_CORE, changed, errors
from tests.fhir.validate.profiled import BASE, URL, differential, found

BP = "us-core-blood-pressure"
BROKEN: list[tuple[Value, list[tuple[str, str]]]] = [
    (changed(PRESSURE, "category", None), [("required", "Observation"), ("required", "Observation")]),
    (changed(PRESSURE, "subject", None), [("required", "Observation")]),
    (changed(PRESSURE, "subject", {"reference": "Group/1"}), [("structure", "Observation.subject")]),
    (changed(PRESSURE, "code.coding.0.code", "8867-4"), [("value", "Observation.code")]),
    (changed(PRESSURE, "component.0.valueQuantity.code", "kPa"), [("value", "Observation.component[0].valueQuantity.code")]),
    (changed(PRESSURE, "component.0.valueQuantity.unit", None), [("required", "Observation.component[0].valueQuantity")]),
    (changed(PRESSURE, "component.0.valueQuantity.value", None), [("required", "Observation.component[0].valueQuantity")]),
    (changed(PRESSURE, "component.0", None), [("required", "Observation"), ("required", "Observation")]),
    (
        changed(PRESSURE, "effectiveDateTime", None) | {"effectiveInstant": "2024-05-14T10:40:00Z"},
        [("structure", "Observation.effectiveInstant")],
    ),
]


def test_what_a_profile_wants_is_enough() -> None:
    """A resource as the profile wants it has no error, whether the profile is claimed or asked for."""
    assert errors(PRESSURE, BP) == []
    assert validate(PRESSURE) == []


@pytest.mark.parametrize(("resource", "wanted"), BROKEN, ids=range(len(BROKEN)))
def test_what_breaks_the_profile_is_found(resource: Value, wanted: list[tuple[str, str]]) -> None:
    """Required, forbidden and fixed elements, patterns, types and targets of a profile are checked at their places."""
    assert errors(resource) == []
    assert errors(resource, BP) == wanted
    assert [one.profile for one in validate(resource) if one.severity == "error"].count(f"{US_CORE}{BP}") == len(wanted)


def test_a_profile_of_another_type_is_refused() -> None:
    """A patient cannot be a blood pressure."""
    assert errors(PATIENT, BP) == [("structure", "Patient")]


def test_an_unknown_profile_is_said() -> None:
    """A claimed profile that is not packed is a warning, one that is asked for a mistake of the caller."""
    (warning,) = validate(changed(PATIENT, "meta", {"profile": ["https://a.example/profile"]}))
    assert (warning.severity, warning.code, warning.expression) == ("warning", "not-found", "Patient.meta.profile[0]")
    with pytest.raises(LookupError):
        validate(PATIENT, ["https://a.example/profile"])


def test_resources_inside_are_checked_against_what_they_claim() -> None:
    """A Bundle's resource that breaks the profile it claims has the error at its place in the Bundle."""
    entry = {"fullUrl": "urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7", "resource": changed(PRESSURE, "subject", None)}
    (error,) = validate({"resourceType": "Bundle", "type": "collection", "entry": [entry]})
    assert (error.expression, error.profile) == ("Bundle.entry[0].resource", f"{US_CORE}{BP}")


def test_base_profiles_are_checked_by_their_url() -> None:
    """HL7's own vital signs profile wants a category, a code and a time."""
    wrong = changed(changed(PRESSURE, "category", None), "effectiveDateTime", None)
    assert errors(wrong, f"{STRUCTURES}vitalsigns") == [("required", "Observation")] * 3


OBSERVATION = {"resourceType": "Observation", "status": "final", "code": {"text": "x"}}
FULL = differential("Patient", {"path": "Patient.name", "min": 1}, url=f"{BASE}full")


def about(*patients: dict[str, Any]) -> dict[str, Any]:
    """An Observation of the first of the patients that it contains."""
    return OBSERVATION | {"contained": [one | {"resourceType": "Patient", "id": "p"} for one in patients], "subject": {"reference": "#p"}}


def test_the_target_of_a_reference_has_its_profile() -> None:
    """What a reference names is checked where it is at hand; one of the profiles is enough, and what is away is not judged."""
    subject = {"path": "Observation.subject", "type": [{"code": "Reference", "targetProfile": [FULL["url"], f"{STRUCTURES}Group"]}]}
    profile = differential("Observation", subject)
    assert found(about({"name": [{"text": "x"}]}), profile, FULL) == []
    assert found(about({}), profile, FULL) == [("value", "Observation.subject")]
    assert found(OBSERVATION | {"subject": {"reference": "Patient/1"}}, profile, FULL) == []
    assert found(OBSERVATION | {"subject": {"reference": "Device/1"}}, profile, FULL) == [("structure", "Observation.subject")]


def test_references_in_a_circle_come_to_an_end() -> None:
    """Two resources that must have a profile because of each other have it if nothing else speaks against it."""
    member = {"path": "Observation.hasMember", "type": [{"code": "Reference", "targetProfile": [URL]}]}
    profile = differential("Observation", member, {"path": "Observation.method", "min": 1})
    inner = OBSERVATION | {"id": "i", "hasMember": [{"reference": "#"}]}
    outer = OBSERVATION | {"method": {"text": "x"}, "hasMember": [{"reference": "#i"}]}
    assert found(outer | {"contained": [inner | {"method": {"text": "x"}}]}, profile) == []
    assert found(outer | {"contained": [inner]}, profile) == [("value", "Observation.hasMember[0]")]


def test_a_value_has_the_profile_of_its_type() -> None:
    """One profile is checked in place, of several one is enough, and one that nobody knows is an error."""
    parameter = "Parameters.parameter.resource"
    given = {"resourceType": "Parameters", "parameter": [{"name": "x", "resource": {"resourceType": "Patient"}}]}
    one = differential("Parameters", {"path": parameter, "type": [{"code": "Resource", "profile": [FULL["url"]]}]})
    assert found(given, one, FULL) == [("required", "Parameters.parameter[0].resource")]
    assert found(given, one) == [("not-found", "Parameters.parameter[0].resource")]
    other = differential("Patient", {"path": "Patient.gender", "max": "0"}, url=f"{BASE}other")
    two = differential("Parameters", {"path": parameter, "type": [{"code": "Patient", "profile": [FULL["url"], other["url"]]}]})
    assert found(given, two, FULL, other) == []
    given["parameter"][0]["resource"]["gender"] = "female"
    assert found(given, two, FULL, other) == [("value", "Parameters.parameter[0].resource")]


def test_a_text_has_a_length() -> None:
    """A text longer than the profile takes is an error, and so is what is said of the value of a primitive."""
    profile = differential("Patient", {"path": "Patient.name.text", "maxLength": 3}, {"path": "Patient.name.family.value", "maxLength": 2})
    assert found({"resourceType": "Patient", "name": [{"text": "abc", "family": "ab"}]}, profile) == []
    wrong = {"resourceType": "Patient", "name": [{"text": "abcd", "family": "abc"}]}
    assert found(wrong, profile) == [("value", "Patient.name[0].text"), ("value", "Patient.name[0].family")]


CODES = {
    "resourceType": "ValueSet",
    "url": f"{BASE}codes",
    "compose": {"include": [{"system": BASE, "concept": [{"code": "a"}]}]},
}


@pytest.mark.parametrize(
    ("strength", "value", "severity"),
    [
        ("required", {"coding": [{"system": BASE, "code": "b"}]}, "error"),
        ("required", {"text": "b"}, "error"),
        ("extensible", {"coding": [{"system": BASE, "code": "b"}]}, "warning"),
        ("extensible", {"text": "b"}, ""),
        ("extensible", {"coding": [{"system": BASE, "code": "b"}, {"system": BASE, "code": "a"}]}, ""),
        ("preferred", {"coding": [{"system": BASE, "code": "b"}]}, ""),
    ],
)
def test_a_binding_is_as_strict_as_it_says(strength: str, value: dict[str, Any], severity: str) -> None:
    """A code outside a required value set is an error, outside an extensible one a warning."""
    bound = {"path": "Observation.method", "binding": {"strength": strength, "valueSet": CODES["url"]}}
    profile = differential("Observation", bound)
    for one in ("error", "warning"):
        wanted = [("code-invalid", "Observation.method")] if one == severity else []
        assert found(OBSERVATION | {"method": value}, profile, CODES, severity=one) == wanted


def test_no_code_leaves_the_limit_of_a_binding() -> None:
    """Where a value set is the limit, a code outside of it is an error, and no code at all is none."""
    limit = {"url": f"{STRUCTURES}elementdefinition-maxValueSet", "valueCanonical": CODES["url"]}
    bound = {"path": "Observation.method", "binding": {"strength": "preferred", "valueSet": f"{BASE}others", "extension": [limit]}}
    profile = differential("Observation", bound)
    assert found(OBSERVATION | {"method": {"coding": [{"system": BASE, "code": "b"}]}}, profile, CODES) == [
        ("code-invalid", "Observation.method")
    ]
    assert found(OBSERVATION | {"method": {"text": "b"}}, profile, CODES) == []


def test_a_type_is_a_profile_that_says_no_more() -> None:
    """A resource may claim its own type, and not another."""
    assert validate(changed(PATIENT, "meta", {"profile": [f"{STRUCTURES}Patient"]})) == []
    assert errors(PATIENT, f"{STRUCTURES}Group") == [("structure", "Patient")]
    assert errors(PATIENT, f"{STRUCTURES}DomainResource") == []
