"""The page and the tests give the same reasons why verdicts differ. Needs no Java."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from service.fhir.json import Value
from service.fhir.validate import Finding
from tests.conformance import differences

PAGE = (Path(__file__).parents[2] / "docs" / "validator.md").read_text("utf-8")
ALONE = [("Where only HL7's validator has an error", differences.THEIRS), ("Where only ours has an error", differences.OURS)]


@pytest.mark.parametrize(("heading", "reasons"), ALONE)
def test_every_reason_is_on_the_page(heading: str, reasons: Mapping[str, str]) -> None:
    """The page has each reason that the comparison takes, and no other, in the same order."""
    section = PAGE.partition(f"### {heading}\n")[2].partition("\n##")[0]
    assert re.findall(r"^\| (?!reason |---)([^|]+) \|", section, re.MULTILINE) == [*reasons]


def test_what_has_no_reason_gets_none() -> None:
    """An error that no reason names is not explained."""
    assert differences.reasons([theirs("Bundle_BUNDLE_Type")]) == {""}
    assert differences.reasons([Finding("error", "required", "Patient", "`Patient.name` is missing")]) == {""}


def test_what_follows_from_a_difference_is_explained_by_it() -> None:
    """A coding that HL7's validator does not count because of its display is no difference of its own; by itself it is one."""
    assert differences.reasons([theirs("Display_Name_x"), theirs("Terminology_TX_NoValid_1_CC")]) == {"displays"}
    assert differences.reasons([theirs("OIDs"), theirs("Terminology_TX_NoValid_1_CC")]) == {""}


def theirs(message: str) -> Value:
    """An error of HL7's validator."""
    return {"messageId": message, "location": "Patient", "message": "x"}
