"""The fast path accepts what is plain and good; whatever could hide a fault from it, it leaves to the other."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from service.fhir import definitions, json
from service.fhir.guide import Guide
from service.fhir.json import MAX_DEPTH
from service.fhir.primitives import MAX_STRING
from service.fhir.validate import accepts, validate_bytes
from service.fhir.validate.fast import shapes
from service.fhir.validate.fast.code import Code
from service.fhir.validate.fast.runtime import MAX_INTERNED
from tests.fhir.validate.made import PATIENT, PRESSURE, US_CORE, changed

GOOD = json.write(PRESSURE)
EXTENSION = {"url": "http://a.example/e", "valueString": "x"}


def nested(depth: int) -> dict[str, Any]:
    """A QuestionnaireResponse with items in items."""
    item: dict[str, Any] = {"linkId": "x"}
    for _ in range(depth):
        item = {"linkId": "x", "item": [item]}
    return {"resourceType": "QuestionnaireResponse", "status": "completed", "item": [item]}


def errors(text: bytes) -> list[str]:
    """What the slow path says is wrong."""
    return [one.message for one in validate_bytes(text) if one.severity in ("error", "fatal")]


def test_a_good_resource_is_accepted() -> None:
    """A blood pressure is accepted in any layout of its JSON, by the profile it claims and by one that is given."""
    spaced = GOOD.replace(b",", b" ,\n\t").replace(b":{", b" : { ")
    assert accepts(GOOD)
    assert accepts(spaced)
    assert accepts(GOOD, ["us-core-blood-pressure"])
    assert accepts(GOOD, [])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"status":"final"', b'"status":"final","status":"final"'),
        (b'"status":"final"', b'"st\\u0061tus":"bad","status":"final"'),
        (b'"code":"mm[Hg]"', b'"code":"mm[Hg]","code":"mm[Hg]"'),
        (b'"code":"8480-6"', b'"code":"8480-6","code":"8480-6"'),
        (b'"status":"final"', b'"status":"final","language":"\\ud800"'),
        (b'"status":"final"', b'"status":"final","id":"\xff"'),
        (b'"status":"final"', b'"status":"final","note":[{"text":"a\x01"}]'),
        (b'"value":120', b'"value":' + b"1" * 65),
        (b'"value":120', b'"value":"120"'),
        (b'"value":120', b'"value":true'),
        (b'"value":120', b'"value":null'),
        (b'"status":"final"', b'"status":"final","bodySite":{}'),
        (b'"status":"final"', b'"status":"final","bodySite":{"id":"x"}'),
        (b'"status":"final"', b'"status":"final","bodySite":{"coding":[{"id":"x","code":"y"},{"id":"x","code":"z"}]}'),
        (b'"status":"final"', b'"status":"final","extension":[{"url":"http://a.example/e"}]'),
        (b'"status":"final"', b'"status":"final","subject":{"reference":"Group/1"}'),
        (b"Patient/1", b"Patient/1 2"),
        (b"Patient/1", b"#1"),
        (b'"status":"final"', b'"status":"final","note":[{"text":"' + b"x" * (MAX_STRING + 1) + b'"}]'),
        (b"T10:40:00", b"T24:40:00"),
        (b"2024-05-14T", b"2023-02-29T"),
    ],
)
def test_what_is_wrong_is_not_accepted(old: bytes, new: bytes) -> None:
    """What C does not refuse of itself, or refuses for another reason than R4's, is no more accepted than what the slow path refuses."""
    text = GOOD.replace(old, new, 1)
    assert text != GOOD
    assert errors(text)
    assert not accepts(text)


def test_names_twice_are_found_where_lengths_agree() -> None:
    """A number that would be written longer does not make up for a name that is dropped, nor does white space."""
    assert not accepts(GOOD.replace(b'"value":120', b'"value":1e2,  "value":120', 1))
    assert not accepts(GOOD.replace(b'"status":"final"', b'"status" : "final" , "status" : "final"', 1))


def test_what_is_remembered_is_still_refused_elsewhere() -> None:
    """A code that one element takes is not accepted in another because it has been seen."""
    extra = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/data-absent-reason", "code": "unknown"}]}
    assert accepts(json.write(changed(PRESSURE, "dataAbsentReason", extra)))
    assert not accepts(json.write(changed(PRESSURE, "code", extra)))
    allergy = {"resourceType": "AllergyIntolerance", "patient": {"reference": "Patient/1"}, "clinicalStatus": extra}
    assert not accepts(json.write(allergy))


def test_extensions_are_accepted_in_any_form() -> None:
    """An extension is accepted with its url first or last, and with an id."""
    for one in (EXTENSION, dict(reversed(EXTENSION.items())), {"id": "e", **EXTENSION}):
        assert accepts(json.write(changed(PATIENT, "extension", [one])))


def test_depth_is_bounded() -> None:
    """What the slow path finds too deep is not accepted, and neither are texts in texts beyond that."""
    depths = [accepts(json.write(nested(depth))) for depth in range(MAX_DEPTH)]
    assert depths[0]
    assert depths == sorted(depths, reverse=True)
    assert not depths[-1]
    assert max(map(shapes.depth, definitions.resource_types())) + MAX_INTERNED < MAX_DEPTH


def test_a_bundle_is_as_long_as_its_resources() -> None:
    """A Bundle may be longer than a string, but not because of one."""
    entry = {
        "fullUrl": "urn:uuid:00000000-0000-4000-8000-000000000000",
        "resource": PATIENT,
        "request": {"method": "POST", "url": "Patient"},
    }
    many = [{**entry, "fullUrl": f"urn:uuid:{number:08}-0000-4000-8000-000000000000"} for number in range(MAX_STRING // 200)]
    long = [{"fullUrl": f"http://a.example/{'x' * MAX_STRING}", "resource": PATIENT, "request": entry["request"]}]
    texts = [json.write({"resourceType": "Bundle", "type": "transaction", "entry": entries}) for entries in (many, long)]
    assert min(map(len, texts)) > MAX_STRING
    assert list(map(accepts, texts)) == [True, False]


def test_a_profile_that_is_not_known_is_no_reason_to_accept() -> None:
    """One that is claimed is as if it were not; one that is given leaves the resource to the other path."""
    assert accepts(json.write(changed(PATIENT, "meta", {"profile": ["http://a.example/p"]})))
    assert not accepts(json.write(PATIENT), ["http://a.example/p"])
    assert not accepts(json.write(PATIENT), [f"{US_CORE}us-core-blood-pressure"])


def test_a_guide_with_definitions_leaves_all_to_the_other_path() -> None:
    """Nothing is accepted by R4 alone where a guide says more."""
    assert not accepts(GOOD, guide=Guide(globals={"Patient": ("us-core-patient",)}))


@pytest.mark.parametrize(("period", "verdict"), [("0", "good"), ("1.50", "good"), ("-1", "bad"), ("1e400", "bad")])
def test_rules_about_numbers_are_those_of_fhirpath(period: str, verdict: str) -> None:
    """A rule that compares a number holds for the sizes of numbers that FHIRPath takes, and no others."""
    repeat = {"period": json.Number(period), "periodUnit": "d"}
    used = {
        "resourceType": "MedicationStatement",
        "status": "active",
        "subject": {"display": "x"},
        "medicationCodeableConcept": {"text": "x"},
    }
    text = json.write({**used, "dosage": [{"timing": {"repeat": repeat}}]})
    assert accepts(text) is (verdict == "good")
    assert bool(errors(text)) is (verdict == "bad")


def test_invariants_are_left_out_only_when_asked() -> None:
    """Code without invariants accepts what breaks one: it is there to be measured."""
    broken = json.write(changed(PRESSURE, "referenceRange", [{"type": {"text": "x"}}]))
    assert not accepts(broken)
    assert Code(invariants=False).whole(broken, None, Guide()).status == "final"


def test_the_first_validation_is_quick() -> None:
    """In a fresh process, the code of a type and a profile is written, compiled and run in 50 ms of CPU time; twice that may be."""
    script = (
        "import sys, time; from service.fhir.validate import accepts; text = sys.stdin.buffer.read(); start = time.process_time();"
        "assert accepts(text); print(time.process_time() - start)"
    )
    run = subprocess.run([sys.executable, "-c", script], input=GOOD, capture_output=True, check=True)
    assert float(run.stdout) < 0.1
