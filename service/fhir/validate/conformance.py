"""Whether a value is what a profile or an extension definition asks for (R4 profiling.html)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from service.fhir import definitions, json
from service.fhir.definitions import Element, Node, Profile, ProfileElement
from service.fhir.fhirpath import Environment, resource_node
from service.fhir.fhirpath import Node as PathNode
from service.fhir.json import Value
from service.fhir.validate import bindings, limits, references, slicing
from service.fhir.validate.findings import Findings
from service.fhir.validate.invariants import Invariants
from service.fhir.validate.items import RESOURCE, Item, Scope, content, element_items, kind
from service.fhir.validate.slicing import Discriminators, is_a

MANY = 32
STEPS = 20
"""How many slices are checked for nothing, and what a verdict on one costs of the budget."""

_TOO_MANY = "the slices of its profiles take too long to check"


@dataclass(frozen=True, slots=True)
class Conformance:
    """One definition checked in one place: where its findings go, what references may name, its url."""

    findings: Findings
    scope: Scope
    url: str = ""

    def check_profile(self, profile: Profile, name: str, parent: Mapping[str, Value], at: str, place: str) -> None:
        """Check what is in a value of type `name` against a profile, as `check` takes it."""
        inside = replace(self, url=profile.url)
        if is_a(name, profile.type):
            inside.check_whole(profile.tree, PathNode(parent, None, name, at), place)
        else:
            message = f"the profile is for {profile.type}, not for {name}"
            self.findings.error("structure", place, message, profile.url)

    def check_whole(self, node: Node, value: PathNode, place: str) -> None:
        """Check a value against the tree of its definition."""
        self.check_invariants(node, value, place)
        self.check(node, value.value, value.at, place)

    def check(self, node: Node, parent: Mapping[str, Value], at: str, place: str) -> None:
        """Check what is in an object that `at` names against the node that says it."""
        elements = definitions.children(at)
        for name, child in node.children.items():
            if self.findings.full:
                return
            if name in elements:
                self._element(child, elements[name], element_items(parent, elements[name], at, place), parent, place)

    def _element(
        self, node: Node, element: Element, items: Sequence[Item], parent: Mapping[str, Value], place: str, perhaps: int = 0
    ) -> None:
        """Check the values of an element, or of a slice to which `perhaps` more of them belong."""
        if node.facts:
            self._count(node.facts, element, items, place, perhaps)
        for item in items:
            inside = self._inside(item, parent)
            for facts in (node.facts, _of_primitive(node, item)):
                if facts:
                    inside.check_value(facts, item)
            self.check_invariants(node, PathNode(item.value, item.companion, kind(item), item.member.at), item.place)
            inside.check(node, *content(item), item.place)
        if node.slices:
            self._slices(node, element, items, parent, place)

    def _inside(self, item: Item, parent: Mapping[str, Value]) -> Conformance:
        """The same check inside an item: a resource in it is the one that rules speak of, an entry's has references of its own."""
        if item.member.type != RESOURCE:
            return self
        contained = item.member.name == "contained"
        return replace(self, scope=replace(self.scope, resource=item.value) if contained else self.scope.inside(item.value, parent))

    def _count(self, facts: ProfileElement, element: Element, items: Sequence[Item], place: str, perhaps: int) -> None:
        """Minimum and maximum, where R4 itself does not say the same."""
        fewest = 0 if facts.slice else element.min
        if len(items) + perhaps < facts.min and facts.min > fewest:
            fault = "is missing" if facts.min == 1 else f"must occur at least {facts.min} times"
            self._error("required", place, f"`{facts.id}` {fault}")
        if facts.max is not None and len(items) > facts.max and (facts.slice or facts.max != element.max):
            allowed = "must not occur" if facts.max == 0 else f"must not occur more than {facts.max} times"
            self._error("structure", items[facts.max].place, f"`{facts.id}` {allowed}")

    def check_value(self, facts: ProfileElement, item: Item) -> None:
        """Check a value against what is said of its element, what is in it left out."""
        if facts.types and not any(is_a(kind(item), name) for name in facts.types):
            self._error("structure", item.place, f"`{facts.id}` must be of type {' or '.join(facts.types)}")
            return
        if item.member.type == "Reference":
            self._target(facts, item)
        if facts.fixed is not None and not slicing.equals(facts.fixed, item.value):
            self._error("value", item.place, f"`{facts.id}` must be {_shown(facts.fixed)}")
        if facts.pattern is not None and not slicing.fits(facts.pattern, item.value):
            self._error("value", item.place, f"`{facts.id}` must have {_shown(facts.pattern)}")
        if facts.max_length is not None and isinstance(item.value, str) and len(item.value) > facts.max_length:
            self._error("value", item.place, f"`{facts.id}` must not be longer than {facts.max_length} characters")
        self._limits(facts, item)
        self._binding(facts, item)
        self._profiles(facts, item)

    def _limits(self, facts: ProfileElement, item: Item) -> None:
        least, most, code = facts.min_value, facts.max_value, item.member.type
        if least is not None and limits.compare(item.value, least, code, ahead=False) == -1:
            self._error("value", item.place, f"`{facts.id}` must not be less than {_shown(least)}")
        if most is not None and limits.compare(item.value, most, code, ahead=True) == 1:
            self._error("value", item.place, f"`{facts.id}` must not be more than {_shown(most)}")

    def _binding(self, facts: ProfileElement, item: Item) -> None:
        """The binding, where R4 itself does not say the same."""
        bound, code, guide = facts.binding, item.member.type, self.scope.guide
        if bound is None or bound == item.member.element.binding:
            return
        if bindings.breaks(item.value, code, bound, guide):
            self._error("code-invalid", item.place, f"`{facts.path}` must be a code of the value set {bindings.wanted(bound)}")
        elif bound.strength == "extensible" and bindings.strays(item.value, code, bound, guide):
            message = f"`{facts.path}` should be a code of the value set {bound.value_set}, if one there fits"
            self.findings.warning("code-invalid", item.place, message, self.url)

    def _target(self, facts: ProfileElement, item: Item) -> None:
        """What a Reference names must be of one of the types and, where it can be followed, have one of the profiles."""
        wrong = sorted(references.target_types(item.value, self.scope) - {*facts.targets}) if facts.targets else []
        for name in wrong:
            self._error("structure", item.place, f"`{facts.path}` must refer to {' or '.join(facts.targets)}, not to {name}")
        found = references.target(item.value, self.scope) if facts.target_profiles and not wrong else None
        if found is None:
            return
        target = replace(item, member=replace(item.member, type=RESOURCE, at=RESOURCE), value=found[0])
        if not any(self._conforms(target, found[1], url) in (True, None) for url in facts.target_profiles):
            wanted = " or ".join(facts.target_profiles)
            self._error("value", item.place, f"`{facts.path}` must refer to a resource that has the profile {wanted}")

    def _profiles(self, facts: ProfileElement, item: Item) -> None:
        """The profiles on the type of a value, of which it must have one; extensions are checked by their own url."""
        for code, urls in facts.profiles.items():
            if code == "Extension" or not is_a(kind(item), code):
                continue
            known = [self.scope.guide.profile(url) for url in urls]
            if known[0] and len(known) == 1:
                self.check_profile(known[0], kind(item), *content(item), item.place)
            elif None in known:
                self._error("not-found", item.place, f"`{facts.id}` must have the profile {urls[known.index(None)]}, which is not known")
            elif not any(self._conforms(item, self.scope, url) for url in urls):
                self._error("value", item.place, f"`{facts.id}` must have the profile {' or '.join(urls)}")

    def _conforms(self, item: Item, scope: Scope, url: str) -> bool | None:
        """Whether an item has a profile, None for an unknown one; where that is being asked already (a circle of references) it has."""
        value, at = content(item)
        return self._judge(scope, url, PathNode(value, None, kind(item), at), item.place)

    def _judge(self, scope: Scope, url: str, value: PathNode, place: str) -> bool | None:
        profile = scope.guide.profile(url)
        if profile is None:
            return None
        key = id(value.value), profile.url
        if key not in scope.judged:
            scope.judged[key] = True
            trial = Findings()
            Conformance(trial, scope).check_profile(profile, value.type, value.value, value.at, place)
            scope.judged[key] = not trial.counted["error"]
            if any(one.code == "too-costly" for one in trial.found.values()):
                self._error("too-costly", place, _TOO_MANY)
        return scope.judged[key]

    def _slices(self, node: Node, element: Element, items: Sequence[Item], parent: Mapping[str, Value], place: str) -> None:
        """Each slice with the items that belong to it, and what the slicing says of order and of the others."""
        if len(node.slices) > MANY and not self._affordable(len(items) * len(node.slices), place):
            return
        discriminators = Discriminators(self.scope, self._conforms)
        verdicts = [discriminators.slices_of(item, node) for item in items]
        taken = [next((name for name, verdict in found.items() if verdict), None) for found in verdicts]
        unclear = [name is None and None in found.values() for name, found in zip(taken, verdicts, strict=True)]
        for name, part in node.slices.items():
            mine = [item for item, own in zip(items, taken, strict=True) if own == name]
            perhaps = sum(one and found[name] is None for one, found in zip(unclear, verdicts, strict=True))
            self._element(part, element, mine, parent, place, perhaps)
        for item in (item for item, one in zip(items, unclear, strict=True) if one):
            self.findings.information("informational", item.place, "which slice this is in cannot be told here", self.url)
        self._order(node, items, [None if one else name or "" for name, one in zip(taken, unclear, strict=True)])

    def _affordable(self, verdicts: int, place: str) -> bool:
        """Whether there is time for so many verdicts on slices, of which a definition that is handed in may have any number."""
        budget = self.scope.budget
        if budget.left >= 0:
            budget.left -= verdicts * STEPS
            if budget.left < 0:
                self._error("too-costly", place, _TOO_MANY)
        return budget.left >= 0

    def _order(self, node: Node, items: Sequence[Item], taken: Sequence[str | None]) -> None:
        """The rules of a slicing; `taken` are the slices of the items, "" for none, None where that cannot be told."""
        facts = node.facts
        if facts is None or facts.slicing is None:
            return
        rules, order = facts.slicing.rules, [*node.slices]
        last = max((index for index, name in enumerate(taken) if name), default=-1)
        highest = 0
        for index, (item, name) in enumerate(zip(items, taken, strict=True)):
            if name == "" and rules == "closed":
                self._error("structure", item.place, f"`{facts.id}` is in none of its slices, and there are no others")
            elif name == "" and rules == "openAtEnd" and index < last:
                self._error("structure", item.place, f"`{facts.id}` is in none of its slices, and must stand after those that are")
            elif name and facts.slicing.ordered and order.index(name) < highest:
                self._error("structure", item.place, f"`{facts.id}` must stand in the order of its slices")
            elif name:
                highest = order.index(name)

    def environment(self) -> Environment:
        """What the invariants of the resource are evaluated in."""
        root = _resource(self.scope.container)
        return Environment(
            resource=root if self.scope.resource is None else _resource(self.scope.resource),
            root=root,
            guide=self.scope.guide,
            budget=self.scope.budget,
            fixed=self.scope.fixed,
            resolve=lambda literal: next(iter(references.targets(literal, self.scope)), None),
            conforms=lambda node, url: self._judge(self.scope, url, node, ""),
        )

    def check_invariants(self, node: Node, value: PathNode, place: str) -> None:
        """Check the rules that the definition has on an element."""
        if node.invariants:
            Invariants(self.environment(), self.findings, self.url).check_asked(node.invariants, value, place)

    def _error(self, code: str, place: str, message: str) -> None:
        self.findings.error(code, place, message, self.url)


def _of_primitive(node: Node, item: Item) -> ProfileElement | None:
    """What is said of the value of a primitive ("Coding.display.value")."""
    child = node.children.get("value") if definitions.is_primitive(item.member.type) else None
    return child.facts if child else None


def _resource(value: Value) -> PathNode:
    """The node of a resource, of one of an unknown type too."""
    try:
        return resource_node(value)
    except LookupError:
        return PathNode(value, None, RESOURCE, RESOURCE)


def _shown(value: Value) -> str:
    return f"`{json.write(value).decode()}`"
