"""The invariants of R4's types and of profiles, evaluated where they stand (R4 conformance-rules.html#constraints)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, lru_cache

from service.fhir import definitions, fhirpath
from service.fhir.definitions import Invariant
from service.fhir.fhirpath import Environment, EvaluationError, FhirPathError, Node, Path, TooCostlyError
from service.fhir.validate import rules
from service.fhir.validate.corrections import corrected
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
        said = checked.said
        if checked.path is None:
            self._add("information", "not-supported", place, f"is not checked: {checked.fault}", said)
            return
        if self.env.budget.left < 0:
            return
        try:
            if checked.path.holds(self.env, node):
                return
        except TooCostlyError:
            self.env.budget.left = -1
            self._add("error", "too-costly", place, "takes too long to check, and the rules after it were not checked", said)
        except EvaluationError as error:
            self._add("information", "not-supported", place, f"could not be evaluated: {error.message}", said)
        else:
            severity = "error" if said.severity == "error" else "warning"
            self._add(severity, "invariant", place, rules.words(said), said)

    def _add(self, severity: str, code: str, place: str, message: str, said: Invariant) -> None:
        parted = ": " if code == "invariant" else " "
        self.findings.add(severity, code, place, f"{said.key}{parted}{message}", self.url, rules.link(said, self.url))


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


@lru_cache(maxsize=4096)
def rule(said: Invariant) -> Rule:
    """A rule with its function, made for the type of the element that it stands on."""
    try:
        return Rule(said, fhirpath.compile(corrected(said.expression), _type_at(said.path)))
    except FhirPathError as error:
        return Rule(said, None, error.message)
