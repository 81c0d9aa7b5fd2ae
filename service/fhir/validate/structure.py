"""What every resource must be, whatever its profile: R4's elements, types, cardinalities, primitives, required bindings, reference targets.

R4 json.html, resource.html, datatypes.html, terminologies.html, references.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from service.fhir import bundle, definitions, primitives
from service.fhir.definitions import Element, Member
from service.fhir.json import Value
from service.fhir.validate import (
    answers,
    bindings,
    bundles,
    claims,
    datatypes,
    extensions,
    links,
    questionnaire,
    references,
    support,
    units,
)
from service.fhir.validate.conformance import Conformance
from service.fhir.validate.findings import Findings
from service.fhir.validate.invariants import Invariants
from service.fhir.validate.items import RESOURCE, Item, Scope, member_items

_NAME = re.compile(r"_?[A-Za-z][A-Za-z0-9]{0,63}")


def check_resource(resource: Value, place: str, scope: Scope, findings: Findings, profiles: Iterable[str] | None = None) -> None:
    """Check a resource and the resources in it, each against the profiles it claims; this one against `profiles` if given.

    Raises LookupError for a given profile that is not known.
    """
    if not isinstance(resource, dict):
        findings.error("structure", place, "a resource must be a JSON object")
        return
    name = resource.get("resourceType")
    if not isinstance(name, str) or not definitions.is_resource(name):
        findings.error("structure", place, "`resourceType` must name a FHIR R4 resource type")
        return
    url = resource.get("url")
    if isinstance(url, str) and datatypes.is_definition(name) and not primitives.is_absolute(url):
        findings.error("value", f"{place}.url", "the url of a definition must be absolute")
    if name == "Bundle":
        scope = replace(scope, entries=bundle.entries(resource))
        bundles.check(resource, scope.entries, place, findings)
    env = Conformance(findings, scope).environment()
    invariants = Invariants(env, findings)
    _Walk(scope, findings, invariants).check_object(resource, name, place, ())
    invariants.check_resource(env.resource, place)
    if name == "Questionnaire":
        questionnaire.check(resource, place, findings)
    elif name == "QuestionnaireResponse":
        answers.check(resource, place, scope, findings)
    for profile in claims.wanted(resource, place, scope.guide, findings, profiles):
        Conformance(findings, scope).check_profile(profile, name, resource, name, place)
        if profiles is not None and profile.type == name:
            support.tell(profile, resource, name, place, findings)


@dataclass(frozen=True, slots=True)
class _Walk:
    """The walk through one resource."""

    scope: Scope
    findings: Findings = field(repr=False)
    invariants: Invariants
    ids: set[str] = field(default_factory=set)
    """The ids of the elements walked through."""

    def check_object(self, value: Mapping[str, Value], at: str, place: str, steps: tuple[Member, ...]) -> None:
        """Check an object whose elements are those of `at`; `steps` lead to it from the resource."""
        if not value:
            self._error("structure", place, "an object must not be empty")
        forms: dict[str, dict[str, Member]] = {}
        for name in value:
            if name == "resourceType" and not steps:
                continue
            found = _member(at, name)
            if found is None:
                shown = f"`{name}`" if _NAME.fullmatch(name) else "a member"
                self._error("structure", place, f"{shown} is not an element of {at}")
            else:
                forms.setdefault(found.element.name, {})[found.name] = found
        for element in definitions.children(at).values():
            self._check_presence(element, forms.get(element.name, {}), place)
        for found in (member for members in forms.values() for member in members.values()):
            if self.findings.full:
                return
            self._check_member(found, value, place, steps)
        if steps and steps[-1].type != "ElementDefinition":
            self._check_id(value.get("id"), place)

    def _check_id(self, own: Value, place: str) -> None:
        """The id of an element is unique, but for those of ElementDefinitions: a snapshot repeats those of a differential."""
        if isinstance(own, str) and own in self.ids:
            self._error("value", f"{place}.id", "the id of an element must be unique in its resource")
        elif isinstance(own, str):
            self.ids.add(own)

    def _check_presence(self, element: Element, forms: Mapping[str, Member], place: str) -> None:
        if element.min and not forms:
            self.findings.error("required", place, f"`{element.path}` is missing", rule=links.element(element.path))
        if len(forms) > 1:
            self._error("structure", place, f"`{element.path}` must have one form only, not {' and '.join(forms)}")

    def _check_member(self, member: Member, parent: Mapping[str, Value], place: str, steps: tuple[Member, ...]) -> None:
        path = f"{place}.{member.name}"
        for name in (member.name, "_" + member.name):
            raw = parent.get(name, [None] if member.many else None)
            if isinstance(raw, list) != member.many:
                wanted = "a JSON array" if member.many else "one value, not a JSON array"
                self._error("structure", path, f"`{member.element.path}` must be {wanted}")
                return
            if raw == []:
                self._error("structure", path, "an array must not be empty")
            if raw is None and name in parent:
                self._error("structure", path, "null may stand in the arrays of primitive values only")
                return
        if definitions.is_primitive(member.type) and member.many and not _aligned(parent.get(member.name), parent.get("_" + member.name)):
            self.findings.warning("structure", path, "the arrays of values and of what stands beside them should have one length")
        for item in member_items(parent, member, place):
            self._check_item(item, parent, steps)

    def _check_item(self, item: Item, parent: Mapping[str, Value], steps: tuple[Member, ...]) -> None:
        member, value = item.member, item.value
        if value is None and item.companion is None:
            self._error("structure", item.place, "null stands for no value and no extension")
            return
        if definitions.is_primitive(member.type):
            self._check_primitive(item, steps)
        elif not isinstance(value, dict):
            self._error("structure", item.place, f"`{member.element.path}` must be a JSON object")
            return
        elif member.type == RESOURCE:
            if member.name == "contained":
                self._check_contained(item)
            scope = replace(self.scope, resource=value) if member.name == "contained" else self.scope.inside(value, parent)
            check_resource(value, item.place, scope, self.findings)
        else:
            self._check_complex(item, parent, steps)
        self.invariants.check_element(item)
        bound = member.element.binding
        if bound and bindings.breaks(value, member.type, bound, self.scope.guide):
            fault = f"`{member.element.path}` must be a code of the value set {bindings.wanted(bound)}"
            self._error("code-invalid", item.place, fault)

    def _check_contained(self, item: Item) -> None:
        own = item.value.get("id")
        if "id" not in item.value:
            self._error("required", item.place, "a contained resource must have an id")
        elif isinstance(own, str) and len(self.scope.named(own)) > 1:
            self._error("value", item.place, "the id of a contained resource must be unique in its container")

    def _check_primitive(self, item: Item, steps: tuple[Member, ...]) -> None:
        type_, value, path = item.member.type, item.value, item.member.element.path
        if fault := None if value is None else primitives.problem(type_, value):
            self.findings.error("value", item.place, f"`{path}` is {fault}", rule=links.primitive(type_))
        elif doubt := None if value is None else primitives.doubt(type_, value):
            self.findings.warning("value", item.place, f"`{path}` is {doubt}", rule=links.primitive(type_))
        if type_ == "canonical" and isinstance(value, str) and value.startswith("#") and not references.targets(value, self.scope):
            self._error("not-found", item.place, f"`{path}` refers to a contained resource that is not there")
        if isinstance(item.companion, dict):
            if value is None:
                self._check_content(item.companion, item.place)
            self.check_object(item.companion, "Element", item.place, (*steps, item.member))
        elif item.companion is not None:
            self._error("structure", item.place, "what stands beside a primitive value must be a JSON object")

    def _check_complex(self, item: Item, parent: Mapping[str, Value], steps: tuple[Member, ...]) -> None:
        element = item.member.element
        self._check_content(item.value, item.place)
        self.check_object(item.value, item.member.at, item.place, (*steps, item.member))
        if item.member.type == "Extension":
            host = extensions.host(self.invariants.env, parent, steps)
            extensions.check(item, host, self.findings, self.scope)
        if element.simple and "comparator" in item.value:
            self._error("structure", item.place, f"`{element.path}` is a SimpleQuantity, which has no comparator")
        if item.member.type == "Reference":
            self._check_reference(item)
        if item.member.type in units.TYPES:
            units.check(item, self.findings)
        datatypes.check(item, self.scope.guide, self.findings)

    def _check_content(self, value: Mapping[str, Value], place: str) -> None:
        if len(value) == 1 and "id" in value:
            self._error("invariant", place, "ele-1: an element must have more than an id")

    def _check_reference(self, item: Item) -> None:
        element, named = item.member.element, references.target_types(item.value, self.scope)
        if found := references.problem(item.value.get("reference"), self.scope):
            severity, code, message = found
            self.findings.add(severity, code, f"{item.place}.reference", message)
        if references.is_torn(item.value, self.scope):
            self._error("structure", item.place, "`reference` and `type` name different resource types")
        for name in sorted(named - {*element.targets}) if element.targets else ():
            message = f"`{element.path}` must refer to {' or '.join(element.targets)}, not to {name}"
            self._error("structure", item.place, message)

    def _error(self, code: str, place: str, message: str) -> None:
        self.findings.error(code, place, message)


def _member(at: str, name: str) -> Member | None:
    """The member that a JSON name stands for: by itself or, for a primitive, with "_" before it."""
    if not name.startswith("_"):
        return definitions.member(at, name)
    found = definitions.member(at, name[1:])
    beside = found is not None and definitions.is_primitive(found.type) and found.type != "xhtml" and not _is_system(found)
    return found if beside else None


def _is_system(member: Member) -> bool:
    """Whether a member is of a system type of FHIRPath, which has nothing beside it: an id, the url of an extension."""
    return member.name == "id" or member.element.path == "Extension.url"


def _aligned(values: Value, companions: Value) -> bool:
    return not isinstance(values, list) or not isinstance(companions, list) or len(values) == len(companions)
