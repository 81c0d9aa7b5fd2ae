"""Whether the resources that come in are R4, and what the profiles ask for that they claim."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from service.diagnostics.issue import Issue
from service.diagnostics.messages import resources as say
from service.fhir import definitions, json
from service.fhir.json import Value
from service.fhir.validate import Finding, accepts, validate, validate_entries
from service.mapping.convert import Given


def judged(given: Sequence[Given], value: Value, data: bytes) -> tuple[list[Given], list[Issue]]:
    """The resources of a set, with what breaks R4 as their `faults`; and what breaks only a profile, once for each, as warnings.

    `value` is the resource, Bundle or list that they are from, `data` its text. Of a Bundle only the resources are judged, not what is
    around them.
    """
    if isinstance(value, dict) and accepts(data):
        return list(given), []
    warnings: list[Issue] = []
    found = []
    for one, findings in zip(given, _findings(given, value), strict=True):
        errors = [finding for finding in findings if finding.severity == "error"]
        faults = tuple(say.breaks_r4(_where(one, error), error.code, error.message, error.rule) for error in errors if not error.profile)
        found.append(one._replace(faults=faults))
        if not faults:
            first = {error.profile: error for error in reversed(errors)}
            warnings += (say.breaks_profile(_where(one, error), profile, error.message) for profile, error in reversed(first.items()))
    return found, warnings


def _findings(given: Iterable[Given], value: Value) -> Iterator[list[Finding]]:
    if isinstance(value, dict) and value.get("resourceType") == "Bundle":
        yield from validate_entries(value)
        return
    for one in given:
        known = definitions.is_resource(str(one.resource.get("resourceType")))
        yield validate(one.resource) if known and not accepts(json.write(one.resource)) else []


def _where(given: Given, finding: Finding) -> str:
    root, dot, rest = finding.expression.partition(".")
    return (given.path or root) + dot + rest
