"""Real resources get the verdict that HL7's Java validator gives them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import pytest

from service.fhir import guide_files, json
from service.fhir.json import JsonError
from service.fhir.validate import validate
from tests.support.shared import FOLDER, shared

NOT_JUDGED = {
    "val-contained-resource-bad-id-ignore": "HL7's suite takes it with the check of its contained id off",
    "val-patient-example-ra4": "HL7's suite knows every url; HL7's validator and we know no code system http://hl7.org/fhir/v2/0203",
}
"""Cases whose verdict rests on what this validator does not claim to check, each with what that is."""

PROFILE_NOT_JUDGED = {
    "val-bb-obs-value-is-not-in-valueset": "the value set is not among the files of the case",
    "val-toplevel-maxvalueduration-fail": "the birth date lies beyond the limit of the profile: HL7's validator says so, too",
}
"""Cases whose verdict against their profile is not that of HL7's suite, each with why."""

REFUSED = {"rt-core-MedicationStatement-example002": "its unit `Tab` is spelt `TAB` in the code system it names"}
"""Published examples that break R4, each with how."""


@cache
def cases(kind: str) -> dict[str, Any]:
    """The cases of a kind by their id; none where ../shared is absent."""
    path = FOLDER / "cases" / "cases.json"
    listed = json.read(path.read_bytes()) if path.exists() else []
    return {one["id"]: one for one in (listed if isinstance(listed, list) else listed["cases"]) if one["kind"] == kind}


def is_valid(name: str, supporting: Sequence[str] = (), profile: str = "") -> bool:
    """Whether a file is a resource without errors by the definitions in its supporting files; against a profile if one is named."""
    folder = shared("cases")
    made_of = (*guide_files.USED, "Bundle")
    beside = [(file, json.read((folder / file).read_bytes())) for file in supporting]
    guide = guide_files.guide([(file, one) for file, one in beside if one["resourceType"] in made_of])
    asked = [json.read((folder / supporting[0]).with_name(profile).read_bytes())["url"]] if profile else None
    try:
        return not [one for one in validate(json.read((folder / name).read_bytes()), asked, guide) if one.severity == "error"]
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
    assert is_valid(case["files"][0], case["supporting"]) is case["expected"]["valid_base"]


@pytest.mark.parametrize("name", sorted(name for name, case in cases("validate").items() if case["expected"]["valid_profile"] is not None))
def test_the_verdict_against_a_profile_is_that_of_hl7(name: str) -> None:
    """A case meets its profile for us exactly when it does for HL7's suite, but for those named."""
    case = cases("validate")[name]
    verdict = is_valid(case["files"][0], case["supporting"], case["profile"])
    assert verdict is (case["expected"]["valid_profile"] is not (name in PROFILE_NOT_JUDGED))


@pytest.mark.parametrize("name", sorted(NOT_JUDGED))
def test_what_is_not_judged_still_is_not(name: str) -> None:
    """Each case left out above is still one on which the verdicts differ: one that is judged now leaves the list."""
    shared("cases")
    case = cases("validate")[name]
    assert is_valid(case["files"][0], case["supporting"]) is not case["expected"]["valid_base"]


@pytest.mark.parametrize("name", sorted(cases("roundtrip")))
def test_published_examples_are_valid(name: str) -> None:
    """HL7's own examples have no error, but for one that HL7's validator refuses, too."""
    assert all(is_valid(file) for file in cases("roundtrip")[name]["files"]) is (name not in REFUSED)
