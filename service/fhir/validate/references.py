"""The resource type that a Reference names, told without following it (R4 references.html)."""

from __future__ import annotations

from dataclasses import replace

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
        found = _contained(literal[1:], scope.container)
        return found.get("resourceType") if found else None
    if literal in scope.entries:
        return scope.entries[literal].get("resourceType")
    steps = literal.partition("/_history/")[0].split("/")
    return steps[-2] if len(steps) > 1 else None


def target(reference: Value, scope: Scope) -> tuple[dict[str, Value], Scope] | None:
    """The resource that a Reference names, contained or in the same Bundle, and what its own references may name; None for none."""
    literal = reference.get("reference") if isinstance(reference, dict) else None
    if not isinstance(literal, str):
        return None
    if literal.startswith("#"):
        found = scope.container if literal == "#" else _contained(literal[1:], scope.container)
        return (found, scope) if isinstance(found, dict) else None
    url = literal if ":" in literal else _base(scope.full_url) + literal
    found = scope.entries.get(url.partition("/_history/")[0])
    return (found, replace(scope, container=found, full_url=url)) if isinstance(found, dict) else None


def _base(full_url: str) -> str:
    """The server of a RESTful url, with "/" at its end."""
    return "".join(part + "/" for part in full_url.split("/")[:-2])


def _contained(name: str, container: Value) -> Value:
    contained = container.get("contained")
    for resource in contained if isinstance(contained, list) else []:
        if isinstance(resource, dict) and resource.get("id") == name:
            return resource
    return None
