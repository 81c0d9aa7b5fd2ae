"""Known extensions: where they may stand and what they hold (R4 extensibility.html, defining-extensions.html)."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from service.fhir import definitions, primitives
from service.fhir.definitions import ExtensionDefinition, ExtensionPart, Member
from service.fhir.fhirpath import Node
from service.fhir.json import Value
from service.fhir.validate.conformance import Conformance
from service.fhir.validate.findings import Findings
from service.fhir.validate.items import Item, Scope

_HL7 = "http://hl7.org/fhir/StructureDefinition/"


def check(item: Item, host: AbstractSet[str], findings: Findings, scope: Scope) -> None:
    """Check an extension that stands on a host, if its url is known.

    `host` are the names that a context may give its host: "Element", its type, its path from the resource or from a type on the way.
    """
    if not isinstance(item.value, dict):
        return
    has_value = any(name.startswith(("value", "_value")) for name in item.value)
    if has_value == ("extension" in item.value):
        findings.error("invariant", item.place, "ext-1: an Extension has either a value or extensions")
    url = item.value.get("url")
    if not isinstance(url, str):
        return
    if not primitives.is_absolute(url) and "Extension" not in host:
        findings.error("value", item.place, "the url of an extension must be absolute")
    if "|" in url:
        findings.error("value", item.place, "the url of an extension must not have a version")
    known = scope.guide.extension(url)
    if known is None:
        _warn_of_unknown(item, url, findings)
        return
    if host.isdisjoint(known.contexts):
        allowed = ", ".join(known.contexts)
        findings.error("extension", item.place, f"the extension {known.url} may stand on {allowed} only", known.url)
    if known.modifier != (item.member.element.name == "modifierExtension"):
        where = "modifierExtension" if known.modifier else "extension"
        findings.error("extension", item.place, f"the extension {known.url} belongs in `{where}`", known.url)
    _check_parts(item.value, known, item.place, findings, known.url)
    Conformance(findings, scope, known.url).check_whole(known.tree, Node(item.value, None, "Extension", "Extension"), item.place)


def _warn_of_unknown(item: Item, url: str, findings: Findings) -> None:
    if item.member.element.name == "modifierExtension":
        findings.warning("extension", item.place, "this modifier extension is not known: what it changes was not checked")
    elif url.startswith(_HL7):
        findings.warning("extension", item.place, "R4 has no such extension: it was not checked")


def host_names(resource_type: str, steps: Sequence[Member]) -> set[str]:
    """The names of the element that the steps lead to from a resource, as contexts of extensions give them."""
    names = {resource_type, *definitions.bases(resource_type), "Element"}
    for step in steps:
        ends = (step.element.name, f"{step.element.name}[x]") if step.element.choice else (step.element.name,)
        names = {f"{name}.{end}" for name in names for end in ends}
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
