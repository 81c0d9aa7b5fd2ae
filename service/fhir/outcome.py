"""Issues, and findings of validation, as an OperationOutcome (R4, operationoutcome.html)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from service.diagnostics.issue import Issue
from service.fhir.json import Value
from service.fhir.validate import Finding

NOTHING = Issue("", "informational", "nothing to report", severity="information")
"""What an outcome says that has no issue, since R4 asks for one."""

ALL_OK = Issue("", "informational", "all ok", severity="information")
"""What an outcome of a validation says that found nothing."""

_NOT_IN_STRINGS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def outcome(issues: Iterable[Issue]) -> dict[str, Value]:
    """The OperationOutcome of issues, in their order.

    `details.text` is the message, `diagnostics` the KAP code, the mapping's file:line:column and the help,
    `expression` the FHIRPath into the resource or the path of the record's field.
    """
    return {"resourceType": "OperationOutcome", "issue": [_issue(one) for one in issues] or [_issue(NOTHING)]}


def of_findings(findings: Iterable[Finding]) -> dict[str, Value]:
    """The OperationOutcome of findings, in their order; where there are none, one issue that says so.

    `details.text` is the message, `diagnostics` the link to the rule, `expression` the FHIRPath, `location` line and column as HL7's
    validator writes them.
    """
    return {"resourceType": "OperationOutcome", "issue": [_finding(one) for one in findings] or [_issue(ALL_OK)]}


def _finding(finding: Finding) -> dict[str, Value]:
    made: dict[str, Value] = {"severity": finding.severity, "code": finding.code, "details": {"text": _string(finding.message)}}
    if finding.rule:
        made["diagnostics"] = finding.rule
    if finding.line:
        made["location"] = [f"Line[{finding.line}] Col[{finding.column}]"]
    if finding.expression:
        made["expression"] = [_string(finding.expression)]
    return made


def _issue(issue: Issue) -> dict[str, Value]:
    made: dict[str, Value] = {"severity": issue.severity, "code": issue.kind, "details": {"text": _string(issue.message)}}
    diagnostics = " ".join(filter(None, (issue.code, issue.place, issue.help and f"help: {issue.help}")))
    if diagnostics:
        made["diagnostics"] = _string(diagnostics)
    if issue.where.strip():
        made["expression"] = [_string(issue.where)]
    return made


def _string(text: str) -> str:
    """R4's string has no control characters but tab and line ends; the names of a broken record may have any."""
    return _NOT_IN_STRINGS.sub("\N{REPLACEMENT CHARACTER}", text)
