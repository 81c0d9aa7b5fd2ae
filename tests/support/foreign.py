"""Resources of other systems."""

from __future__ import annotations

from service.fhir.json import Number

LAB = "https://lab.example.com/fhir"
NOON = "2024-05-14T12:00:00Z"


def observation(id_, code, value, unit, **more):
    """An Observation of another system."""
    return {
        "resourceType": "Observation",
        "id": id_,
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "subject": {"reference": "Patient/1"},
        "effectiveDateTime": NOON,
        "valueQuantity": {"value": Number(value), "unit": unit, "system": "http://unitsofmeasure.org", "code": unit},
        **more,
    }


def pulse(id_="p", **more):
    """A heart rate of another system."""
    return observation(id_, "8867-4", "71", "/min", **more)


def oxygen(id_="o", **more):
    """An oxygen saturation of another system."""
    return observation(id_, "59408-5", "97", "%", **more)


def patient(id_="1", **more):
    """A Patient of another system."""
    return {"resourceType": "Patient", "id": id_, "name": [{"family": "Okafor"}], "gender": "female", **more}
