"""Issues as an OperationOutcome (R4, operationoutcome.html)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from service.diagnostics.issue import Issue
from service.fhir.json import Value

NOTHING = Issue("", "informational", "nothing to report", severity="information")
"""What an outcome says that has no issue, since R4 asks for one."""

_NOT_IN_STRINGS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def outcome(issues: Iterable[Issue]) -> dict[str, Value]:
    """The OperationOutcome of issues, in their order.

    `details.text` is the message, `diagnostics` the KAP code, the mapping's file:line:column and the help,
    `expression` the FHIRPath into the resource or the path of the record's field.
    """
    return {"resourceType": "OperationOutcome", "issue": [_issue(one) for one in issues] or [_issue(NOTHING)]}


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
