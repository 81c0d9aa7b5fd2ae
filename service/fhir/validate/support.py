"""What a profile asks systems to support and a resource does not have (R4 profiling.html#mustsupport)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from service.fhir import definitions
from service.fhir.definitions import Node, Profile
from service.fhir.json import Value
from service.fhir.validate.findings import Findings
from service.fhir.validate.items import content, element_items


def tell(profile: Profile, resource: Mapping[str, Value], name: str, place: str, findings: Findings) -> None:
    """Say in one finding which of its elements a resource of a type does not have: that is no fault, slices left out."""
    if absent := [*dict.fromkeys(_absent(profile.tree, resource, name))]:
        message = f"systems must support these elements, which are absent here: {', '.join(absent)}"
        findings.information("informational", place, message, profile.url)


def _absent(node: Node, parent: Mapping[str, Value], at: str) -> Iterator[str]:
    elements = definitions.children(at)
    for name, child in node.children.items():
        items = element_items(parent, elements[name], at, "") if name in elements else []
        if name in elements and not items and child.facts and child.facts.must_support:
            yield child.facts.id
        for item in items:
            yield from _absent(child, *content(item))
