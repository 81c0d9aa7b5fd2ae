"""What a reference names is told without leaving the resource and its Bundle."""

from __future__ import annotations

import pytest

from service.fhir import bundle
from service.fhir.json import Value
from service.fhir.validate import validate
from service.fhir.validate.items import Scope
from service.fhir.validate.references import problem, target_types
from tests.fhir.validate.made import PRESSURE, STRUCTURES, changed, errors

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


@pytest.mark.parametrize(
    ("reference", "severity"),
    [
        ("Patient/1", None),
        ("https://a.example/anything", None),
        ("#", None),
        (ENTRY, None),
        ("Patient/1 ", "error"),
        ("Patient?identifier=x", "error"),
        (OTHER, "warning"),
        ("patient/1", "warning"),
        ("1", "warning"),
        (1, None),
    ],
)
def test_a_reference_has_a_form(reference: Value, severity: str | None) -> None:
    """White space and searches are refused; what no entry has, or has not the form of a relative reference, is told."""
    fault = problem(reference, SCOPE)
    assert (fault and fault[0]) == severity


def test_what_is_wrong_with_a_reference_is_found_at_its_place() -> None:
    """The finding is about the literal reference, not the element that has it."""
    assert errors(changed(PRESSURE, "subject", {"reference": "Patient?name=x"})) == [("value", "Observation.subject.reference")]


def test_a_search_may_stand_for_a_reference_in_a_transaction() -> None:
    """A server looks such a reference up when it carries the transaction out."""
    assert problem("Patient?identifier=x", Scope({}, bundle.entries(BUNDLE | {"type": "transaction"}))) is None


def test_a_reference_names_one_resource() -> None:
    """Entries with one fullUrl make a reference to it ambiguous, but for a history, which has every version."""
    twice = BUNDLE | {"entry": BUNDLE["entry"] * 2}
    assert problem(ENTRY, Scope({}, bundle.entries(twice))) is not None
    assert problem(ENTRY, Scope({}, bundle.entries(twice | {"type": "history"}))) is None


@pytest.mark.parametrize(
    ("named", "wanted"),
    [
        ("Patient", [("structure", "Observation.subject")]),
        ("urn:oid:1.2.3", [("structure", "Observation.subject")]),
        ("Group", []),
        (f"{STRUCTURES}Group", []),
    ],
)
def test_type_and_reference_must_agree(named: str, wanted: list[tuple[str, str]]) -> None:
    """A reference that calls a Group a Patient is wrong."""
    torn = changed(PRESSURE, "subject", {"type": named, "reference": "Group/1"})
    assert errors(torn) == wanted


def test_references_in_a_bundle_are_told_by_their_full_url() -> None:
    """What a `urn:uuid:` names is known from the Bundle's entries, and must be an allowed target."""
    about = changed(changed(PRESSURE, "subject", {"reference": ENTRY}), "meta", None)
    entries = [*BUNDLE["entry"], {"fullUrl": OTHER, "resource": about}]
    found = validate({"resourceType": "Bundle", "type": "collection", "entry": entries})
    assert {one.expression for one in found if one.severity == "error"} == {"Bundle.entry[1].resource.subject"}
