"""Whether a value is what a profile or an extension definition asks for (R4 profiling.html), invariants left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.fhir import definitions, json
from service.fhir.definitions import Element, Node, ProfileElement
from service.fhir.json import Value
from service.fhir.validate import bindings, references, slicing
from service.fhir.validate.findings import Findings
from service.fhir.validate.items import Item, Scope, content, element_items


@dataclass(frozen=True, slots=True)
class Conformance:
    """One definition checked in one place: where its findings go, what references may name, its url."""

    findings: Findings
    scope: Scope
    url: str

    def check(self, node: Node, parent: Mapping[str, Value], at: str, place: str) -> None:
        """Check what is in an object that `at` names against the node that says it."""
        elements = definitions.children(at)
        for name, child in node.children.items():
            if name in elements:
                self._element(child, elements[name], element_items(parent, elements[name], at, place), place)

    def _element(self, node: Node, element: Element, items: Sequence[Item], place: str) -> None:
        if node.facts:
            self._count(node.facts, element, items, place)
            for item in items:
                self._value(node.facts, item)
        for item in items:
            self.check(node, *content(item), item.place)
        if node.slices:
            self._slices(node, element, items, place)

    def _count(self, facts: ProfileElement, element: Element, items: Sequence[Item], place: str) -> None:
        """Minimum and maximum, where R4 itself does not say the same."""
        fewest = 0 if facts.slice else element.min
        if len(items) < facts.min and facts.min > fewest:
            fault = "is missing" if facts.min == 1 else f"must occur at least {facts.min} times"
            self._error("required", place, f"`{facts.id}` {fault}")
        if facts.max is not None and len(items) > facts.max and (facts.slice or facts.max != element.max):
            allowed = "must not occur" if facts.max == 0 else f"must not occur more than {facts.max} times"
            self._error("structure", items[facts.max].place, f"`{facts.id}` {allowed}")

    def _value(self, facts: ProfileElement, item: Item) -> None:
        member = item.member
        if facts.types and member.type not in facts.types:
            self._error("structure", item.place, f"`{facts.id}` must be of type {' or '.join(facts.types)}")
            return
        if facts.targets and member.type == "Reference":
            for name in sorted(references.target_types(item.value, self.scope) - {*facts.targets}):
                message = f"`{facts.id}` must refer to {' or '.join(facts.targets)}, not to {name}"
                self._error("structure", item.place, message)
        if facts.fixed is not None and facts.fixed != item.value:
            self._error("value", item.place, f"`{facts.id}` must be {_shown(facts.fixed)}")
        if facts.pattern is not None and not slicing.fits(facts.pattern, item.value):
            self._error("value", item.place, f"`{facts.id}` must have {_shown(facts.pattern)}")
        bound = facts.binding
        if (
            bound
            and bound.strength == "required"
            and bound != member.element.binding
            and bindings.holds(item.value, member.type, bound.value_set, self.scope.guide) is False
        ):
            self._error("code-invalid", item.place, f"`{facts.id}` must be a code of the value set {bound.value_set}")

    def _slices(self, node: Node, element: Element, items: Sequence[Item], place: str) -> None:
        found = slicing.assign(node, items, self.scope.guide)
        if found is None:
            return
        for name, part in node.slices.items():
            self._element(part, element, found[name], place)
        if node.facts and node.facts.slicing and node.facts.slicing.rules == "closed":
            for item in found[""]:
                self._error("structure", item.place, f"`{node.facts.id}` is in none of its slices, and there are no others")

    def _error(self, code: str, place: str, message: str) -> None:
        self.findings.error(code, place, message, self.url)


def _shown(value: Value) -> str:
    return f"`{json.write(value).decode()}`"
