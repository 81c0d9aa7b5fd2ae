"""Marks on a resource: everything R4 offers for describing a value, put beside the values in which two resources differ."""

from __future__ import annotations

from typing import Any

from service.fhir import definitions
from service.mapping.leftovers import equal
from service.mapping.merge import ONE_VALUE

MARK = "the old value in words"
_EXTENSION = {"url": "https://other.example.org/about", "valueString": MARK}
_SAID: dict[str, dict[str, Any]] = {
    "CodeableConcept": {"text": MARK},
    "Coding": {"version": MARK, "extension": [_EXTENSION]},
    "Quantity": {"extension": [_EXTENSION]},
    "Reference": {"display": MARK},
    "Identifier": {"assigner": {"display": MARK}},
    "Period": {"extension": [_EXTENSION]},
    "HumanName": {"text": MARK, "period": {"extension": [_EXTENSION]}},
    "Address": {"text": MARK, "period": {"extension": [_EXTENSION]}},
    "Dosage": {"patientInstruction": MARK},
    "ContactPoint": {"period": {"extension": [_EXTENSION]}},
}
_DERIVED: dict[str, Any] = {"interpretation": [{"text": MARK}], "issued": MARK}


def marked(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """The old resource, marked wherever the new one differs: at the value, at each level around it, and as a version."""
    made: dict[str, Any] = _marked(old, new, old["resourceType"])
    narrative = {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{MARK}</div>'}
    return {**made, "text": narrative, "meta": {**made.get("meta", {}), "versionId": MARK, "lastUpdated": MARK}}


def _marked(old: Any, new: Any, at: str) -> Any:
    if isinstance(old, list) and isinstance(new, list):
        gone = [one for one in old if not _in(one, new)]
        come = [one for one in new if not _in(one, old)]
        same: list[Any] = [next((other for other in come if _key(other) == _key(one)), {}) for one in gone]
        others = iter(come if len(gone) == len(come) else same)
        return [one if _in(one, new) else _marked(one, next(others), at) for one in old]
    if not isinstance(old, dict) or not isinstance(new, dict):
        return old
    at = str(old.get("resourceType", at))
    made = dict(old)
    for name, value in old.items():
        if equal(value, new.get(name)):
            continue
        member = definitions.member(at, name)
        if isinstance(value, dict | list):
            unread = member is not None and member.element.modifier  # with more in it than the mapping reads, the resource is refused
            inside = name in new and at not in ONE_VALUE and not unread
            made[name] = _marked(value, new[name], member.at if member else "") if inside else value
        else:
            made[f"_{name}"] = {"extension": [_EXTENSION]}
    known = definitions.children(at)
    made.update({name: one for name, one in _DERIVED.items() if name in known and name not in made})
    made.update({name: one for name, one in _SAID.get(at, {}).items() if name not in made})
    if at == "CodeableConcept":
        made["coding"] = [*made.get("coding", ()), {"system": "https://other.example.org/codes", "code": "old", "display": MARK}]
    return made


def _in(value: Any, values: list[Any]) -> bool:
    return any(equal(value, other) for other in values)


def _key(value: Any) -> Any:
    """What tells an element of a list from the others."""
    names = ("linkId", "url", "system", "use", "code", "type", "function", "id")
    return {name: value[name] for name in names if name in value} or value if isinstance(value, dict) else value
