"""Validation of resources against R4 4.0.1 and the profiles of R4 core, US Core and IPS: what is wrong, or fast that nothing is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from service.fhir import json, json_places
from service.fhir.bundle import entries
from service.fhir.guide import PACKED, Guide
from service.fhir.json import JsonError, LimitError, Value
from service.fhir.validate import links
from service.fhir.validate.fast import accepts
from service.fhir.validate.findings import Finding, Findings
from service.fhir.validate.items import RESOURCE, Scope
from service.fhir.validate.structure import check_resource

__all__ = ["PACKED", "Finding", "Guide", "accepts", "located", "unreadable", "validate", "validate_bytes", "validate_entries"]


def validate(resource: Value, profiles: Iterable[str] | None = None, guide: Guide = PACKED) -> list[Finding]:
    """What is wrong with a resource, in the order of the document, at most 100 findings; [] for a good one.

    It is checked against the profiles in its `meta.profile`, of which unknown ones give a warning, and that of R4 for a vital sign; or
    against `profiles` (ids or urls) and no others, and told what they ask systems to support and it does not have. Resources in it
    (contained, in a Bundle or Parameters) are checked against their own. Definitions come from the guide.

    Raises LookupError for one of `profiles` that is not known.
    """
    findings = Findings()
    root = _root(resource)
    check_resource(resource, root, Scope(resource, guide=guide), findings, profiles)
    return findings.in_order(resource, root)


def validate_bytes(data: bytes, profiles: Iterable[str] | None = None, guide: Guide = PACKED) -> list[Finding]:
    """What is wrong with the JSON text of a resource, as `validate` says it, each with its line and column.

    A text that cannot be read has one `fatal` finding. Raises LookupError for one of `profiles` that is not known.
    """
    try:
        resource = json.read(data)
    except JsonError as error:
        return [unreadable(error)]
    return located(validate(resource, profiles, guide), data)


def validate_entries(bundle: Mapping[str, Value], guide: Guide = PACKED) -> Iterator[list[Finding]]:
    """What is wrong with the resource of each entry that has one, where it stands: its references may name other entries."""
    scope = Scope(bundle, entries(bundle), guide)
    for entry in bundle.get("entry", []):
        if "resource" in entry:
            resource, findings = entry["resource"], Findings()
            check_resource(resource, _root(resource), scope.inside(resource, entry), findings)
            yield findings.in_order(resource, _root(resource))


def unreadable(error: JsonError) -> Finding:
    """The finding that a text could not be read."""
    code = "too-costly" if isinstance(error, LimitError) else "structure"
    return Finding("fatal", code, "", error.message, rule=links.JSON, line=error.line, column=error.column)


def located(found: list[Finding], data: bytes, place: str = "") -> list[Finding]:
    """The findings in a resource with their lines and columns in a JSON text: of the resource, or of one that has it at a place.

    A place is an expression: "Parameters.parameter[0].resource".
    """
    if not found:
        return []
    names = {one.expression: place + one.expression[len(_first(one.expression)) :] if place else one.expression for one in found}
    at = json_places.positions(data.decode(), _first(place or found[0].expression), names.values())
    return [replace(one, line=at[names[one.expression]][0], column=at[names[one.expression]][1]) for one in found]


def _first(expression: str) -> str:
    return expression.partition(".")[0]


def _root(resource: Value) -> str:
    name = resource.get("resourceType") if isinstance(resource, dict) else None
    return name if isinstance(name, str) and name.isalpha() else RESOURCE
