"""The packed profiles and extensions say what R4 core and US Core say."""

from __future__ import annotations

from service.fhir import definitions

STRUCTURES = "http://hl7.org/fhir/StructureDefinition/"
US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/"


def test_a_profile_is_known_by_id_and_url() -> None:
    """A profile is found by its id, its url, and its url with the packed version; not with another version."""
    found = definitions.profile("us-core-blood-pressure")
    assert found is not None
    assert (found.url, found.version, found.type) == (f"{US_CORE}us-core-blood-pressure", "6.1.0", "Observation")
    assert definitions.profile(found.url) == found
    assert definitions.profile(f"{found.url}|6.1.0") == found
    assert definitions.profile(f"{found.url}|7.0.0") is None
    assert definitions.profile("us-core-blod-pressure") is None
    assert "us-core-blood-pressure" in definitions.profile_names()


def test_a_profile_says_only_what_its_type_does_not() -> None:
    """Slices, discriminators, fixed and pattern values, must-support, targets and bindings stand in the profile."""
    found = definitions.profile("us-core-blood-pressure")
    assert found is not None
    sliced = found.elements["Observation.component"].slicing
    assert sliced is not None
    assert (sliced.by, sliced.rules, sliced.ordered) == ((("pattern", "code"),), "open", False)
    systolic = found.elements["Observation.component:systolic"]
    assert (systolic.slice, systolic.min, systolic.max, systolic.must_support) == ("systolic", 1, 1, True)
    assert found.elements["Observation.component:systolic.code"].pattern == {"coding": [{"system": "http://loinc.org", "code": "8480-6"}]}
    assert found.elements["Observation.component:systolic.value[x].code"].fixed == "mm[Hg]"
    assert found.elements["Observation.subject"].targets == ("Patient",)
    assert "Observation.device" not in found.elements


def test_a_profile_has_its_own_invariants() -> None:
    """The rules that a profile adds to its type are packed with it."""
    keys = {rule.key: rule.severity for rule in getattr(definitions.profile("us-core-practitioner"), "invariants", ())}
    assert {"us-core-16": "error", "us-core-17": "error"}.items() <= keys.items()
    assert "dom-2" not in keys
    assert {rule.key for rule in getattr(definitions.profile(f"{STRUCTURES}vitalsigns"), "invariants", ())} == {"vs-1", "vs-2", "vs-3"}


def test_every_profile_can_be_read() -> None:
    """Each packed profile is of a type and names elements of it."""
    for name in definitions.profile_names():
        found = definitions.profile(name)
        assert found is not None
        assert definitions.is_type(found.type)
        assert all(element.path.partition(".")[0] == found.type for element in found.elements.values())


def test_a_simple_extension_has_a_value() -> None:
    """Where it may stand, the type of its value and its binding are known."""
    found = definitions.extension(f"{STRUCTURES}observation-bodyPosition")
    assert found is not None
    assert (found.contexts, found.types, found.modifier, dict(found.parts)) == (
        ("Observation", "Specimen.collection"),
        ("CodeableConcept",),
        False,
        {},
    )
    assert definitions.extension(f"{STRUCTURES}observation-bodyPositoin") is None


def test_a_complex_extension_has_parts() -> None:
    """The parts of a complex extension have their own types, cardinalities and bindings."""
    found = definitions.extension(f"{US_CORE}us-core-race")
    assert found is not None
    assert found.types == ()
    assert set(found.parts) == {"ombCategory", "detailed", "text"}
    assert (found.parts["text"].types, found.parts["text"].min, found.parts["text"].max) == (("string",), 1, 1)
    category = found.parts["ombCategory"]
    assert (category.types, category.max) == (("Coding",), 5)
    assert category.binding is not None
    assert category.binding.strength == "required"


def test_every_extension_can_be_read() -> None:
    """Each packed extension has a context, and a value or parts."""
    for url in definitions.tables.lines("extensions"):
        found = definitions.extension(url)
        assert found is not None
        assert found.contexts
        assert bool(found.types) != bool(found.parts), url


def test_an_extension_has_its_own_invariants() -> None:
    """The rules that an extension adds to those of every extension are packed with it."""
    found = definitions.extension(f"{STRUCTURES}allergyintolerance-substanceExposureRisk")
    assert found is not None
    assert [rule.key for rule in found.invariants] == ["inv-1"]
    assert [rule.key for rule in getattr(definitions.extension(f"{STRUCTURES}patient-birthTime"), "invariants", ())] == []
