"""Values fall into slices by the discriminators of the slicing."""

from __future__ import annotations

from typing import Any

import pytest

from service.fhir.json import Number, Value
from service.fhir.validate.slicing import fits
from tests.fhir.validate.made import LOINC, PRESSURE, STRUCTURES, changed, errors
from tests.fhir.validate.profiled import BASE, differential, found, part, sliced

BP = "us-core-blood-pressure"
ANYWHERE = [{"type": "element", "expression": "Element"}]


def test_order_does_not_matter() -> None:
    """The systolic component may stand second: what it is, its code says."""
    assert errors(PRESSURE | {"component": PRESSURE["component"][::-1]}, BP) == []


def test_other_codings_beside_the_slices_are_allowed() -> None:
    """A pattern asks for what it has: a second coding does not take a component out of its slice."""
    more = changed(PRESSURE, "component.0.code.coding.+", {"system": "https://a.example", "code": "x"})
    assert errors(more, BP) == []


def test_a_slice_has_its_own_cardinality() -> None:
    """Two systolic pressures are one too many, and an element of no slice does no harm."""
    twice = changed(PRESSURE, "component.+", PRESSURE["component"][0])
    assert errors(twice, BP) == [("structure", "Observation.component[2]")]
    other = changed(PRESSURE, "component.+", {"code": {"coding": [{"system": LOINC, "code": "8478-0"}]}, "dataAbsentReason": {"text": "x"}})
    assert errors(other, BP) == []


def test_a_closed_slicing_takes_nothing_else() -> None:
    """HL7's blood pressure allows a Quantity at most where its value is sliced by type."""
    weight = {
        "resourceType": "Observation",
        "status": "final",
        "category": PRESSURE["category"],
        "code": {"coding": [{"system": LOINC, "code": "29463-7"}]},
        "subject": {"reference": "Patient/1"},
        "effectiveDateTime": "2024-05-14",
        "valueQuantity": {"value": Number("70"), "unit": "kg", "system": "http://unitsofmeasure.org", "code": "kg"},
    }
    assert errors(weight, f"{STRUCTURES}bodyweight") == []
    text = {name: value for name, value in weight.items() if name != "valueQuantity"} | {"valueString": "70 kg"}
    assert ("structure", "Observation.valueString") in errors(text, f"{STRUCTURES}bodyweight")


@pytest.mark.parametrize(
    ("pattern", "value", "verdict"),
    [
        ({"a": "x"}, {"a": "x", "b": "y"}, True),
        ({"a": "x"}, {"b": "y"}, False),
        ({"a": [{"b": "x"}]}, {"a": [{"c": "y"}, {"b": "x", "c": "y"}]}, True),
        ({"a": [{"b": "x"}, {"b": "y"}]}, {"a": [{"b": "x"}]}, False),
        ("x", "y", False),
        (True, True, True),
        (True, Number("1"), False),
        ([], "x", False),
        ({}, [], False),
    ],
)
def test_a_value_fits_a_pattern_that_it_contains(pattern: Value, value: Value, *, verdict: bool) -> None:
    """A pattern is met by all that has what it has, at any depth, in any order of lists."""
    assert fits(pattern, value) is verdict


OBSERVATION = {"resourceType": "Observation", "status": "final", "code": {"text": "x"}}
SYSTEM = "https://a.example/codes"


def concept(code: str) -> dict[str, Any]:
    """A concept of one code."""
    return {"coding": [{"system": SYSTEM, "code": code}]}


def part_of(code: str, **more: Any) -> dict[str, Any]:
    """A component of an Observation."""
    return {"code": concept(code), **more}


def components(*codes: str) -> dict[str, Any]:
    """An Observation with components of these codes."""
    return OBSERVATION | {"component": [part_of(code) for code in codes]}


def by_code(rules: str = "open", *, ordered: bool = False) -> dict[str, Any]:
    """A profile with the slices a and b of the components, told by their code."""
    return differential(
        "Observation",
        sliced("Observation.component", "pattern", "code", rules=rules, ordered=ordered),
        part("Observation.component", "a", max="1"),
        {"path": "Observation.component.code", "patternCodeableConcept": concept("a")},
        part("Observation.component", "b", max="1"),
        {"path": "Observation.component.code", "patternCodeableConcept": concept("b")},
    )


@pytest.mark.parametrize(
    ("profile", "codes", "wrong"),
    [
        (by_code(), "xaxbx", []),
        (by_code("closed"), "ab", []),
        (by_code("closed"), "axb", [1]),
        (by_code("openAtEnd"), "abxx", []),
        (by_code("openAtEnd"), "axb", [1]),
        (by_code(ordered=True), "axb", []),
        (by_code(ordered=True), "ba", [1]),
        (by_code(), "aab", [1]),
    ],
)
def test_a_slicing_has_its_rules(profile: dict[str, Any], codes: str, wrong: list[int]) -> None:
    """Others than those of the slices may stand anywhere, at the end or nowhere; an order may be asked for."""
    assert found(components(*codes), profile) == [("structure", f"Observation.component[{index}]") for index in wrong]


def test_a_slice_is_told_by_what_exists() -> None:
    """A slice that wants an element takes what has it, one that forbids it the others."""
    profile = differential(
        "Observation",
        sliced("Observation.component", "exists", "value"),
        part("Observation.component", "with", max="1"),
        {"path": "Observation.component.value[x]", "min": 1},
        part("Observation.component", "without", max="1"),
        {"path": "Observation.component.value[x]", "max": "0"},
    )
    mixed = OBSERVATION | {"component": [part_of("a", valueString="x"), part_of("a")]}
    assert found(mixed, profile) == []
    twice = OBSERVATION | {"component": [*mixed["component"], part_of("a", valueString="y")]}
    assert found(twice, profile) == [("structure", "Observation.component[2]")]


def test_a_slice_is_told_by_type() -> None:
    """The entries of a Bundle are told by the types of their resources."""
    profile = differential(
        "Bundle",
        sliced("Bundle.entry", "type", "resource", rules="closed"),
        part("Bundle.entry", "patient", min=1, max="1"),
        {"path": "Bundle.entry.resource", "type": [{"code": "Patient"}]},
    )
    patient, group = {"resource": {"resourceType": "Patient"}}, {"resource": {"resourceType": "Group", "type": "person", "actual": True}}
    bundle = {"resourceType": "Bundle", "type": "collection"}
    assert found(bundle | {"entry": [patient]}, profile) == []
    assert found(bundle | {"entry": [group]}, profile) == [("required", "Bundle"), ("structure", "Bundle.entry[0]")]


def test_a_slice_is_told_by_profile() -> None:
    """A resource that has the profile of a slice belongs to it; what is wrong with it is said of it as an entry of no slice."""
    named = differential("Patient", {"path": "Patient.name", "min": 1}, url=f"{BASE}named")
    profile = differential(
        "Bundle",
        sliced("Bundle.entry", "profile", "resource"),
        part("Bundle.entry", "named", min=1),
        {"path": "Bundle.entry.resource", "type": [{"code": "Patient", "profile": [named["url"]]}]},
    )
    bundle = {"resourceType": "Bundle", "type": "collection"}
    good, bad = ({"resource": {"resourceType": "Patient"} | name} for name in ({"name": [{"text": "x"}]}, {}))
    assert found(bundle | {"entry": [bad, good]}, profile, named) == []
    assert found(bundle | {"entry": [bad]}, profile, named) == [("required", "Bundle")]


RESULTS = differential(
    "DiagnosticReport",
    sliced("DiagnosticReport.result", "value", "resolve().code"),
    part("DiagnosticReport.result", "a", max="1", type=[{"code": "Reference", "targetProfile": [f"{BASE}a"]}]),
)
OF_A = differential("Observation", {"path": "Observation.code", "patternCodeableConcept": concept("a")}, url=f"{BASE}a")


def test_a_slice_is_told_by_what_a_reference_names() -> None:
    """A reference is followed to what is contained or in the same Bundle; where it cannot be, nothing is held against it."""
    report = {"resourceType": "DiagnosticReport", "status": "final", "code": {"text": "x"}}
    contained = [OBSERVATION | {"id": str(number), "code": concept(code)} for number, code in enumerate("aba")]
    full = report | {"contained": contained, "result": [{"reference": f"#{number}"} for number in range(2)]}
    assert found(full, RESULTS, OF_A) == []
    twice = full | {"result": [*full["result"], {"reference": "#2"}]}
    assert found(twice, RESULTS, OF_A) == [("structure", "DiagnosticReport.result[2]")]
    away = report | {"result": [{"reference": "Observation/1"}, {"reference": "Observation/2"}]}
    assert found(away, RESULTS, OF_A) == []
    assert [place for _, place in found(away, RESULTS, OF_A, severity="information")] == [f"DiagnosticReport.result[{n}]" for n in (0, 1)]


def test_a_slice_is_told_by_an_extension_and_by_one_type_of_a_choice() -> None:
    """A discriminator may lead through an extension, and to the values of one type only."""
    extension = differential("Extension", {"path": "Extension.value[x]", "type": [{"code": "code"}]}, url=f"{BASE}kind", context=ANYWHERE)
    kinds = differential(
        "Patient",
        sliced("Patient.name", "value", f"extension('{BASE}kind').value.ofType(code)"),
        part("Patient.name", "a", max="1"),
        part("Patient.name.extension", "kind", min=1, type=[{"code": "Extension", "profile": [extension["url"]]}]),
        {"path": "Patient.name.extension.value[x]", "fixedCode": "a"},
    )
    names = [{"text": code, "extension": [{"url": f"{BASE}kind", "valueCode": code}]} for code in "aba"]
    patient = {"resourceType": "Patient"}
    assert found(patient | {"name": names[:2]}, kinds, extension) == []
    assert found(patient | {"name": names}, kinds, extension) == [("structure", "Patient.name[2]")]


def test_a_slice_may_be_sliced_again() -> None:
    """The slices of a slice count what is in it only."""
    again = differential(
        "Observation",
        *by_code()["differential"]["element"][:1],
        part("Observation.component", "a", slicing={"discriminator": [{"type": "exists", "path": "value"}], "rules": "closed"}),
        {"path": "Observation.component.code", "patternCodeableConcept": concept("a")},
        part("Observation.component", "a/full", max="1"),
        {"path": "Observation.component.value[x]", "min": 1},
    )
    full, empty = part_of("a", valueString="x"), part_of("a")
    assert found(OBSERVATION | {"component": [full, part_of("b"), part_of("b")]}, again) == []
    assert found(OBSERVATION | {"component": [full, empty]}, again) == [("structure", "Observation.component[1]")]
    assert found(OBSERVATION | {"component": [full, full]}, again) == [("structure", "Observation.component[1]")]


def test_what_no_discriminator_tells_is_said() -> None:
    """A path that is not of R4's kind tells nothing, and nothing is held against what it should tell."""
    odd = by_code()
    odd["differential"]["element"][0]["slicing"]["discriminator"][0]["path"] = "code.where(text = 'a')"
    assert found(components("a", "a"), odd) == []
    assert len(found(components("a", "a"), odd, severity="information")) == 2


def test_slices_without_end_are_too_costly() -> None:
    """A definition with very many slices, and a resource with very many values, are given up in time."""
    slices = [part("Observation.component", str(number)) for number in range(2_000)]
    coded = [{"path": "Observation.component.code", "patternCodeableConcept": concept(str(number))} for number in range(2_000)]
    many = [one for pair in zip(slices, coded, strict=True) for one in pair]
    profile = differential("Observation", sliced("Observation.component", "pattern", "code"), *many)
    assert found(components(*("x" * 3_000)), profile) == [("too-costly", "Observation")]
    assert found(components("1"), profile) == []
