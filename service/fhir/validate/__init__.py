"""Validation of resources against R4 4.0.1 and the profiles of R4 core and US Core, invariants left out."""

from __future__ import annotations

from collections.abc import Iterable

from service.fhir.guide import PACKED, Guide
from service.fhir.json import Value
from service.fhir.validate.findings import Finding, Findings
from service.fhir.validate.items import RESOURCE, Scope
from service.fhir.validate.structure import check_resource

__all__ = ["PACKED", "Finding", "Guide", "validate"]


def validate(resource: Value, profiles: Iterable[str] | None = None, guide: Guide = PACKED) -> list[Finding]:
    """What is wrong with a resource, in the order of the document, at most 100 findings; [] for a good one.

    `profiles` (ids or urls) are checked instead of those in its `meta.profile`, of which unknown ones give a warning. Resources in it
    (contained, in a Bundle or Parameters) are checked against those that they claim themselves. Definitions come from the guide.

    Raises LookupError for one of `profiles` that is not known.
    """
    findings = Findings()
    name = resource.get("resourceType") if isinstance(resource, dict) else None
    root = name if isinstance(name, str) and name.isalpha() else RESOURCE
    check_resource(resource, root, Scope(resource, {}, guide), findings, profiles)
    return findings.in_order(resource, root)
