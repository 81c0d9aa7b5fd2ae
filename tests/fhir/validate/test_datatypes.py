"""Values of data types keep the rules that R4 states in words."""

from __future__ import annotations

import pytest

from service.fhir.json import Value
from service.fhir.validate import validate
from tests.fhir.validate.made import PATIENT, PRESSURE, STRUCTURES, changed, errors

TERMS = "http://terminology.hl7.org/CodeSystem/"
PHOTO = {"contentType": "image/png", "data": "YWJj"}
HASH = "qZk+NkcGgWq6PiVxeFDCbJzQ2J0="
BROKEN: list[tuple[Value, list[tuple[str, str]]]] = [
    (changed(PATIENT, "photo", [PHOTO | {"size": 4}]), [("value", "Patient.photo[0].size")]),
    (changed(PATIENT, "photo", [PHOTO | {"hash": "YWJj"}]), [("value", "Patient.photo[0].hash")]),
    (changed(PATIENT, "identifier", [{"system": "mrn", "value": "1"}]), [("value", "Patient.identifier[0].system")]),
    (changed(PATIENT, "identifier", [{"system": "urn:ietf:rfc:3986", "value": "1.2.3"}]), [("value", "Patient.identifier[0].value")]),
    (
        changed(PRESSURE, "category.+", {"coding": [{"system": f"{TERMS}observation-category", "code": "vitals"}]}),
        [("code-invalid", "Observation.category[1].coding[0].code")],
    ),
    (
        changed(PRESSURE, "category.+", {"coding": [{"system": "http://hl7.org/fhir/observation-category", "code": "x"}]}),
        [("code-invalid", "Observation.category[1].coding[0].system")],
    ),
    (
        changed(PRESSURE, "category.+", {"coding": [{"system": "http://hl7.org/fhir/v2/0203", "code": "MR"}]}),
        [("code-invalid", "Observation.category[1].coding[0].system")],
    ),
    (
        changed(
            PATIENT, "extension", [{"url": "https://a.example", "valueQuantity": {"system": f"{TERMS}v3-orderableDrugForm", "code": "Tab"}}]
        ),
        [("code-invalid", "Patient.extension[0].valueQuantity.code")],
    ),
]


def test_what_agrees_is_right() -> None:
    """Size and hash that fit the data, and identifiers and codes of known and unknown systems, have no error."""
    codings = [
        {"system": f"{TERMS}observation-category", "code": "vital-signs"},
        {"system": f"{TERMS}observation-category", "version": "99", "code": "later"},
        {"system": "https://a.example/codes", "code": "x"},
        {"system": "http://hl7.org/fhir/sid/icd-10", "code": "F33.2"},
        {"system": "http://hl7.org/fhir/us/core/CodeSystem/us-core-category", "code": "sdoh"},
    ]
    assert errors(changed(PATIENT, "photo", [PHOTO | {"size": 3, "hash": HASH}])) == []
    assert errors(changed(PATIENT, "photo", [PHOTO | {"data": "?", "size": 3}])) == [("value", "Patient.photo[0].data")]
    assert errors(changed(PATIENT, "identifier", [{"system": "urn:ietf:rfc:3986", "value": "urn:oid:1.2.3"}])) == []
    assert errors(changed(PRESSURE, "category.0.coding", codings)) == []


@pytest.mark.parametrize(("resource", "wanted"), BROKEN, ids=range(len(BROKEN)))
def test_what_contradicts_itself_is_found(resource: Value, wanted: list[tuple[str, str]]) -> None:
    """Attachments, identifiers and codes of HL7's own systems that cannot be right have an error."""
    assert errors(resource) == wanted


@pytest.mark.parametrize(
    ("resource", "place"),
    [
        (changed(PRESSURE, "category.+", {"coding": [{"system": "codes", "code": "x"}]}), "Observation.category[1].coding[0].system"),
        (changed(PRESSURE, "subject", {"type": "Human", "display": "x"}), "Observation.subject.type"),
        (changed(PRESSURE, "subject", {"type": f"{STRUCTURES}Patient", "display": "x"}), "Observation.subject.type"),
    ],
)
def test_names_that_nobody_knows_are_told(resource: Value, place: str) -> None:
    """A relative code system and a reference to what is no resource type are warnings."""
    assert ("warning", place) in [(one.severity, one.expression) for one in validate(resource, ())]


def test_a_code_that_may_be_a_later_one_is_no_error() -> None:
    """Of a code system to which HL7 has added codes since R4, an unknown one is only said not to be checked."""
    act = changed(PRESSURE, "category.+", {"coding": [{"system": f"{TERMS}v3-ActCode", "code": "LATER"}]})
    found = [one for one in validate(act, ()) if one.expression == "Observation.category[1].coding[0].code"]
    assert [one.severity for one in found] == ["information"]
