"""FHIR's XML as FHIR's JSON (R4 xml.html), by the packed definitions: for material that comes as XML only."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from service.fhir import definitions
from service.fhir.json import Number

_FHIR = "{http://hl7.org/fhir}"
_XHTML = "{http://www.w3.org/1999/xhtml}"
_NUMBERS = ("decimal", "integer", "positiveInt", "unsignedInt")


def read_xml(path: Path) -> dict[str, Any]:
    """The resource in an XML file."""
    root = ET.parse(path).getroot()
    return _resource(root)


def _resource(element: ET.Element) -> dict[str, Any]:
    name = element.tag.removeprefix(_FHIR)
    return {"resourceType": name, **_members(element, name)}


def _members(element: ET.Element, at: str) -> dict[str, Any]:
    found: dict[str, Any] = {name: text for name, text in element.attrib.items() if name != "value"}
    for child in element:
        name = child.tag.removeprefix(_FHIR).removeprefix(_XHTML)
        member = definitions.member(at, name)
        assert member, f"{name} is not an element of {at}"
        value, beside = _value(child, member)
        if not member.many:
            found |= {key: part for key, part in ((name, value), (f"_{name}", beside)) if part is not None}
            continue
        found.setdefault(name, []).append(value)
        found.setdefault(f"_{name}", []).append(beside)
    return {name: part for name, part in found.items() if not (isinstance(part, list) and set(map(type, part)) == {type(None)})}


def _value(element: ET.Element, member: definitions.Member) -> tuple[Any, Any]:
    if member.type == "xhtml":
        ET.register_namespace("", _XHTML[1:-1])
        return ET.tostring(element, encoding="unicode").strip(), None
    if not definitions.is_primitive(member.type):
        return (_resource(element[0]) if member.type == "Resource" else _members(element, member.at)), None
    text = element.get("value")
    value: Any = text
    if text is not None and member.type == "boolean":
        value = text == "true"
    elif text is not None and member.type in _NUMBERS:
        value = Number(text)
    return value, _members(element, "Element") or None
