"""The resource type that a Reference names, told without following it (R4 references.html)."""

from __future__ import annotations

from service.fhir import definitions
from service.fhir.json import Value
from service.fhir.validate.items import Scope


def target_types(reference: Value, scope: Scope) -> set[str]:
    """The types that `reference` and `type` of a Reference name: one, none if unknown, two if they contradict each other."""
    if not isinstance(reference, dict):
        return set()
    named = (reference.get("type"), _literal_type(reference.get("reference"), scope))
    return {name for name in named if isinstance(name, str) and definitions.is_resource(name)}


def _literal_type(literal: Value, scope: Scope) -> Value:
    if not isinstance(literal, str):
        return None
    if literal == "#":
        return scope.container.get("resourceType")
    if literal.startswith("#"):
        return _contained_type(literal[1:], scope.container)
    if literal in scope.entries:
        return scope.entries[literal]
    steps = literal.partition("/_history/")[0].split("/")
    return steps[-2] if len(steps) > 1 else None


def _contained_type(name: str, container: Value) -> Value:
    contained = container.get("contained")
    for resource in contained if isinstance(contained, list) else []:
        if isinstance(resource, dict) and resource.get("id") == name:
            return resource.get("resourceType")
    return None
