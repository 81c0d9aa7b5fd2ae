"""What every resource must be, whatever its profile: R4's elements, types, cardinalities, primitives, required bindings, reference targets.

R4 json.html, resource.html, datatypes.html, terminologies.html, references.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from service.fhir import definitions, primitives
from service.fhir.definitions import Element, Member
from service.fhir.json import Value
from service.fhir.validate import bindings, claims, extensions, references, units
from service.fhir.validate.conformance import Conformance
from service.fhir.validate.findings import Findings
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
    if name == "Bundle":
        scope = replace(scope, entries=dict(_entries(resource)))
    _Walk(name, scope, findings).check_object(resource, name, place, ())
    for profile in claims.wanted(resource, place, scope.guide, findings, profiles):
        Conformance(findings, scope).check_profile(profile, name, resource, name, place)


def _entries(bundle: Mapping[str, Value]) -> Iterable[tuple[str, Value]]:
    entries = bundle.get("entry")
    for entry in entries if isinstance(entries, list) else []:
        match entry:
            case {"fullUrl": str(url), "resource": dict(resource)}:
                yield url, resource


@dataclass(frozen=True, slots=True)
class _Walk:
    """The walk through one resource of a type."""

    resource_type: str
    scope: Scope
    findings: Findings = field(repr=False)

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

    def _check_presence(self, element: Element, forms: Mapping[str, Member], place: str) -> None:
        if element.min and not forms:
            self._error("required", place, f"`{element.path}` is missing")
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
        for item in member_items(parent, member, place):
            self._check_item(item, parent, steps)

    def _check_item(self, item: Item, parent: Mapping[str, Value], steps: tuple[Member, ...]) -> None:
        member, value = item.member, item.value
        if value is None and item.companion is None:
            self._error("structure", item.place, "null stands for no value and no extension")
        elif definitions.is_primitive(member.type):
            self._check_primitive(item, steps)
        elif not isinstance(value, dict):
            self._error("structure", item.place, f"`{member.element.path}` must be a JSON object")
            return
        elif member.type == RESOURCE:
            scope = self.scope if member.name == "contained" else self.scope.inside(value, parent)
            check_resource(value, item.place, scope, self.findings)
        else:
            self._check_complex(item, steps)
        bound = member.element.binding
        if bound and bound.strength == "required" and bindings.holds(value, member.type, bound.value_set, self.scope.guide) is False:
            message = f"`{member.element.path}` must be a code of the value set {bound.value_set}"
            self._error("code-invalid", item.place, message)

    def _check_primitive(self, item: Item, steps: tuple[Member, ...]) -> None:
        fault = None if item.value is None else primitives.problem(item.member.type, item.value)
        if fault:
            self._error("value", item.place, f"`{item.member.element.path}` is {fault}")
        if isinstance(item.companion, dict):
            self.check_object(item.companion, "Element", item.place, (*steps, item.member))
        elif item.companion is not None:
            self._error("structure", item.place, "what stands beside a primitive value must be a JSON object")

    def _check_complex(self, item: Item, steps: tuple[Member, ...]) -> None:
        element = item.member.element
        self.check_object(item.value, item.member.at, item.place, (*steps, item.member))
        if item.member.type == "Extension":
            host = extensions.host_names(self.resource_type, steps)
            extensions.check(item, host, self.findings, self.scope)
        if element.simple and "comparator" in item.value:
            self._error("structure", item.place, f"`{element.path}` is a SimpleQuantity, which has no comparator")
        if item.member.type == "Reference":
            self._check_reference(item)
        if item.member.type in units.TYPES:
            units.check(item, self.findings)

    def _check_reference(self, item: Item) -> None:
        element, named = item.member.element, references.target_types(item.value, self.scope)
        if len(named) > 1:
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
    beside = found is not None and definitions.is_primitive(found.type) and found.type != "xhtml"
    return found if beside else None
