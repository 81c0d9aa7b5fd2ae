"""Results beside vital signs and scores: which profile they claim, which codes they may have, and what of other systems is one."""

from __future__ import annotations

import pytest

from service.diagnostics.issue import Refused
from service.fhir.json import Number
from tests.mapping.test_inbound import LOCAL, coded
from tests.support.mappings import SERVER, mappings, read, shown, written

SNOMED = "http://snomed.info/sct"
RESULT = {"result_id": "r-1", "client_id": "c-1", "status": "final", "value": Number("0.9")}
LAB = {"category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory"}]}]}


@pytest.mark.parametrize(("category", "claims"), [("laboratory", True), ("exam", False), (None, False)])
def test_a_laboratory_result_claims_its_profile(category, claims):
    """US Core's profile of laboratory results is claimed by those alone."""
    record = {**RESULT, "test": "creatinine", **({"category": category} if category else {})}
    (sent,) = written(mappings(), "result", record)
    assert ("us-core-observation-lab" in str(sent.get("meta"))) == claims


@pytest.mark.parametrize(("code", "fits"), [("2160-0", False), ("3094-0", True)])
def test_a_test_with_a_name_has_no_other_way_to_be_said(code, fits):
    """The code of a test of the table is refused beside the table: it would come back as the name."""
    record = {**RESULT, "code": code, "name": "as sent"}
    if fits:
        assert shown(read(mappings(), written(mappings(), "result", record))) == [record]
        return
    with pytest.raises(Refused) as refused:
        written(mappings(), "result", record)
    assert [one.code for one in refused.value.issues] == ["KAP403"]


@pytest.mark.parametrize(
    ("theirs", "kind"),
    [
        (coded({"system": "http://loinc.org", "code": "8867-4"}), "vitals"),
        (coded(LOCAL, {"system": "http://loinc.org", "code": "8867-4"}, text="Puls"), "vitals"),
        ({**coded({"system": "http://loinc.org", "code": "718-7"}), **LAB}, "result"),
        (coded({"system": SNOMED, "code": "160695008", "display": "Transport too expensive"}), "result"),
    ],
    ids=["a vital sign", "one under a local code, too", "a laboratory result", "a finding"],
)
def test_what_others_send_is_what_its_code_says(theirs, kind):
    """A vital sign stays one whatever stands beside its code; everything else with a code is a result."""
    (record,) = read(mappings(), [theirs], server=SERVER).records
    assert record.kind.name == kind


def test_less_than_a_number_is_read():
    """A comparator, which changes the meaning of the value, is part of the record and goes back."""
    theirs = {**coded({"system": "http://loinc.org", "code": "718-7"}), **LAB}
    theirs = {**theirs, "valueQuantity": {**theirs["valueQuantity"], "comparator": "<"}}
    found = read(mappings(), [theirs], server=SERVER, policy="keep")
    (record,) = shown(found)
    assert (record["value"], record["beyond"]) == (Number("71"), "less")
    assert written(mappings(), "result", record, server=SERVER) == [theirs]
