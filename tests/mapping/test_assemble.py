"""What is read keeps the clauses of its fields."""

from __future__ import annotations

from service.fhir import json
from service.fhir.json import Value
from tests.support.mappings import mappings, read, shown

SERVER = "https://ehr.example.org/r4"
STATEMENT: Value = {
    "resourceType": "MedicationStatement",
    "id": "1",
    "status": "completed",
    "medicationCodeableConcept": {"text": "ketamine"},
    "subject": {"reference": "Patient/1"},
    "effectivePeriod": {"start": "2024-05", "end": "2024-04-30"},
}


def test_an_end_before_its_beginning_is_left_empty() -> None:
    """Of a period that ends before it begins the end is not read: a note says why, the element is a leftover, the rest is a record."""
    found = read(mappings(), [STATEMENT], server=SERVER)
    (made,) = shown(found)
    assert made["started_on"] == "2024-05"
    assert "stopped_on" not in made
    assert any("stopped_on not before started_on" in issue.message for issue in found.issues)
    assert found.orphans == []


def test_an_end_after_its_beginning_is_read() -> None:
    """A period in order is read whole, and nothing is left over."""
    whole = STATEMENT | {"effectivePeriod": {"start": "2024-05", "end": "2024-06-01"}}
    found = read(mappings(), [whole], server=SERVER)
    assert shown(found)[0]["stopped_on"] == "2024-06-01"
    assert found.issues == []


def test_a_vital_sign_without_its_day_is_given_back() -> None:
    """R4 wants the day of a vital sign: one with a month alone makes no record, and comes back as it came."""
    rate = {
        "resourceType": "Observation",
        "id": "1",
        "status": "final",
        "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "vital-signs"}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
        "subject": {"reference": "Patient/1"},
        "effectiveDateTime": "2024-05",
        "valueQuantity": {"value": json.Number("64"), "unit": "/min", "system": "http://unitsofmeasure.org", "code": "/min"},
    }
    found = read(mappings(), [rate], server=SERVER)
    assert found.records == []
    (orphan,) = found.orphans
    assert orphan.resource.value == rate
    assert any("precise to the day" in issue.message for issue in orphan.issues)
