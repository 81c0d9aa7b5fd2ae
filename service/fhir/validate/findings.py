"""What validation finds, in the order of the document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from service.fhir import json_places
from service.fhir.json import Value
from service.fhir.validate import links

MAX_FINDINGS = 100

_GRAVE = ("fatal", "error", "warning", "information")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found in a resource.

    `severity` is fatal (it could not be read), error, warning or information, `code` an issue-type code (R4 valueset-issue-type.html).
    `expression` names the element, or the parent of one that is missing, by its JSON names with every index
    ("Observation.component[1].valueQuantity.unit"); "" where nothing could be read. `message` holds no value of the resource. `profile` is
    the url of the profile or extension definition that says so, "" for R4 itself. `rule` links to the page that says so. `line` and
    `column` count from 1 in the JSON text, 0 where there is none or the place in it is not known.
    """

    severity: str
    code: str
    expression: str
    message: str
    profile: str = ""
    rule: str = ""
    line: int = 0
    column: int = 0


@dataclass(slots=True)
class Findings:
    """The findings of one run, each once, whichever profile says it first.

    Of each severity there are as many as one run reports, and one more where there are more.
    """

    found: dict[tuple[str, ...], Finding] = field(default_factory=dict)
    counted: Counter[str] = field(default_factory=Counter)

    @property
    def full(self) -> bool:
        """Whether there are more errors than one run reports."""
        return self.counted["error"] > MAX_FINDINGS

    def error(self, code: str, expression: str, message: str, profile: str = "", rule: str = "") -> None:
        """Add an error."""
        self.add("error", code, expression, message, profile, rule)

    def warning(self, code: str, expression: str, message: str, profile: str = "", rule: str = "") -> None:
        """Add a warning."""
        self.add("warning", code, expression, message, profile, rule)

    def information(self, code: str, expression: str, message: str, profile: str = "", rule: str = "") -> None:
        """Add what is worth knowing."""
        self.add("information", code, expression, message, profile, rule)

    def add(self, severity: str, code: str, expression: str, message: str, profile: str = "", rule: str = "") -> None:
        """Add a finding of a severity."""
        same = severity, code, expression, message
        if self.counted[severity] <= MAX_FINDINGS and same not in self.found:
            self.found[same] = Finding(severity, code, expression, message, profile, rule)
            self.counted[severity] += 1

    def in_order(self, resource: Value, root: str) -> list[Finding]:
        """The findings in the order of the elements they name in the resource, each with its rule.

        Of more than one run reports, the gravest are told, and last that there are more.
        """
        if not self.found:
            return []
        order: dict[str, int] = {}
        for place in _places(resource, root, json_places.leading(finding.expression for finding in self.found.values())):
            order.setdefault(place, len(order))
        found = sorted(self.found.values(), key=lambda finding: order[json_places.nearest(finding.expression, order, root)])
        if len(found) > MAX_FINDINGS:
            told = {*sorted(found, key=lambda finding: _GRAVE.index(finding.severity))[: MAX_FINDINGS - 1]}
            found = [*(one for one in found if one in told), _more(root)]
        return [one if one.rule else replace(one, rule=one.profile or links.link(resource, one.expression)) for one in found]


def _more(root: str) -> Finding:
    message = f"there are more than these {MAX_FINDINGS - 1} findings"
    return Finding("information", "informational", root, message)


def _places(value: Value, place: str, wanted: set[str]) -> Iterator[str]:
    """The wanted expressions in the order of the document; an element and its `_element` have the same."""
    if place not in wanted:
        return
    yield place
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _places(item, f"{place}.{name.removeprefix('_')}", wanted)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _places(item, f"{place}[{index}]", wanted)
