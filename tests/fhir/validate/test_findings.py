"""Findings come in the order of the document, each once, and not without end."""

from __future__ import annotations

from service.fhir.validate import validate
from tests.fhir.validate.made import PATIENT, changed, errors


def test_findings_stand_in_the_order_of_the_document() -> None:
    """What is wrong first in the text is told first, whatever was checked first."""
    bad = {"resourceType": "Patient", "birthDate": "x", "name": [{"familie": "a"}], "active": "yes", "gender": "M"}
    assert [place for _, place in errors(bad)] == ["Patient.birthDate", "Patient.name[0]", "Patient.active", "Patient.gender"]


def test_one_fault_is_told_once() -> None:
    """A fault that R4 and a profile both have is told once for each of them."""
    bad = changed(changed(PATIENT, "name", None), "birthDate", "x")
    assert len(validate(bad, ["us-core-patient", "us-core-patient"])) == len(set(validate(bad, ["us-core-patient"])))


def test_a_hundred_findings_are_enough() -> None:
    """A resource in which everything is wrong gives 100 findings, not thousands."""
    assert len(validate(changed(PATIENT, "name", [{"familie": "a"}] * 5000))) == 100


def test_more_findings_are_said() -> None:
    """Where there are more, the last of the hundred says so; of a hundred exactly, none is left out."""
    last = validate(changed(PATIENT, "name", [{"familie": "a"}] * 101))[-1]
    assert (last.severity, last.code, last.expression) == ("information", "informational", "Patient")
    assert {one.severity for one in validate(changed(PATIENT, "name", [{"familie": "a"}] * 100))} == {"error"}


def test_the_gravest_are_told() -> None:
    """A hundred warnings leave no error unsaid."""
    claims = {"profile": [f"https://a.example/{number}" for number in range(150)]}
    found = validate({"resourceType": "Patient", "meta": claims, "birthDate": "x"})
    assert len(found) == 100
    assert [one.expression for one in found if one.severity == "error"] == ["Patient.birthDate"]
