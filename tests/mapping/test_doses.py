"""Doses: what is certain of those of other systems reaches the record, the rest goes back as it came; a course and its steps agree."""

from __future__ import annotations

from typing import Any

import pytest

from service.fhir import json
from service.fhir.json import Number
from tests.mapping.test_isolation import NOON
from tests.support.cases import ABSENT, FOLDER
from tests.support.mappings import SERVER, mappings, read, shown, written

FUNCTION = "http://terminology.hl7.org/CodeSystem/med-admin-perform-function"
RXNORM, NDC = "http://www.nlm.nih.gov/research/umls/rxnorm", "http://hl7.org/fhir/sid/ndc"


def dose(**more: Any) -> dict[str, Any]:
    """A MedicationAdministration of another system, with these elements."""
    return {
        "resourceType": "MedicationAdministration",
        "id": "1",
        "status": "completed",
        "medicationCodeableConcept": {"coding": [{"system": RXNORM, "code": "6130"}]},
        "subject": {"reference": "Patient/1"},
        "effectiveDateTime": NOON,
        **more,
    }


def vial(**medication: Any) -> dict[str, Any]:
    """One that was drawn from a vial."""
    theirs = dose(contained=[{"resourceType": "Medication", "id": "v", **medication}], medicationReference={"reference": "#v"})
    del theirs["medicationCodeableConcept"]
    return theirs


def ours(kind: str, key: str) -> dict[str, Any]:
    """A reference to what we know by this key."""
    return {"identifier": {"system": f"{mappings().names.base}/id/{kind}", "value": key}}


def by(key: str, function: str = "") -> dict[str, Any]:
    """A performer, with a function or without."""
    known = {"function": {"coding": [{"system": FUNCTION, "code": function}]}} if function else {}
    return {**known, "actor": ours("practitioner", key)}


def strength(amount: str, volume: str) -> dict[str, Any]:
    """An ingredient: ketamine, so many mg in so many mL."""
    parts = {"numerator": {"value": Number(amount), "unit": "mg"}, "denominator": {"value": Number(volume), "code": "mL"}}
    return {"itemCodeableConcept": {"coding": [{"system": RXNORM, "code": "6130"}]}, "strength": parts}


ROUTE = {"coding": [{"system": "http://snomed.info/sct", "code": "447694001"}], "text": "INH"}
FIFTY_MG = {"value": Number("50"), "unit": "mg"}
CODED = {"code": {"coding": [{"system": RXNORM, "code": "6130"}]}}
READ = [
    *(
        pytest.param(dose(status=theirs), {"status": status, "substance": "ketamine"}, id=theirs)
        for theirs, status in {
            "completed": "given",
            "in-progress": "in_progress",
            "on-hold": "paused",
            "not-done": "not_given",
            "stopped": "stopped",
            "unknown": "unknown",
            "entered-in-error": "entered_in_error",
        }.items()
    ),
    pytest.param(
        dose(medicationCodeableConcept={"coding": [{"system": RXNORM, "code": "884173"}]}), {"substance": "clonidine"}, id="a product"
    ),
    pytest.param(
        vial(code={"coding": [{"system": NDC, "code": "0069-2587-10", "display": "Vancomycin"}]}),
        {"substance": "Vancomycin", "ndc": "0069-2587-10"},
        id="an NDC with its name",
    ),
    pytest.param(
        vial(code={"coding": [{"system": NDC, "code": "99999-0001-10"}]}, ingredient=[{"itemCodeableConcept": CODED["code"]}]),
        {"substance": "ketamine", "ndc": "99999-0001-10"},
        id="an NDC, and what is in it",
    ),
    pytest.param(
        vial(**CODED, ingredient=[strength("50", "1")], batch={"lotNumber": "7"}),
        {"substance": "ketamine", "strength_mg": Number("50"), "strength_per": "mL", "lot_number": "7"},
        id="mg in one mL",
    ),
    pytest.param(
        vial(**CODED, ingredient=[strength("500", "10")], batch={"lotNumber": "7"}),
        {"substance": "ketamine", "lot_number": "7"},
        id="mg in ten mL, which is no strength of ours",
    ),
    pytest.param(dose(performer=[by("n-2")]), {"substance": "ketamine", "administered_by": "n-2"}, id="a performer without function"),
    pytest.param(dose(performer=[by("n-2", "witness")]), {"substance": "ketamine"}, id="a witness, who gave nothing"),
    pytest.param(
        dose(performer=[by("n-3", "verifier"), by("n-2", "performer")]),
        {"substance": "ketamine", "administered_by": "n-2", "supervised_by": "n-3"},
        id="a verifier before the performer",
    ),
    pytest.param(
        dose(dosage={"route": ROUTE, "dose": {"value": Number("0.10"), "unit": "mcg"}}),
        {"substance": "ketamine", "route": "INH", "dose_amount": Number("0.10"), "dose_unit": "ug"},
        id="a route of theirs, and a unit text",
    ),
    pytest.param(
        dose(dosage={"dose": FIFTY_MG, "rateRatio": {"numerator": FIFTY_MG, "denominator": {"value": Number("40"), "unit": "min"}}}),
        {"substance": "ketamine", "dose_amount": Number("50"), "dose_unit": "mg"},
        id="a rate as a ratio",
    ),
    pytest.param(
        dose(dosage={"dose": FIFTY_MG, "site": {"coding": [{"display": "Left deltoid"}]}, "method": {"text": "IV push"}}),
        {"substance": "ketamine", "dose_amount": Number("50"), "dose_unit": "mg", "site": "Left deltoid", "method": "IV push"},
        id="a site with a name alone",
    ),
    pytest.param(dose(partOf=[ours("administration", "a-9")]), {"substance": "ketamine", "part_of": "a-9"}, id="part of another"),
]
ASKED = ("administration_id", "client_id", "start_at", "_fhir")


@pytest.mark.parametrize(("theirs", "values"), READ)
def test_what_is_certain_is_read(theirs: dict[str, Any], values: dict[str, Any]) -> None:
    """The record holds just these values, and the resource goes back as it came."""
    (record,) = shown(read(mappings(), [theirs], server=SERVER, policy="keep"))
    assert {name: one for name, one in record.items() if name not in ASKED} == {"status": "given", **values}
    assert written(mappings(), "administration", record, server=SERVER) == [theirs]


def test_a_medicine_that_only_stands_elsewhere_is_not_guessed() -> None:
    """A Medication of its own that does not come along leaves the dose an orphan, as it came."""
    theirs = dose(medicationReference={"reference": "Medication/7"})
    del theirs["medicationCodeableConcept"]
    found = read(mappings(), [theirs], server=SERVER)
    assert ([one.resource.value for one in found.orphans], found.records) == ([theirs], [])


@ABSENT
def test_public_doses_are_read() -> None:
    """Of every public dose whose medicine has a name, that name, the dose, who gave it and how far it got reach the record."""
    lines = (FOLDER / "bulk" / "clinosim" / "MedicationAdministration.ndjson").read_bytes().splitlines()
    files = [one.read_bytes() for one in (FOLDER / "roundtrip").rglob("MedicationAdministration-*.json")]
    theirs = [json.read(one) for one in (*lines, *files)]
    found = read(mappings(), theirs, server=SERVER)
    assert len(theirs) == len(lines) + len(files) >= 13
    assert [one.resource.value["id"] for one in found.orphans] == ["medadmin0309"]  # three ingredients, and no name
    assert all({"substance", "dose_amount", "dose_unit", "start_at", "administered_by"} <= one.values.keys() for one in found.records)
    routed = [one for one in theirs if "route" in one["dosage"] and one["id"] != "medadmin0309"]
    assert sum("route" in one.values for one in found.records) == len(routed)


@pytest.mark.parametrize(
    ("status", "ended", "running"),
    [
        ("given", "completed", "completed"),
        ("in_progress", "completed", "in-progress"),
        ("paused", "completed", "on-hold"),
        ("stopped", "completed", "completed"),
        ("entered_in_error", "entered-in-error", "entered-in-error"),
    ],
)
def test_a_step_goes_the_way_of_its_course(status: str, ended: str, running: str) -> None:
    """Each step is part of its course: one with an end is done, the last goes on as long as the course, and an error is one in all."""
    steps = [{"step_id": "1", "step_start": NOON, "step_end": NOON}, {"step_id": "2", "step_start": NOON}]
    record = {"administration_id": "a", "client_id": "c", "status": status, "substance": "ketamine", "start_at": NOON, "steps": steps}
    (_, *parts) = written(mappings(), "administration", record)
    assert [one["status"] for one in parts] == [ended, running]
    assert {one["partOf"][0]["reference"] for one in parts} == {"MedicationAdministration/a"}
