"""Which JSON has the form of an R4 type."""

from __future__ import annotations

import pytest

from service.fhir.forms import has_form
from service.fhir.json import Number


@pytest.mark.parametrize(
    ("at", "value"),
    [
        ("string", "x"),
        ("string", ""),
        ("decimal", Number("1")),
        ("boolean", False),
        ("Quantity", {}),
        ("Quantity", {"value": "a number in quotes is for the term to refuse", "unheard": [1]}),
        ("CodeableConcept", {"coding": [{"code": "x", "_code": {"id": "y"}}], "text": "t"}),
        ("HumanName", {"given": ["Ada", None]}),
        ("Observation.component", {"code": {"coding": []}, "valueQuantity": {"value": Number("1")}}),
        ("Reference", {"identifier": {"assigner": {"identifier": {"value": "x"}}}}),
        ("Resource", {"resourceType": "Patient", "id": "x"}),
    ],
)
def test_objects_lists_and_primitives_where_they_belong(at, value):
    """Names that R4 does not know, siblings and holes in lists of primitives are no matter of form."""
    assert has_form(at, value)


@pytest.mark.parametrize(
    ("at", "value"),
    [
        ("string", {}),
        ("string", ["x"]),
        ("string", None),
        ("Quantity", "70"),
        ("Quantity", {"value": {}}),
        ("Quantity", {"code": ["/min"]}),
        ("CodeableConcept", {"coding": {"code": "x"}}),
        ("CodeableConcept", {"coding": ["x"]}),
        ("CodeableConcept", {"coding": [None]}),
        ("CodeableConcept", {"text": ["x"]}),
        ("HumanName", {"given": "Ada"}),
        ("Reference", {"identifier": [{}]}),
        ("Reference", {"identifier": {"assigner": "x"}}),
    ],
)
def test_other_json_has_not_the_form(at, value):
    """A list for an object, an object for a text and so on, at any depth."""
    assert not has_form(at, value)
