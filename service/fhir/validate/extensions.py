"""Known extensions: where they may stand and what they hold (R4 extensibility.html, defining-extensions.html)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from service.fhir import definitions, fhirpath, primitives
from service.fhir.definitions import ExtensionDefinition, ExtensionPart, Member
from service.fhir.fhirpath import Environment, FhirPathError, Node
from service.fhir.json import Value
from service.fhir.snapshot import STRUCTURES
from service.fhir.validate.conformance import Conformance
from service.fhir.validate.findings import Findings
from service.fhir.validate.items import Item, Scope


@dataclass(frozen=True, slots=True)
class Host:
    """What an extension stands on in a resource: the element, by the names that a context may give it.

    Those are "Element", its type, its path from the resource or from a type on the way, its url if it is an extension itself.
    """

    env: Environment
    node: Node
    names: AbstractSet[str]


def host(env: Environment, parent: Mapping[str, Value], steps: Sequence[Member]) -> Host:
    """The host of the extensions in an object, to which the steps lead from the resource of the environment."""
    names = _names(env.resource.at, steps)
    if not steps:
        return Host(env, env.resource, names)
    member = steps[-1]
    if member.type == "Extension" and isinstance(parent.get("url"), str):
        names.add(parent["url"])
    beside = definitions.is_primitive(member.type)
    return Host(env, Node(None if beside else parent, parent if beside else None, member.type, member.at), names)


def check(item: Item, on: Host, findings: Findings, scope: Scope) -> None:
    """Check an extension, if its url is known."""
    if not isinstance(item.value, dict):
        return
    has_value = any(name.startswith(("value", "_value")) for name in item.value)
    if has_value == ("extension" in item.value):
        findings.error("invariant", item.place, "ext-1: an Extension has either a value or extensions")
    url = item.value.get("url")
    if not isinstance(url, str):
        return
    if not primitives.is_absolute(url) and "Extension" not in on.names:
        findings.error("value", item.place, "the url of an extension must be absolute")
    if "|" in url:
        findings.error("value", item.place, "the url of an extension must not have a version")
    known = scope.guide.extension(url)
    if known is None:
        _tell_of_unknown(item, url, findings)
        return
    try:
        _check_place(item, on, known, findings)
    except FhirPathError:
        message = f"a rule of the extension {known.url} for its place could not be evaluated: it was not checked"
        findings.information("not-supported", item.place, message, known.url)
    if known.modifier != (item.member.element.name == "modifierExtension"):
        where = "modifierExtension" if known.modifier else "extension"
        findings.error("extension", item.place, f"the extension {known.url} belongs in `{where}`", known.url)
    _check_parts(item.value, known, item.place, findings, known.url)
    Conformance(findings, scope, known.url).check_whole(known.tree, Node(item.value, None, "Extension", "Extension"), item.place)


def _tell_of_unknown(item: Item, url: str, findings: Findings) -> None:
    if item.member.element.name == "modifierExtension":
        findings.warning("extension", item.place, "this modifier extension is not known: what it changes was not checked")
    elif url.startswith(STRUCTURES):
        findings.warning("extension", item.place, "R4 has no such extension: it was not checked")
    elif primitives.is_absolute(url):
        findings.information("extension", item.place, "this extension is not known: it was not checked")


def _check_place(item: Item, on: Host, known: ExtensionDefinition, findings: Findings) -> None:
    """Check where an extension stands. Raises FhirPathError."""
    if on.names.isdisjoint(known.contexts) and not any(_gives(path, on) for path in known.paths):
        allowed = ", ".join(known.contexts + known.paths)
        findings.error("extension", item.place, f"the extension {known.url} may stand on {allowed} only", known.url)
    for rule in known.rules:
        text = rule.replace("%extension", f"extension.where(url = '{known.url}')")
        if not fhirpath.compile(text, on.node.at).holds(on.env, on.node):
            findings.error("extension", item.place, f"the extension {known.url} may stand here only where `{rule}`", known.url)


def _gives(path: str, on: Host) -> bool:
    """Whether an expression gives the host, of its resource. Raises FhirPathError."""
    here, resource = on.node.companion if on.node.value is None else on.node.value, on.env.resource
    found = fhirpath.compile(path, resource.at).evaluate(on.env, resource)
    return any(isinstance(one, Node) and (one.value is here or one.companion is here) for one in found)


def _names(resource_type: str, steps: Sequence[Member]) -> set[str]:
    names = {resource_type, *definitions.bases(resource_type), "Element"}
    for step in steps:
        end = f"{step.element.name}[x]" if step.element.choice else step.element.name
        names = {f"{name}.{end}" for name in names}
        names |= {step.at, step.type, *definitions.bases(step.type), "Element"}
    return names


def _check_parts(value: Value, known: ExtensionDefinition | ExtensionPart, place: str, findings: Findings, url: str) -> None:
    """Refuse parts that a complex extension does not have."""
    inner = value.get("extension") if isinstance(value, dict) else None
    for index, part in enumerate(inner if isinstance(inner, list) else []):
        name = part.get("url") if isinstance(part, dict) else None
        if not isinstance(name, str) or ":" in name:
            continue
        spot = f"{place}.extension[{index}]"
        if name in known.parts:
            _check_parts(part, known.parts[name], spot, findings, url)
        else:
            findings.error("extension", spot, f"the extension {url} has no such part", url)
