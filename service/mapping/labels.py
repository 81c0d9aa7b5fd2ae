"""Security labels: what another system marked stays marked, whoever receives it (R4, security-labels.html)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from service.fhir.forms import has_form
from service.fhir.json import Value
from service.mapping.leftovers import equal


def of(resource: Mapping[str, Value]) -> list[Value]:
    """The labels of a resource."""
    meta: Value = resource.get("meta")
    labels: list[Value] = meta.get("security", []) if has_form("Meta", meta) else []
    return labels


def unique(labels: Iterable[Value]) -> list[Value]:
    """Each label once."""
    found: list[Value] = []
    for label in labels:
        if not any(equal(label, other) for other in found):
            found.append(label)
    return found


def united(resource: Mapping[str, Value], labels: list[Value]) -> dict[str, Value]:
    """A resource with labels before its own."""
    if not labels:
        return dict(resource)
    meta = {**resource.get("meta", {}), "security": unique([*labels, *of(resource)])}
    return {**{name: resource[name] for name in ("resourceType", "id") if name in resource}, "meta": meta} | {
        name: value for name, value in resource.items() if name != "meta"
    }
