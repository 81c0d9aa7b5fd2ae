"""A resource is checked against the profiles that it claims, or that are asked for."""

from __future__ import annotations

import pytest

from service.fhir.json import Value
from service.fhir.validate import validate
from tests.fhir.validate.made import PATIENT, PRESSURE, STRUCTURES, US_CORE, changed, errors

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
