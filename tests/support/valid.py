"""What our validator has against a resource."""

from __future__ import annotations

from service.fhir.json import Value
from service.fhir.validate import Finding, validate


def errors(resource: Value) -> list[Finding]:
    """The errors of a resource, judged by the profiles that it claims; what R4 only advises is none."""
    return [one for one in validate(resource) if one.severity == "error"]
