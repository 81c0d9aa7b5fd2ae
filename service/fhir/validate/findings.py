"""What validation finds, in the order of the document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from service.fhir.json import Value

MAX_FINDINGS = 100


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found in a resource.

    `severity` is error, warning or information, `code` an issue-type code (R4 valueset-issue-type.html). `expression` names the element, or
    the parent of one that is missing, by its JSON names with every index ("Observation.component[1].valueQuantity.unit"). `message` holds
    no value of the resource. `profile` is the url of the profile or extension definition that says so, "" for R4 itself.
    """

    severity: str
    code: str
    expression: str
    message: str
    profile: str = ""


@dataclass(slots=True)
class Findings:
    """The findings of one run, each once."""

    found: dict[Finding, None] = field(default_factory=dict)

    @property
    def full(self) -> bool:
        """Whether there are as many as one run reports."""
        return len(self.found) >= MAX_FINDINGS

    def error(self, code: str, expression: str, message: str, profile: str = "") -> None:
        """Add an error."""
        self._add(Finding("error", code, expression, message, profile))

    def warning(self, code: str, expression: str, message: str) -> None:
        """Add a warning."""
        self._add(Finding("warning", code, expression, message))

    def in_order(self, resource: Value, root: str) -> list[Finding]:
        """The findings in the order of the elements they name in the resource."""
        if len(self.found) < 2:
            return list(self.found)
        order: dict[str, int] = {}
        for expression in _expressions(resource, root):
            order.setdefault(expression, len(order))
        return sorted(self.found, key=lambda finding: order[finding.expression])

    def _add(self, finding: Finding) -> None:
        if not self.full:
            self.found[finding] = None


def _expressions(value: Value, place: str) -> Iterator[str]:
    """The expression of every value in a JSON value, in order; an element and its `_element` have the same."""
    yield place
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _expressions(item, f"{place}.{name.removeprefix('_')}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _expressions(item, f"{place}[{index}]")
