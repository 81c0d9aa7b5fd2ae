"""What R4 says of values of its data types in words, not in invariants (R4 datatypes.html, extensibility.html, bundle.html)."""

from __future__ import annotations

import binascii
import hashlib
from collections.abc import Callable, Iterator, Mapping

from service.fhir import definitions, primitives
from service.fhir.definitions import CodeSystem
from service.fhir.guide import Guide
from service.fhir.json import Number, Value
from service.fhir.validate.findings import Findings
from service.fhir.validate.items import Item

Fault = tuple[str, str, str, str]
"""Severity, issue code, the member it is about, words."""

_URI = "urn:ietf:rfc:3986"
_HL7 = "http://hl7.org/fhir/"


def _attachment(value: Mapping[str, Value]) -> Iterator[Fault]:
    text, size, stated = value.get("data"), value.get("size"), value.get("hash")
    if not isinstance(text, str) or primitives.problem("base64Binary", text):
        return
    data = binascii.a2b_base64(text)
    if isinstance(size, Number) and size.text != str(len(data)):
        yield "error", "value", "size", "the size of an attachment must be the number of bytes in its data"
    if isinstance(stated, str) and not primitives.problem("base64Binary", stated):
        digest = hashlib.sha1(data, usedforsecurity=False).digest()
        if binascii.a2b_base64(stated) != digest:
            yield "error", "value", "hash", "the hash of an attachment must be the SHA-1 hash of its data"


def _coding(value: Mapping[str, Value], code_system: Callable[[str], CodeSystem | None] = definitions.code_system) -> Iterator[Fault]:
    """A code of a known code system, in a Coding or as the unit of a Quantity."""
    system, code, version = value.get("system"), value.get("code"), value.get("version")
    if not isinstance(system, str) or not isinstance(code, str):
        return
    known = code_system(system)
    if not primitives.is_absolute(system):
        yield "warning", "value", "system", "the system of a code should be absolute"
    if known is None:
        if _is_lost(system):
            yield "error", "code-invalid", "system", "HL7 has no such code system in R4"
    elif version in (None, known.version) and not known.has(code):
        if known.grown:
            yield "information", "not-found", "code", "R4 has no such code in this code system, which has grown since: it was not checked"
        else:
            yield "error", "code-invalid", "code", "the code system has no such code"


def _is_lost(system: str) -> bool:
    """Whether a system, not packed itself, is in the space of R4's own code systems, of which every one is packed."""
    name = system.removeprefix(_HL7)
    return name != system and (name.startswith(("v2/", "v3/")) or "/" not in name)


def _identifier(value: Mapping[str, Value]) -> Iterator[Fault]:
    system, text = value.get("system"), value.get("value")
    if isinstance(system, str) and system and not primitives.is_absolute(system):
        yield "error", "value", "system", "the system of an identifier must be absolute"
    if system == _URI and isinstance(text, str) and text and not primitives.is_absolute(text):
        yield "error", "value", "value", f"with the system {_URI}, the value of an identifier must be a full URI"


def _reference(value: Mapping[str, Value]) -> Iterator[Fault]:
    named = value.get("type")
    if isinstance(named, str) and not definitions.is_resource(named):
        yield "warning", "value", "type", "the type of a reference should be the name of an R4 resource type"


RULES: Mapping[str, Callable[[Mapping[str, Value]], Iterator[Fault]]] = {
    "Attachment": _attachment,
    "Coding": _coding,
    "Identifier": _identifier,
    "Quantity": _coding,
    "Reference": _reference,
}


def is_definition(name: str) -> bool:
    """Whether resources of a type are known by a canonical url: those may all be experimental."""
    return {"url", "experimental"} <= definitions.children(name).keys()


def check(item: Item, guide: Guide, findings: Findings) -> None:
    """Check a value by the rules of its type, if there are some."""
    rules = RULES.get(item.member.type)
    found = _coding(item.value, guide.code_system) if rules is _coding else rules(item.value) if rules else ()
    for severity, code, name, message in found:
        findings.add(severity, code, f"{item.place}.{name}", message)
