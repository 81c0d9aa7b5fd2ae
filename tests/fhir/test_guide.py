"""A guide holds what was handed in, and behind it the packed definitions."""

from __future__ import annotations

from dataclasses import replace

from service.fhir.guide import PACKED, Guide
from service.fhir.validate import validate
from tests.fhir.validate.made import PATIENT, STRUCTURES, US_CORE, changed

VALUE_SETS = "http://hl7.org/fhir/ValueSet/"


def test_what_is_not_handed_in_is_packed() -> None:
    """The empty guide knows the packed profiles, extensions and value sets, and no Questionnaire."""
    assert getattr(PACKED.profile("us-core-patient"), "url", "") == f"{US_CORE}us-core-patient"
    assert PACKED.extension(f"{STRUCTURES}observation-bodyPosition") is not None
    assert ("http://hl7.org/fhir/administrative-gender", "male") in (PACKED.codes(f"{VALUE_SETS}administrative-gender") or ())
    assert PACKED.systems(f"{VALUE_SETS}ucum-units") == {"http://unitsofmeasure.org"}
    assert PACKED.form("https://a.example/phq-9") is None


def test_what_is_handed_in_is_found_by_its_version() -> None:
    """A profile and a Questionnaire are found with no version or their own; a value set by any."""
    packed = PACKED.profile("us-core-patient")
    assert packed is not None
    url = "https://a.example/profile"
    guide = Guide(
        profiles={url: replace(packed, url=url, version="1")},
        value_sets={url: frozenset({("https://a.example", "x")})},
        questionnaires={url: {"version": "2"}},
    )
    assert [bool(guide.profile(url + version)) for version in ("", "|1", "|2")] == [True, True, False]
    assert [bool(guide.form(url + version)) for version in ("", "|1", "|2")] == [True, False, True]
    assert guide.codes(f"{url}|9") == {("https://a.example", "x")}
    assert guide.systems(url) == {"https://a.example"}


def test_guides_are_joined() -> None:
    """The definitions of two guides are known together, the second's first; a version that a guide does not have may be packed."""
    packed = PACKED.profile("us-core-patient")
    assert packed is not None
    one = Guide(profiles={packed.url: replace(packed, version="1")}, questionnaires={"q": {"version": "1"}})
    other = Guide(profiles={packed.url: replace(packed, version="2")}, value_sets={"v": frozenset()})
    both = one.beside(other)
    assert [bool(both.profile(f"{packed.url}|{version}")) for version in ("1", "2", packed.version)] == [False, True, True]
    assert (both.questionnaires, both.codes("v")) == ({"q": {"version": "1"}}, frozenset())


def test_a_profile_handed_in_is_checked() -> None:
    """A resource is checked against a profile of the guide, whether it claims it or it is asked for; without the guide it is unknown."""
    packed = PACKED.profile("us-core-patient")
    assert packed is not None
    url = "https://a.example/profile"
    guide = Guide(profiles={url: replace(packed, url=url)})
    patient = changed(PATIENT, "meta", {"profile": [url]})
    assert [one.severity for one in validate(patient)] == ["warning"]
    wanted = ["Patient", "Patient"]
    assert [one.expression for one in validate(patient, guide=guide)] == wanted
    assert [one.expression for one in validate(PATIENT, [url], guide) if one.severity == "error"] == wanted
