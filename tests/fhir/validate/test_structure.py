"""Whatever its profile, a resource has R4's elements, in R4's JSON forms."""

from __future__ import annotations

import pytest

from service.fhir.json import Number, Value
from service.fhir.validate import validate
from tests.fhir.validate.made import PATIENT, PRESSURE, STRUCTURES, changed, errors

VALUES = {"resourceType": "ValueSet", "url": "https://a.example/ValueSet/x", "status": "draft"}
BROKEN: list[tuple[Value, list[tuple[str, str]]]] = [
    (changed(PRESSURE, "status", None), [("required", "Observation")]),
    (changed(PRESSURE, "valueQuantty", {}), [("structure", "Observation")]),
    (changed(PRESSURE, "component.0.valueQuantity.units", "mmHg"), [("structure", "Observation.component[0].valueQuantity")]),
    (changed(PRESSURE, "valueString", "x") | {"valueBoolean": True}, [("structure", "Observation")]),
    (changed(PRESSURE, "status", "Final"), [("code-invalid", "Observation.status")]),
    (changed(PRESSURE, "status", ["final"]), [("structure", "Observation.status")]),
    (changed(PRESSURE, "category", {}), [("structure", "Observation.category")]),
    (changed(PRESSURE, "note", []), [("structure", "Observation.note")]),
    (changed(PRESSURE, "note", [{}]), [("structure", "Observation.note[0]"), ("required", "Observation.note[0]")]),
    (changed(PRESSURE, "note", ["x"]), [("structure", "Observation.note[0]")]),
    (changed(PRESSURE, "effectiveDateTime", "2024-05-14T10:40"), [("value", "Observation.effectiveDateTime")]),
    (changed(PRESSURE, "component.0.valueQuantity.value", "120"), [("value", "Observation.component[0].valueQuantity.value")]),
    (changed(PRESSURE, "id", "a_b"), [("value", "Observation.id")]),
    (changed(PRESSURE, "subject", {"reference": "Practitioner/1"}), [("structure", "Observation.subject")]),
    (changed(PATIENT, "name.0.given", [None]), [("structure", "Patient.name[0].given[0]")]),
    (changed(PATIENT, "name.0._given", [{}]), [("structure", "Patient.name[0].given[0]")]),
    (changed(PATIENT, "name.0._given", [{"id": "a"}, {"id": "b"}]), [("invariant", "Patient.name[0].given[1]")]),
    (changed(PATIENT, "name", [{"id": "a"}]), [("invariant", "Patient.name[0]")]),
    (changed(PATIENT, "_birthDate", "x"), [("structure", "Patient.birthDate")]),
    (changed(PATIENT, "_name", [{}]), [("structure", "Patient")]),
    (changed(PATIENT, "gender", "M"), [("code-invalid", "Patient.gender")]),
    (
        changed(PATIENT, "contained", [{"resourceType": "Patient", "id": "p", "nam": 1}]),
        [("invariant", "Patient"), ("structure", "Patient.contained[0]")],
    ),
    (PATIENT | {"birthDate": None}, [("structure", "Patient.birthDate")]),
    (changed(PATIENT, "_birthDate", {"id": "a"}) | {"birthDate": None}, [("structure", "Patient.birthDate")]),
    (PATIENT | {"_birthDate": None}, [("structure", "Patient.birthDate")]),
    (PATIENT | {"name": [None]}, [("structure", "Patient.name[0]")]),
    (changed(PATIENT, "name.0._id", {"id": "a"}), [("structure", "Patient.name[0]")]),
    (changed(PATIENT, "_id", {"extension": [{"url": "https://a.example", "valueString": "x"}]}), [("structure", "Patient")]),
    (
        changed(PATIENT, "extension", [{"url": "https://a.example", "_url": {"id": "a"}, "valueString": "x"}]),
        [("structure", "Patient.extension[0]")],
    ),
    (changed(PATIENT, "name", [{"id": "a", "text": "x"}, {"id": "a", "text": "y"}]), [("value", "Patient.name[1].id")]),
    (changed(PATIENT, "contained", [{"resourceType": "Patient"}]), [("required", "Patient.contained[0]")]),
    (
        changed(PATIENT, "contained", [{"resourceType": "Patient", "id": "p"}] * 2),
        [("invariant", "Patient"), ("value", "Patient.contained[0]"), ("value", "Patient.contained[1]")],
    ),
    (changed(PATIENT, "meta", {"profile": ["us-core-patient"]}), [("value", "Patient.meta.profile[0]")]),
    (changed(PATIENT, "text", {"status": "generated", "div": "<p>x</p>"}), [("value", "Patient.text.div")]),
    (VALUES | {"url": "value-sets/x"}, [("value", "ValueSet.url")]),
    ({"resourceType": "Patinet"}, [("structure", "Patinet")]),
    ({"resourceType": "DomainResource"}, [("structure", "DomainResource")]),
    ({}, [("structure", "Resource")]),
    ([], [("structure", "Resource")]),
    ("Patient", [("structure", "Resource")]),
]


ABSENT = {"url": f"{STRUCTURES}data-absent-reason", "valueCode": "unknown"}
BESIDE = changed(changed(PATIENT, "name.0.given", ["Maren", None]), "name.0._given", [None, {"id": "b", "extension": [ABSENT]}])


@pytest.mark.parametrize("good", [PRESSURE, PATIENT, VALUES, changed(PATIENT, "_birthDate", {"id": "a"}), BESIDE], ids=range(5))
def test_a_good_resource_has_no_error(good: Value) -> None:
    """A resource as R4 wants it has no error, with what stands beside primitive values, too."""
    assert errors(good) == []


@pytest.mark.parametrize(("resource", "wanted"), BROKEN, ids=range(len(BROKEN)))
def test_what_breaks_r4_is_found_at_its_place(resource: Value, wanted: list[tuple[str, str]]) -> None:
    """Each broken resource has its error, and only that, at the element that is wrong or lacks one."""
    assert errors(resource) == wanted


def test_what_r4_advises_against_is_a_warning() -> None:
    """Text of white space, control characters, numbers nobody can hold and arrays of unequal length are told, and taken."""
    odd = changed(changed(PATIENT, "name.0.family", " "), "name.0._given", [{"id": "a"}, {"extension": [ABSENT]}])
    assert [(one.severity, one.expression) for one in validate(odd, ())] == [
        ("warning", "Patient.name[0].family"),
        ("warning", "Patient.name[0].given"),
    ]
    huge = changed(PRESSURE, "component.0.valueQuantity.value", Number("1e400"))
    assert ("warning", "Observation.component[0].valueQuantity.value") in [(one.severity, one.expression) for one in validate(huge)]


def test_ids_are_unique_in_their_resource_only() -> None:
    """The id of an element may be that of its resource or stand in a contained one; those of a snapshot are those of its differential."""
    inner = {"resourceType": "Patient", "id": "p", "name": [{"id": "a", "text": "x"}]}
    outer = changed(PRESSURE, "contained", [inner]) | {"id": "a", "subject": {"id": "a", "reference": "#p"}}
    assert errors(outer) == []
    elements = {"element": [{"id": "Patient", "path": "Patient"}]}
    made = {"resourceType": "StructureDefinition", "url": "https://a.example", "name": "X", "status": "draft", "kind": "resource"}
    found = errors(made | {"abstract": False, "type": "Patient", "snapshot": elements, "differential": elements})
    assert {code for code, _ in found} == {"invariant"}


@pytest.mark.parametrize(("contained", "wanted"), [("q", []), ("r", [("not-found", "QuestionnaireResponse.questionnaire")])])
def test_a_canonical_may_name_a_contained_resource(contained: str, wanted: list[tuple[str, str]]) -> None:
    """A canonical that is a fragment names a contained resource, which must be there."""
    inside = {"resourceType": "Questionnaire", "id": contained, "status": "draft"}
    answer = {"resourceType": "QuestionnaireResponse", "status": "completed", "questionnaire": "#q", "contained": [inside]}
    assert [one for one in errors(answer) if one[0] == "not-found"] == wanted


def test_content_references_have_the_elements_they_name() -> None:
    """What refers to another element's content (Observation.component.referenceRange) is checked by it."""
    bad = changed(PRESSURE, "component.0.referenceRange", [{"lo": 1}])
    assert ("structure", "Observation.component[0].referenceRange[0]") in errors(bad)


def test_a_simple_quantity_has_no_comparator() -> None:
    """A dose of an administration is exact."""
    given = {
        "resourceType": "MedicationAdministration",
        "status": "completed",
        "medicationCodeableConcept": {"text": "x"},
        "subject": {"reference": "Patient/1"},
        "effectiveDateTime": "2024",
        "dosage": {"dose": {"comparator": "<", "unit": "mg"}},
    }
    assert errors(given) == [("structure", "MedicationAdministration.dosage.dose")]


def test_messages_repeat_no_value() -> None:
    """What is told of a wrong value does not hold the value."""
    bad = changed(changed(PATIENT, "birthDate", "secret"), "gender", "secret")
    found = validate(bad)
    assert len(found) == 2
    assert not any("secret" in one.message for one in found)
