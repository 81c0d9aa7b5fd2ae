"""What a Reference names, told without leaving the resource and its Bundle (R4 references.html, bundle.html#references)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from service.fhir import definitions, primitives
from service.fhir.bundle import restful
from service.fhir.json import Value
from service.fhir.snapshot import STRUCTURES
from service.fhir.validate.items import Scope

CONDITIONAL = "a search in place of a reference may stand in a transaction Bundle only"
"""What is wrong with a conditional reference in any other place."""


def target_types(reference: Value, scope: Scope) -> set[str]:
    """The types that `reference` and `type` of a Reference name: one, none if unknown, two if they contradict each other."""
    if not isinstance(reference, dict):
        return set()
    named = (reference.get("type"), *_literal_types(reference.get("reference"), scope))
    return {name for name in named if isinstance(name, str) and definitions.is_resource(name)}


def is_torn(reference: Mapping[str, Value], scope: Scope) -> bool:
    """Whether `type` of a Reference is another than what its `reference` names."""
    said = reference.get("type")
    named = {name for name in _literal_types(reference.get("reference"), scope) if isinstance(name, str) and definitions.is_resource(name)}
    return isinstance(said, str) and bool(named - {said.removeprefix(STRUCTURES)})


def targets(literal: str, scope: Scope) -> list[dict[str, Value]]:
    """The resources at hand that a literal reference names: the container, contained in it, or in the Bundle."""
    if literal == "#":
        return [scope.container] if isinstance(scope.container, dict) else []
    if literal.startswith("#"):
        return scope.named(literal[1:])
    return scope.entries.named(literal, scope.full_url)


def target(reference: Value, scope: Scope) -> tuple[dict[str, Value], Scope] | None:
    """The resource that a Reference names, contained or in the same Bundle, and what its own references may name; None for none."""
    literal = reference.get("reference") if isinstance(reference, dict) else None
    found = targets(literal, scope) if isinstance(literal, str) else []
    if not found or not isinstance(literal, str):
        return None
    if literal.startswith("#"):
        return found[0], scope
    return found[0], replace(scope, container=found[0], contained=None, full_url=scope.entries.url(literal, scope.full_url))


def problem(literal: Value, scope: Scope) -> tuple[str, str, str] | None:
    """Severity, issue code and words of what is wrong with a literal reference; None if nothing is, or it is not a string."""
    if not isinstance(literal, str) or literal.startswith("#"):
        return None
    if literal != "".join(literal.split()):
        return "error", "value", "a reference must not have white space"
    if "?" in literal and not primitives.is_absolute(literal):
        if scope.entries.kind == "transaction":
            return None
        return "error", "value", CONDITIONAL
    found = targets(literal, scope)
    if len(found) > 1 and scope.entries.kind != "history":
        return "error", "multiple-matches", "the reference names more than one resource of the Bundle"
    if not found and scope.entries.by_url and literal.startswith("urn:"):
        return "warning", "not-found", "no entry of the Bundle has this as its fullUrl"
    if not found and not primitives.is_absolute(literal) and restful(literal.partition("#")[0]) is None:
        return "warning", "value", "a relative reference should be a resource type, a slash and an id"
    return None


def _literal_types(literal: Value, scope: Scope) -> Iterator[Value]:
    if not isinstance(literal, str):
        return
    found = targets(literal, scope)
    if "#" in literal[1:]:
        return
    if found:
        yield from (one.get("resourceType") for one in found)
        return
    steps = literal.partition("/_history/")[0].split("/")
    if len(steps) > 1:
        yield steps[-2]
