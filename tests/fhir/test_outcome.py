"""OperationOutcomes say what issues say, and are R4."""

from __future__ import annotations

import json

import pytest

from service.diagnostics.issue import Issue
from service.fhir.outcome import outcome
from service.fhir.validate import validate

ISSUE = Issue("KAP403", "value", "must be at most 350", "vitals[0].bp_systolic", "mappings/vitals.yaml:15:3", help="check the cuff")


def test_every_part_of_an_issue_has_its_element() -> None:
    """An issue's severity, kind, message, code, place, help and path are all told, none elsewhere than R4 has it."""
    assert outcome([ISSUE]) == {
        "resourceType": "OperationOutcome",
        "issue": [
            {
                "severity": "error",
                "code": "value",
                "details": {"text": "must be at most 350"},
                "diagnostics": "KAP403 mappings/vitals.yaml:15:3 help: check the cuff",
                "expression": ["vitals[0].bp_systolic"],
            }
        ],
    }


def test_what_is_not_known_is_left_out() -> None:
    """An issue without place, help and path has no empty element."""
    (issue,) = outcome([Issue("KAP999", "structure", "broken", severity="warning")])["issue"]
    assert issue == {"severity": "warning", "code": "structure", "details": {"text": "broken"}, "diagnostics": "KAP999"}


def test_issues_keep_their_order() -> None:
    """The first issue stays the first."""
    messages = [one["details"]["text"] for one in outcome([Issue("A", "value", "z"), Issue("B", "value", "a")])["issue"]]
    assert messages == ["z", "a"]


@pytest.mark.parametrize(
    "issues",
    [[ISSUE], [], [Issue("KAP401", "structure", "there is no field `\x00`", "\x1b[")], [Issue("KAP401", "structure", "x", " ")]],
    ids=["whole", "none", "control characters", "blank path"],
)
def test_it_is_valid_r4(issues: list[Issue]) -> None:
    """The outcome of any issues, also of none, conforms to R4 4.0.1."""
    made = outcome(issues)
    assert [one for one in validate(made) if one.severity == "error"] == []
    assert json.loads(json.dumps(made)) == made
