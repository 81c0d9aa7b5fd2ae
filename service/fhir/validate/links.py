"""Links into the R4 specification for what a finding is about."""

from __future__ import annotations

import re
from functools import cache

from service.fhir import definitions
from service.fhir.definitions import Member
from service.fhir.json import Value

R4 = "http://hl7.org/fhir/R4/"
JSON = f"{R4}json.html"

_STEP = re.compile(r"\.([^.\[\]]+)|\[([0-9]+)\]")
_PAGES = {
    "Extension": "extensibility",
    "Meta": "resource",
    "Reference": "references",
    **dict.fromkeys(("ContactDetail", "Contributor", "DataRequirement", "Expression", "ParameterDefinition"), "metadatatypes"),
    **dict.fromkeys(("RelatedArtifact", "TriggerDefinition", "UsageContext"), "metadatatypes"),
    **dict.fromkeys(("Address", "Age", "Annotation", "Attachment", "CodeableConcept", "Coding", "ContactPoint", "Count"), "datatypes"),
    **dict.fromkeys(("Distance", "Duration", "HumanName", "Identifier", "Money", "Period", "Quantity", "Range", "Ratio"), "datatypes"),
    **dict.fromkeys(("SampledData", "Signature", "Timing"), "datatypes"),
}


def link(resource: Value, expression: str) -> str:
    """The definition of the element that an expression leads to from a resource."""
    at, member = _follow(resource, expression)
    if member:
        return element(member.element.path + ("[x]" if member.element.choice else ""))
    return element(at) if at else f"{R4}resource.html"


def primitive(name: str) -> str:
    """What the values of a primitive type look like."""
    return f"{R4}{'narrative' if name == 'xhtml' else 'datatypes'}.html#{name}"


@cache
def element(path: str) -> str:
    """The definition of an element ("Observation.value[x]") or a type."""
    name = path.partition(".")[0]
    return f"{R4}{_PAGES.get(name, name.lower())}-definitions.html#{path.replace('[x]', '_x_')}"


def rules(name: str) -> str:
    """The rules of a type."""
    page = _PAGES.get(name)
    return f"{R4}{page}.html#{name}" if page else f"{R4}{name.lower()}.html#invs"


def _follow(value: Value, expression: str) -> tuple[str, Member | None]:
    """What an expression leads to from a resource: the type there, or the member as far as R4 has it."""
    at, found = _type(value), None
    for step in _STEP.finditer(expression):
        name, index = step.groups()
        if index is not None:
            value = value[int(index)] if isinstance(value, list) and int(index) < len(value) else None
        else:
            member = definitions.member(at, name) if at else None
            if member is None:
                break
            found = member
            value = value.get(name) if isinstance(value, dict) else None
            at = member.at
        if at == "Resource" and isinstance(value, dict):
            at, found = _type(value), None
    return at, found


def _type(value: Value) -> str:
    name = value.get("resourceType") if isinstance(value, dict) else None
    return name if isinstance(name, str) and definitions.is_resource(name) else ""
