"""What a profile asks systems to support is told where a resource does not have it."""

from __future__ import annotations

from service.fhir.validate import validate
from tests.fhir.validate.made import PATIENT, changed
from tests.fhir.validate.profiled import URL, differential, guide

PROFILE = differential(
    "Patient",
    {"path": "Patient.telecom", "mustSupport": True},
    {"path": "Patient.name", "mustSupport": True},
    {"path": "Patient.name.suffix", "mustSupport": True},
    {"path": "Patient.contact.name", "mustSupport": True},
)


def test_what_is_absent_is_told_in_one_information() -> None:
    """Elements that a resource does not have are named, those in absent ones are not; it is no fault to lack them."""
    said = [one for one in validate(PATIENT, [URL], guide(PROFILE)) if one.profile == URL]
    assert [(one.severity, one.expression) for one in said] == [("information", "Patient")]
    assert said[0].message.endswith("absent here: Patient.telecom, Patient.name.suffix")


def test_it_is_told_to_who_asks() -> None:
    """Of a profile that a resource claims itself nothing is said, and nothing where all is there."""
    assert [one for one in validate(changed(PATIENT, "meta", {"profile": [URL]}), guide=guide(PROFILE)) if one.profile] == []
    full = changed(changed(PATIENT, "telecom", [{"value": "1"}]), "name.0.suffix", ["x"])
    assert [one for one in validate(full, [URL], guide(PROFILE)) if one.profile] == []
