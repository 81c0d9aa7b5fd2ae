"""Whether the resources that come in are R4, and what the profiles ask for that they claim."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from service.diagnostics.issue import Issue
from service.diagnostics.messages import resources as say
from service.fhir import definitions, json
from service.fhir.json import Value
from service.fhir.validate import Finding, accepts, references, validate, validate_entries
from service.mapping.convert import Given

_CONTAINED = re.compile("dom-[2-5]: ").match
"""The invariants about how resources are contained."""


def validated(given: Sequence[Given], value: Value, data: bytes) -> tuple[list[Given], list[Issue]]:
    """The resources of a set, with what breaks R4 as their `faults`; and as warnings what leaves the meaning plain or breaks a profile.

    `value` is the resource, Bundle or list that they are from, `data` its text. Of a Bundle only the resources are validated, not what is
    around them.
    """
    if isinstance(value, dict) and accepts(data):
        return list(given), []
    warnings: list[Issue] = []
    found = []
    for one, findings in zip(given, _findings(given, value), strict=True):
        errors = [finding for finding in findings if finding.severity == "error"]
        plain = [error for error in errors if _is_plain(error)]
        grave = [error for error in errors if not error.profile and error not in plain]
        found.append(one._replace(faults=tuple(say.breaks_r4(*_told(one, error)) for error in grave)))
        if not grave:
            first = {error.profile: error for error in reversed(errors) if error.profile}
            warnings += (say.breaks_form(*_told(one, error)) for error in plain)
            warnings += (say.breaks_profile(_where(one, error), profile, error.message) for profile, error in reversed(first.items()))
    return found, warnings


def _is_plain(error: Finding) -> bool:
    """Whether what is meant is plain all the same: how resources are contained, and a search that names one in place of a reference."""
    return bool(_CONTAINED(error.message)) or error.message == references.CONDITIONAL


def _findings(given: Iterable[Given], value: Value) -> Iterator[list[Finding]]:
    if isinstance(value, dict) and value.get("resourceType") == "Bundle":
        yield from validate_entries(value)
        return
    for one in given:
        known = definitions.is_resource(str(one.resource.get("resourceType")))
        yield validate(one.resource) if known and not accepts(json.write(one.resource)) else []


def _told(given: Given, finding: Finding) -> tuple[str, str, str, str]:
    return _where(given, finding), finding.code, finding.message, finding.rule


def _where(given: Given, finding: Finding) -> str:
    root, dot, rest = finding.expression.partition(".")
    return (given.path or root) + dot + rest
