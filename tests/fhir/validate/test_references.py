"""The type that a reference names is told without following it."""

from __future__ import annotations

import pytest

from service.fhir import bundle
from service.fhir.json import Value
from service.fhir.validate import validate
from service.fhir.validate.items import Scope
from service.fhir.validate.references import target_types
from tests.fhir.validate.made import PRESSURE, changed, errors

OTHER = "urn:uuid:00000000-0000-4000-8000-000000000000"
ENTRY = "urn:uuid:53fefa32-fcbb-4ff8-8a92-55ee120877b7"
BUNDLE = {"resourceType": "Bundle", "entry": [{"fullUrl": ENTRY, "resource": {"resourceType": "Practitioner"}}]}
SCOPE = Scope({"resourceType": "Observation", "contained": [{"resourceType": "Patient", "id": "p"}]}, bundle.entries(BUNDLE))


@pytest.mark.parametrize(
    ("reference", "types"),
    [
        ({"reference": "Patient/1"}, {"Patient"}),
        ({"reference": "https://a.example/fhir/Patient/1/_history/2"}, {"Patient"}),
        ({"reference": "#p"}, {"Patient"}),
        ({"reference": "#q"}, set()),
        ({"reference": "#"}, {"Observation"}),
        ({"reference": ENTRY}, {"Practitioner"}),
        ({"reference": OTHER}, set()),
        ({"reference": "1"}, set()),
        ({"identifier": {"value": "1"}}, set()),
        ({"type": "Patient"}, {"Patient"}),
        ({"type": "Patient", "reference": "Group/1"}, {"Patient", "Group"}),
        ("Patient/1", set()),
    ],
)
def test_a_reference_names_its_type(reference: Value, types: set[str]) -> None:
    """Relative, absolute, contained and Bundle references name a type; what names none is not guessed."""
    assert target_types(reference, SCOPE) == types


def test_type_and_reference_must_agree() -> None:
    """A reference that calls a Group a Patient is wrong."""
    torn = changed(PRESSURE, "subject", {"type": "Patient", "reference": "Group/1"})
    assert errors(torn) == [("structure", "Observation.subject")]


def test_references_in_a_bundle_are_told_by_their_full_url() -> None:
    """What a `urn:uuid:` names is known from the Bundle's entries, and must be an allowed target."""
    about = changed(changed(PRESSURE, "subject", {"reference": ENTRY}), "meta", None)
    entries = [*BUNDLE["entry"], {"fullUrl": OTHER, "resource": about}]
    found = validate({"resourceType": "Bundle", "type": "collection", "entry": entries})
    assert {one.expression for one in found} == {"Bundle.entry[1].resource.subject"}
