"""The packed definitions say what R4 says."""

from __future__ import annotations

import subprocess
import sys

import pytest

from service.fhir import definitions
from service.fhir.definitions import Binding

VALUE_SETS = "http://hl7.org/fhir/ValueSet/"
READING = """
import time
from service.fhir import definitions
before = time.process_time()
for table in ("types", "profiles", "extensions", "codes"):
    definitions.tables.lines(table)
for name in sorted(definitions.resource_types())[:30]:
    definitions.children(name)
print(time.process_time() - before)
"""


def test_elements_come_with_those_they_inherit() -> None:
    """A resource has the elements of Resource and DomainResource before its own, a backbone element those of Element."""
    assert list(definitions.children("Observation"))[:10] == [
        "id",
        "meta",
        "implicitRules",
        "language",
        "text",
        "contained",
        "extension",
        "modifierExtension",
        "identifier",
        "basedOn",
    ]
    assert list(definitions.children("Observation.component")) == [
        "id",
        "extension",
        "modifierExtension",
        "code",
        "value",
        "dataAbsentReason",
        "interpretation",
        "referenceRange",
    ]


def test_an_element_has_its_facts() -> None:
    """Path, types, cardinality, choice, targets, modifier flag, binding and SimpleQuantity are those of the specification."""
    observation = definitions.children("Observation")
    status = observation["status"]
    assert (status.path, status.types, status.min, status.max) == ("Observation.status", ("code",), 1, 1)
    assert (status.modifier, status.binding) == (True, Binding("required", f"{VALUE_SETS}observation-status"))
    assert observation["category"].max is None
    assert observation["value"].choice
    assert "SampledData" in observation["value"].types
    assert observation["subject"].targets == ("Device", "Group", "Location", "Patient")
    assert definitions.children("MedicationAdministration.dosage")["dose"].simple
    assert not observation["value"].simple
    assert observation["component"].content == ""
    assert definitions.children("Observation.component")["referenceRange"].content == "Observation.referenceRange"


def test_a_json_name_names_a_member() -> None:
    """A choice has a JSON name for each type; what is in a content reference is that of its target."""
    value = definitions.member("Observation", "valueQuantity")
    assert value is not None
    assert (value.element.name, value.type, value.at, value.many) == ("value", "Quantity", "Quantity", False)
    ranges = definitions.member("Observation.component", "referenceRange")
    assert ranges is not None
    assert (ranges.at, ranges.many) == ("Observation.referenceRange", True)
    assert definitions.member("Observation", "value") is None
    assert definitions.member("Observation", "valueQuantty") is None
    assert definitions.choice_names(definitions.children("Patient")["deceased"]) == ("deceasedBoolean", "deceasedDateTime")
    assert definitions.choice_names(definitions.children("Patient")["name"]) == ("name",)


def test_every_element_of_every_type_can_be_read() -> None:
    """Each packed type answers, and each element is of types that are packed."""
    names = definitions.tables.lines("types")
    assert len(definitions.resource_types()) == 146
    for name in names:
        for element in definitions.children(name).values():
            assert set(element.types) <= names.keys()
            assert element.min <= 1
            assert all(definitions.is_resource(target) for target in element.targets)


@pytest.mark.parametrize("name", ["Observatoin", "Observation.comp", "Observation.status", "", "MetadataResource"])
def test_what_r4_does_not_have_is_an_error(name: str) -> None:
    """A name that is no type and no backbone element is a mistake of the caller."""
    with pytest.raises(LookupError):
        definitions.children(name)


def test_types_have_their_kinds() -> None:
    """Resources, data types and primitive types are told apart, abstract ones left out."""
    assert definitions.is_resource("Patient")
    assert not definitions.is_resource("DomainResource")
    assert not definitions.is_resource("Quantity")
    assert definitions.is_datatype("Quantity")
    assert definitions.is_datatype("code")
    assert not definitions.is_datatype("Element")
    assert definitions.is_primitive("positiveInt")
    assert not definitions.is_primitive("Quantity")
    assert definitions.kind("DomainResource") == "resource"
    assert definitions.bases("Patient") == ("DomainResource", "Resource")
    assert definitions.bases("Age") == ("Quantity", "Element")


def test_required_value_sets_are_expanded() -> None:
    """The codes of a required value set stand in the tables, those by filter and by hierarchy among them."""
    status = definitions.codes(f"{VALUE_SETS}observation-status")
    assert status is not None
    assert {code for _, code in status} == {
        "registered",
        "preliminary",
        "final",
        "amended",
        "corrected",
        "cancelled",
        "entered-in-error",
        "unknown",
    }
    assert definitions.codes(f"{VALUE_SETS}administrative-gender|4.0.1") == {
        ("http://hl7.org/fhir/administrative-gender", code) for code in ("male", "female", "other", "unknown")
    }
    assert definitions.codes("https://a.example/none") is None
    assert definitions.systems("https://a.example/none") == frozenset()


def test_every_required_binding_is_in_the_tables() -> None:
    """No element has a required binding of which the tables know nothing."""
    bound = {
        element.binding.value_set
        for name in definitions.tables.lines("types")
        for element in definitions.children(name).values()
        if element.binding and element.binding.strength == "required"
    }
    assert bound <= definitions.tables.lines("codes").keys()


def test_invariants_are_packed() -> None:
    """Each type has its invariants with key, severity, place and FHIRPath, inherited ones at the type's own paths."""
    rules = {rule.key: rule for rule in definitions.invariants("Observation")}
    assert {"dom-2", "obs-3", "obs-6", "obs-7"} <= rules.keys()
    assert rules["obs-6"].severity == "error"
    assert rules["obs-6"].path == "Observation"
    assert rules["obs-6"].expression == "dataAbsentReason.empty() or value.empty()"
    assert rules["obs-3"].path == "Observation.referenceRange"
    assert rules["dom-2"].path == "Observation"
    assert rules["dom-6"].severity == "warning"
    assert [rule.key for rule in definitions.invariants("Period")] == ["ele-1", "per-1"]
    with pytest.raises(LookupError):
        definitions.invariants("Observatoin")


def test_reading_the_tables_is_quick() -> None:
    """Finding every line of every table and decoding 30 types takes at most 20 ms of a start: the best of three new processes."""
    taken = [float(subprocess.run([sys.executable, "-c", READING], check=True, capture_output=True, text=True).stdout) for _ in range(3)]
    assert min(taken) <= 0.020


def test_code_systems_of_hl7_have_their_codes() -> None:
    """A code is looked up as its system compares codes; systems of others, and those with no codes in R4, are not known."""
    status = definitions.code_system("http://hl7.org/fhir/observation-status")
    assert status is not None
    assert (status.has("final"), status.has("Final"), status.grown) == (True, False, False)
    sloppy = definitions.CodeSystem(frozenset({"a"}), any_case=True)
    assert (sloppy.has("A"), sloppy.has("b")) == (True, False)
    grown = definitions.code_system("http://terminology.hl7.org/CodeSystem/v3-ActCode")
    assert grown is not None
    assert grown.grown
    assert definitions.code_system("http://loinc.org") is None
