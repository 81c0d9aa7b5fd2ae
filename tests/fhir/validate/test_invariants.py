"""Invariants of R4 and of profiles are evaluated where they stand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from service.fhir import definitions, json, tables
from service.fhir.definitions import Invariant
from service.fhir.fhirpath import Budget
from service.fhir.json import Value
from service.fhir.validate import invariants, validate
from service.fhir.validate.corrections import CORRECTIONS
from tests.fhir.validate.made import NARRATIVE, PATIENT, PRESSURE, changed

NOT_COMPILED = {
    "cid-0": "`name` is not an element of ChargeItemDefinition",
    "inv-1 of allergyintolerance-substanceExposureRisk": "`substanceExposureRisk` is not an element of Extension",
}
"""The rules whose expressions cannot be compiled, each with why."""
PAGE = (Path(__file__).parents[3] / "docs" / "fhirpath.md").read_text("utf-8")


def broken(resource: Value, *profiles: str) -> list[tuple[str, str, str]]:
    """Severity, key and place of each rule that is broken."""
    found = validate(json.from_python(resource), profiles)
    return [(one.severity, one.message.partition(":")[0], one.expression) for one in found if one.code == "invariant"]


def packed() -> list[tuple[str, Invariant]]:
    """Every packed rule, by the id of its extension or profile, "" for R4's own."""
    found = [("", rule) for name in tables.lines("types") for rule in definitions.invariants(name)]
    profiles = [definitions.profile(url) for url in tables.lines("profiles")]
    extensions = [definitions.extension(url) for url in tables.lines("extensions")]
    return found + [(one.url.rpartition("/")[2], rule) for one in (*profiles, *extensions) if one for rule in one.invariants]


def test_every_packed_rule_is_compiled_but_those_listed() -> None:
    """What cannot be compiled is known by name, and nothing else is left out."""
    faults = {}
    for of, rule in packed():
        made = invariants.rule(rule)
        if made.path is None:
            faults[f"{rule.key} of {of}" if of else rule.key] = made.fault
    assert faults == NOT_COMPILED


def test_every_correction_is_of_a_packed_rule() -> None:
    """No correction is left over from a rule that is not there."""
    assert CORRECTIONS.keys() <= {rule.expression for _, rule in packed()}


def test_the_page_names_what_is_not_evaluated_as_published() -> None:
    """Rules that cannot be compiled and the reasons of all corrections are in docs/fhirpath.md, and those decided elsewhere."""
    for name, fault in NOT_COMPILED.items():
        key, _, of = name.partition(" ")
        assert f"| `{key}`{of and f' {of}'} | {fault} |" in PAGE
    assert all(f"| {correction.why} |" in PAGE for correction in CORRECTIONS.values())
    assert all(f"`{key}`" in PAGE for key in invariants.DECIDED)


PERIOD = {"start": "2024-05-02", "end": "2024-05-01"}
ITEM = {"linkId": "1", "type": "group", "item": [{"linkId": "2", "type": "string"}]}
CASES: list[tuple[Value, list[tuple[str, str, str]]]] = [
    (PATIENT, []),
    (changed(PATIENT, "text", None), [("warning", "dom-6", "Patient")]),
    (changed(PATIENT, "contact", [{"gender": "male"}]), [("error", "pat-1", "Patient.contact[0]")]),
    (changed(PATIENT, "name.0.period", PERIOD), [("error", "per-1", "Patient.name[0].period")]),
    (changed(PATIENT, "name.0.period", {"start": "2024-05", "end": "2024-05-01"}), [("error", "per-1", "Patient.name[0].period")]),
    (changed(PATIENT, "name.0.period", {"start": "2024-05-01", "end": "2024-05-01"}), []),
    (changed(PATIENT, "generalPractitioner", [{"reference": "#x"}]), [("error", "ref-1", "Patient.generalPractitioner[0]")]),
    (changed(PATIENT, "generalPractitioner", [{"display": "x"}, {"reference": "Practitioner/1"}]), []),
    (
        changed(PATIENT, "contained", [{"resourceType": "Practitioner", "id": "x"}]),
        [("error", "dom-3", "Patient")],
    ),
    (
        changed(PATIENT, "contained", [{"resourceType": "Practitioner", "id": "x"}]) | {"generalPractitioner": [{"reference": "#x"}]},
        [],
    ),
    (changed(PRESSURE, "component.0.valueQuantity.system", None), [("error", "qty-3", "Observation.component[0].valueQuantity")]),
    (changed(PRESSURE, "component.0.code", PRESSURE["code"]) | {"valueString": "x"}, [("error", "obs-7", "Observation")]),
    (changed(PRESSURE, "valueString", "x") | {"dataAbsentReason": {"text": "x"}}, [("error", "obs-6", "Observation")]),
    (
        {"resourceType": "Questionnaire", "text": NARRATIVE, "status": "draft", "item": [changed(ITEM, "item", None)]},
        [("error", "que-1", "Questionnaire.item[0]")],
    ),
    (
        {"resourceType": "Questionnaire", "text": NARRATIVE, "status": "draft", "item": [ITEM, ITEM]},
        [("error", "que-2", "Questionnaire")],
    ),
    (
        {
            "resourceType": "Bundle",
            "type": "document",
            "entry": [{"resource": changed(PATIENT, "contact", [{"gender": "male"}]), "fullUrl": "urn:x:/_history/1"}],
        },
        [
            ("error", "bdl-9", "Bundle"),
            ("error", "bdl-10", "Bundle"),
            ("error", "bdl-11", "Bundle"),
            ("error", "bdl-8", "Bundle.entry[0]"),
            ("error", "pat-1", "Bundle.entry[0].resource.contact[0]"),
        ],
    ),
]


@pytest.mark.parametrize(("resource", "wanted"), CASES, ids=range(len(CASES)))
def test_broken_rules_are_found_where_they_stand(resource: Value, wanted: list[tuple[str, str, str]]) -> None:
    """Rules of types, of elements and of the types of elements are told at their element, by their key and severity."""
    assert broken(resource) == wanted


def test_rules_of_profiles_name_the_profile() -> None:
    """A rule that a profile adds is told with the profile's url."""
    found = validate(changed(PATIENT, "name.0", {"use": "usual"}), ["us-core-patient"])
    (rule,) = (one for one in found if one.code == "invariant")
    assert rule.message.startswith("us-core-6: ")
    assert rule.profile == "http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient"
    assert rule.expression == "Patient.name[0]"


def test_rules_of_slices_are_for_the_slice() -> None:
    """The check digit of an NPI is asked of an NPI only."""

    def organization(system: str, value: str) -> Value:
        return {
            "resourceType": "Organization",
            "text": NARRATIVE,
            "active": True,
            "name": "x",
            "identifier": [{"system": "https://a.example", "value": "1"}, {"system": system, "value": value}],
        }

    npi = "http://hl7.org/fhir/sid/us-npi"
    assert broken(organization(npi, "1234567893"), "us-core-organization") == []
    assert broken(organization("https://b.example", "1234567890"), "us-core-organization") == []
    assert broken(organization(npi, "1234567890"), "us-core-organization") == [("error", "us-core-17", "Organization.identifier[1]")]


def test_contained_resources_see_their_container() -> None:
    """In a contained resource `%resource` is itself and `%rootResource` its container; it needs no narrative of its own."""
    contained = [
        {"resourceType": "Observation", "id": "o", "status": "final", "code": {"text": "x"}, "subject": {"reference": "#p"}},
        {"resourceType": "Patient", "id": "p", "managingOrganization": {"reference": "#nobody"}},
    ]
    resource = {
        "resourceType": "DiagnosticReport",
        "text": NARRATIVE,
        "contained": contained,
        "status": "final",
        "code": {"text": "x"},
        "result": [{"reference": "#o"}],
    }
    assert broken(resource) == [("error", "ref-1", "DiagnosticReport.contained[1].managingOrganization")]


def test_a_rule_that_is_not_checked_says_so() -> None:
    """The rule of a ChargeItemDefinition that names an element it lacks is told as not checked, not as broken."""
    charge = {"resourceType": "ChargeItemDefinition", "text": NARRATIVE, "url": "urn:x:1", "status": "draft"}
    (found,) = validate(charge)
    assert (found.severity, found.code) == ("information", "not-supported")
    assert found.message.startswith("cid-0 is not checked")


def test_work_without_end_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """A resource whose rules cost more than the budget is refused as too costly, and no more of them are tried."""
    monkeypatch.setattr(Budget, "__init__", lambda self: setattr(self, "left", 100))
    many: Any = {**PATIENT, "contained": [{"resourceType": "Patient", "id": f"a{number}"} for number in range(100)]}
    assert [one.code for one in validate(many) if one.severity == "error"] == ["too-costly"]
