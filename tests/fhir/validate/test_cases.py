"""Real resources get the verdict that HL7's Java validator gives them."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from service.fhir import json
from service.fhir.json import JsonError
from service.fhir.validate import validate
from tests.support.shared import FOLDER, shared

NOT_JUDGED = {
    "val-patient-ig-bad": "an implementation guide that is not packed",
    "val-ai6": "a profile that is not packed",
    "val-bundle-conformsto": "a profile that is not packed",
    "val-contained-resource-bad-id-ignore": "HL7's suite takes it with the check of its contained id off",
    "val-patient-example-ra4": "HL7's suite knows every url; HL7's validator and we know no code system http://hl7.org/fhir/v2/0203",
}
"""Cases whose verdict rests on what this validator does not claim to check, each with what that is."""

REFUSED = {"rt-core-MedicationStatement-example002": "its unit `Tab` is spelt `TAB` in the code system it names"}
"""Published examples that break R4, each with how."""


@cache
def cases(kind: str) -> dict[str, Any]:
    """The cases of a kind by their id; none where ../shared is absent."""
    path = FOLDER / "cases" / "cases.json"
    listed = json.read(path.read_bytes()) if path.exists() else []
    return {one["id"]: one for one in (listed if isinstance(listed, list) else listed["cases"]) if one["kind"] == kind}


def is_valid(name: str) -> bool:
    """Whether a file is a resource without errors against R4 itself."""
    data = (shared("cases") / name).read_bytes()
    try:
        return not [one for one in validate(json.read(data), ()) if one.severity == "error"]
    except JsonError:
        return False


def test_there_are_cases() -> None:
    """The folder of cases is where the other tests of this file look for it."""
    shared("cases")
    assert len(cases("validate")) == 40
    assert NOT_JUDGED.keys() <= cases("validate").keys()


@pytest.mark.parametrize("name", sorted(cases("validate").keys() - NOT_JUDGED.keys()))
def test_the_verdict_is_that_of_hl7(name: str) -> None:
    """A case is valid R4 for us exactly when it is for HL7's validator."""
    case = cases("validate")[name]
    assert is_valid(case["files"][0]) is case["expected"]["valid_base"]


@pytest.mark.parametrize("name", sorted(NOT_JUDGED))
def test_what_is_not_judged_still_is_not(name: str) -> None:
    """Each case left out above is still one on which the verdicts differ: one that is judged now leaves the list."""
    shared("cases")
    case = cases("validate")[name]
    assert is_valid(case["files"][0]) is not case["expected"]["valid_base"]


@pytest.mark.parametrize("name", sorted(cases("roundtrip")))
def test_published_examples_are_valid(name: str) -> None:
    """HL7's own examples have no error, but for one that HL7's validator refuses, too."""
    assert all(is_valid(file) for file in cases("roundtrip")[name]["files"]) is (name not in REFUSED)
