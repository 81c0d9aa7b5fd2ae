"""Resources to be broken, and what validation says of them."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from service.fhir import json
from service.fhir.json import Value
from service.fhir.validate import validate

LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
STRUCTURES = "http://hl7.org/fhir/StructureDefinition/"
US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/"


NARRATIVE = {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">shown</div>'}


def _component(code: str, value: int) -> dict[str, Any]:
    quantity = {"value": value, "unit": "mmHg", "system": UCUM, "code": "mm[Hg]"}
    return {"code": {"coding": [{"system": LOINC, "code": code}]}, "valueQuantity": quantity}


PRESSURE = json.from_python(
    {
        "resourceType": "Observation",
        "text": NARRATIVE,
        "meta": {"profile": [f"{US_CORE}us-core-blood-pressure"]},
        "status": "final",
        "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "vital-signs"}]}],
        "code": {"coding": [{"system": LOINC, "code": "85354-9"}]},
        "subject": {"reference": "Patient/1"},
        "effectiveDateTime": "2024-05-14T10:40:00-06:00",
        "component": [_component("8480-6", 120), _component("8462-4", 80)],
    }
)
PATIENT = json.from_python(
    {"resourceType": "Patient", "text": NARRATIVE, "name": [{"family": "Lindqvist", "given": ["Maren"]}], "birthDate": "1980-02"}
)


def changed(resource: Value, path: str, value: Any) -> Value:
    """A copy with another value at a path ("component.0.code"); None takes it away."""
    made = deepcopy(resource)
    *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    inner = made
    for step in steps:
        inner = inner[step]
    if value is None:
        del inner[last]
    elif last == "+":
        inner.append(json.from_python(value))
    else:
        inner[last] = json.from_python(value)
    return made


def errors(resource: Value, *profiles: str) -> list[tuple[str, str]]:
    """Code and place of each error against R4 and the given profiles."""
    return [(one.code, one.expression) for one in validate(resource, profiles) if one.severity == "error"]
