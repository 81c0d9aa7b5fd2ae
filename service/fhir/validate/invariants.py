"""The invariants of R4's types and of profiles, evaluated where they stand (R4 conformance-rules.html#constraints)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from service.fhir import definitions, fhirpath
from service.fhir.definitions import Invariant
from service.fhir.fhirpath import Environment, EvaluationError, FhirPathError, Node, Path, TooCostlyError
from service.fhir.validate import rules
from service.fhir.validate.corrections import CORRECTIONS
from service.fhir.validate.findings import Findings
from service.fhir.validate.items import Item

DECIDED = frozenset({"ele-1", "ext-1", "txt-1", "txt-2"})
"""The keys of rules that the structure of a resource is checked by: they are not evaluated again."""

_NARRATIVE = "dom-6"
"""The narrative of a contained resource is that of its container: it should have none of its own (R4 references.html#contained)."""


@dataclass(frozen=True, slots=True)
class Invariants:
    """The rules of one definition, R4 itself or by its url a profile, about one resource."""

    env: Environment
    findings: Findings = field(repr=False)
    url: str = ""

    def check_resource(self, node: Node, place: str) -> None:
        """Check R4's rules for a resource of its type."""
        for rule in _rules(node.at):
            if rule.said.key != _NARRATIVE or self.env.root.value is node.value:
                self._evaluate(rule, node, place)

    def check_element(self, item: Item) -> None:
        """Check R4's rules for an element: those of its place and those of its type."""
        member = item.member
        of_place = _rules(member.element.path)
        of_type = _rules(member.at) if member.at != member.element.path else ()
        if of_place or of_type:
            node = Node(item.value, item.companion, member.type, member.at)
            for rule in (*of_place, *of_type):
                self._evaluate(rule, node, item.place)

    def check_asked(self, asked: Iterable[Invariant], node: Node, place: str) -> None:
        """Check rules of a profile that stand on an element."""
        for said in asked:
            if said.key not in DECIDED:
                self._evaluate(rule(said), node, place)

    def _evaluate(self, checked: Rule, node: Node, place: str) -> None:
        said, link = checked.said, rules.link(checked.said, self.url)
        if checked.path is None:
            self.findings.information("not-supported", place, f"{said.key} is not checked: {checked.fault}", self.url, link)
            return
        if self.env.budget.left < 0:
            return
        try:
            if checked.path.holds(self.env, node):
                return
        except TooCostlyError:
            self.findings.error("too-costly", place, f"{said.key} and what comes after it takes too long to check", self.url, link)
        except EvaluationError as error:
            message = f"{said.key} could not be evaluated: {error.message}"
            self.findings.information("not-supported", place, message, self.url, link)
        else:
            severity = "error" if said.severity == "error" else "warning"
            self.findings.add(severity, "invariant", place, f"{said.key}: {rules.words(said)}", self.url, link)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule and its function, or None and why its expression cannot be compiled."""

    said: Invariant
    path: Path | None
    fault: str = ""


@cache
def _rules(place: str) -> tuple[Rule, ...]:
    """The rules that R4 has on a type or on an element by its definition path."""
    found = [said for said in definitions.invariants(place.partition(".")[0]) if said.path == place and said.key not in DECIDED]
    return tuple(map(rule, found))


def _type_at(place: str) -> str | None:
    """The type of an element by its definition path or id, as `definitions.children` takes it; None for one of several."""
    at, *names = place.split(".")
    for name in names:
        member = definitions.member(at, name.partition(":")[0])
        if member is None:
            return None
        at = member.at
    return at


@cache
def rule(said: Invariant) -> Rule:
    """A rule with its function, made for the type of the element that it stands on."""
    correction = CORRECTIONS.get(said.expression)
    expression = correction.expression if correction else said.expression
    try:
        return Rule(said, fhirpath.compile(expression, _type_at(said.path)))
    except FhirPathError as error:
        return Rule(said, None, error.message)
