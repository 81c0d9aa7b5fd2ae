"""A JSON text is validated as a value is, with line and column, and what cannot be read is a finding."""

from __future__ import annotations

from dataclasses import replace

import pytest

from service.fhir import json
from service.fhir.json import MAX_BYTES, MAX_VALUES
from service.fhir.validate import validate, validate_bytes
from tests.fhir.validate.made import PATIENT, PRESSURE, changed

BAD = changed(changed(PATIENT, "birthDate", "x"), "name.0.familie", "y")
UNREADABLE = {
    b"": "structure",
    b"nonsense": "structure",
    b'{"resourceType":"Patient","resourceType":"Patient"}': "structure",
    b'{"resourceType":"Patient","id":"\x00"}': "structure",
    b'{"resourceType":"Patient","id":"\\ud800"}': "structure",
    b'\xef\xbb\xbf{"resourceType":"Patient"}': "structure",
    b"\xff\xfe{\x00}\x00": "structure",
    b'{"resourceType":"Observation","valueQuantity":{"value":1e' + b"9" * 1_000_000 + b"}}": "too-costly",
    b'{"resourceType":"Observation","valueInteger":' + b"9" * 1_000_000 + b"}": "too-costly",
    b'{"extension":[' * 10_000: "too-costly",
    b'{"resourceType":"Patient"' + b',"a":1' * (MAX_VALUES + 1) + b"}": "too-costly",
    b" " * (MAX_BYTES + 1): "too-costly",
}


def test_a_text_has_the_findings_of_its_value() -> None:
    """A text has the findings of its value, at the line and column of each."""
    data = b'{\n"resourceType": "Patient",\n "birthDate": "x", "name": [\n{"given":["a"], "familie": "y"}]}'
    found = validate_bytes(data)
    assert [replace(one, line=0, column=0) for one in found] == validate(json.read(data))
    assert [(one.line, one.column) for one in found if one.severity == "error"] == [(3, 2), (4, 1)]


@pytest.mark.parametrize("good", [PATIENT, PRESSURE], ids=["Patient", "Observation"])
def test_a_good_text_has_no_error(good: json.Value) -> None:
    """The text of a good resource has no error."""
    assert [one for one in validate_bytes(json.write(good)) if one.severity == "error"] == []


@pytest.mark.parametrize(("data", "code"), UNREADABLE.items(), ids=range(len(UNREADABLE)))
def test_what_cannot_be_read_is_one_fatal_finding(data: bytes, code: str) -> None:
    """No bytes raise: what is no JSON, or too much of it, is one fatal finding."""
    (found,) = validate_bytes(data)
    assert (found.severity, found.code, found.expression) == ("fatal", code, "")


def test_every_finding_links_to_its_rule() -> None:
    """A finding links to the page of R4, or to the profile, that says so."""
    found = validate(BAD, ["us-core-patient"])
    pages = {"Patient.birthDate": "datatypes.html#date", "Patient.name[0]": "patient-definitions.html#Patient.name"}
    assert {one.expression: one.rule for one in found if not one.profile} == {
        at: f"http://hl7.org/fhir/R4/{page}" for at, page in pages.items()
    }
    assert all(one.rule == one.profile for one in found if one.profile)
    assert {one.profile.rpartition("/")[2] for one in found} == {"", "us-core-patient"}
