"""Resources of ours for tests of HL7's suite whose own input is not beside it: each has what the tests ask for, and no more."""

from __future__ import annotations

from typing import Any

from service.fhir import json
from service.fhir.json import Value

_CODES: list[Any] = [{"code": "a", "contains": [{"code": f"b{number}"} for number in range(8)]}, {"code": "c"}]

STAND_INS: dict[str, Value] = {
    name: json.from_python(resource)
    for name, resource in {
        "appointment-examplereq.json": {"resourceType": "Appointment", "identifier": [{"value": "random"}]},
        "codesystem-example.xml": {"resourceType": "CodeSystem", "concept": [{"code": "a"}, {"code": "a"}]},
        "explanationofbenefit-example.json": {
            "resourceType": "ExplanationOfBenefit",
            "supportingInfo": [{"sequence": 2, "category": {"coding": [{"code": "additionalbodysite"}]}}, {"sequence": 3}],
            "item": [{"sequence": 1, "informationSequence": [2, 4]}],
        },
        "parameters-example-types.xml": {
            "resourceType": "Parameters",
            "parameter": [
                {"name": "a", "valueString": "x"},
                {"name": "b", "valueInteger": 1},
                {"name": "c", "valueUuid": "urn:uuid:0a1b2c3d-0000-4000-8000-000000000000"},
                {"name": "d", "valueDecimal": 1.5},
            ],
        },
        "patient-container-example.json": {"resourceType": "Patient", "contained": [{"resourceType": "Patient", "id": "1"}]},
        "patient-example-period.xml": {
            "resourceType": "Patient",
            "identifier": [{"period": {"start": "2024-05-14", "end": "2024-05-14T10:00:00Z"}}],
        },
        "patient-name-extensions.json": {
            "resourceType": "Patient",
            "name": [{"given": [None, "x"], "_given": [{"id": "a"}, None]}],
        },
        "valueset-example-expansion.xml": {"resourceType": "ValueSet", "version": "20150622", "expansion": {"contains": _CODES}},
    }.items()
}
