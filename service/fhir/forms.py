"""Whether JSON has the form of an R4 type at all: objects, lists and primitives where they belong."""

from __future__ import annotations

from service.fhir import definitions
from service.fhir.json import Number, Value


def has_form(at: str, value: Value) -> bool:
    """Whether a value has the form of a type or backbone element, whatever its primitives hold and what else is in it."""
    if definitions.is_primitive(at):
        return isinstance(value, str | bool | Number)
    return isinstance(value, dict) and all(_member(at, name, one) for name, one in value.items())


def _member(at: str, name: str, value: Value) -> bool:
    member = definitions.member(at, name)
    if member is None:
        return True
    if not member.many:
        return has_form(member.at, value)
    holes = definitions.is_primitive(member.at)
    return isinstance(value, list) and all(has_form(member.at, one) or (holes and one is None) for one in value)
