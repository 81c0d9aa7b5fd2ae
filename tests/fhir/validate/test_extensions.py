"""Known extensions stand where they may and hold what they should."""

from __future__ import annotations

from dataclasses import replace

import pytest

from service.fhir import definitions, fhirpath, json, tables
from service.fhir.guide import Guide
from service.fhir.json import Value
from service.fhir.validate import validate
from tests.fhir.validate.made import PATIENT, PRESSURE, STRUCTURES, US_CORE, changed, errors

SEATED = {"url": f"{STRUCTURES}observation-bodyPosition", "valueCodeableConcept": {"text": "seated"}}
RACE = {
    "url": f"{US_CORE}us-core-race",
    "extension": [
        {"url": "text", "valueString": "mixed"},
        {"url": "ombCategory", "valueCoding": {"system": "urn:oid:2.16.840.1.113883.6.238", "code": "2106-3"}},
    ],
}
MOTHER = {"url": f"{STRUCTURES}humanname-mothers-family", "valueString": "Lindqvist"}
AT = "Patient.extension[0]"


def test_a_known_extension_in_its_place_is_right() -> None:
    """Simple and complex extensions are right on a resource, on a data type and beside a primitive value."""
    assert errors(changed(PRESSURE, "extension", [SEATED])) == []
    assert errors(changed(PATIENT, "extension", [RACE])) == []
    assert errors(changed(PATIENT, "name.0._family", {"extension": [MOTHER]})) == []


@pytest.mark.parametrize(
    ("name", "url", "severities"),
    [
        ("extension", "https://a.example/x", ["information"]),
        ("extension", f"{STRUCTURES}no-such-extension", ["warning"]),
        ("modifierExtension", "https://a.example/x", ["warning"]),
    ],
)
def test_what_is_not_known_is_said(name: str, url: str, severities: list[str]) -> None:
    """An unknown extension is said to be unchecked, as a warning where it changes the meaning or bears HL7's name."""
    odd = changed(PATIENT, name, [{"url": url, "valueBoolean": True}])
    assert [one.severity for one in validate(odd, ())] == severities


def test_an_unknown_extension_is_allowed() -> None:
    """What an extension that nobody here knows means is not judged."""
    assert errors(changed(PATIENT, "extension", [{"url": "https://a.example/x", "valueString": "y"}])) == []


@pytest.mark.parametrize(
    ("resource", "wanted"),
    [
        (changed(PATIENT, "extension", [SEATED]), [("extension", AT)]),
        (changed(PATIENT, "name.0.extension", [MOTHER]), [("extension", "Patient.name[0].extension[0]")]),
        (
            changed(PRESSURE, "extension", [SEATED | {"valueString": "x"}]),
            [("structure", "Observation.extension[0]"), ("structure", "Observation.extension[0].valueString")],
        ),
        (
            changed(PRESSURE, "extension", [{"url": SEATED["url"], "valueString": "seated"}]),
            [("structure", "Observation.extension[0].valueString")],
        ),
        (
            changed(PRESSURE, "extension", [{"url": SEATED["url"]}]),
            [("invariant", "Observation.extension[0]"), ("required", "Observation.extension[0]")],
        ),
        (changed(PRESSURE, "modifierExtension", [SEATED]), [("extension", "Observation.modifierExtension[0]")]),
        (changed(PATIENT, "extension", [RACE | {"extension": RACE["extension"][1:]}]), [("required", AT)]),
        (
            changed(PATIENT, "extension", [RACE | {"extension": [*RACE["extension"], RACE["extension"][0]]}]),
            [("structure", f"{AT}.extension[2]")],
        ),
        (
            changed(PATIENT, "extension", [RACE | {"extension": [{"url": "txt", "valueString": "x"}, *RACE["extension"]]}]),
            [("extension", f"{AT}.extension[0]")],
        ),
        (changed(PATIENT, "extension", [{"url": "relative", "valueString": "x"}]), [("value", AT)]),
        (changed(PATIENT, "extension", [{"url": "https://a.example/x|1", "valueString": "x"}]), [("value", AT)]),
        (changed(PATIENT, "extension", [{"valueString": "x"}]), [("required", AT)]),
    ],
    ids=range(12),
)
def test_what_breaks_its_definition_is_found(resource: Value, wanted: list[tuple[str, str]]) -> None:
    """Context, kind, value type and parts of a known extension are checked; ext-1 and the url of any."""
    assert errors(resource) == wanted


@pytest.mark.parametrize(
    ("contexts", "paths", "place", "right"),
    [
        (("https://a.example/outer",), (), "outer", True),
        (("https://a.example/other",), (), "outer", False),
        ((), ("Patient.name",), "name", True),
        ((), ("Patient.name.where(use = 'old')",), "name", False),
        ((), ("Patient",), "name", False),
        ((), ("Patient.name.family",), "family", True),
        ((), ("Patient.nonsense()",), "family", True),
    ],
)
def test_contexts_may_be_extensions_and_expressions(contexts: tuple[str, ...], paths: tuple[str, ...], place: str, *, right: bool) -> None:
    """An extension may stand on the extensions that its contexts name, and on the elements that its FHIRPath expressions give."""
    packed = definitions.extension(f"{STRUCTURES}humanname-mothers-family")
    assert packed is not None
    url = "https://a.example/own"
    guide = Guide(extensions={url: replace(packed, url=url, contexts=contexts, paths=paths)})
    own = {"url": url, "valueString": "x"}
    patient = {
        "outer": changed(PATIENT, "extension", [{"url": "https://a.example/outer", "extension": [own]}]),
        "name": changed(PATIENT, "name.0.extension", [own]),
        "family": changed(PATIENT, "name.0._family", {"extension": [own]}),
    }[place]
    found = [one.code for one in validate(patient, (), guide) if one.severity == "error"]
    assert ("extension" not in found) is right


def test_a_context_that_cannot_be_evaluated_is_said() -> None:
    """What an expression that is none would allow is not checked, and the findings say so."""
    packed = definitions.extension(f"{STRUCTURES}humanname-mothers-family")
    assert packed is not None
    guide = Guide(extensions={packed.url: replace(packed, contexts=(), paths=("Patient.nonsense()",))})
    found = validate(changed(PATIENT, "extension", [MOTHER]), (), guide)
    assert [(one.severity, one.expression) for one in found if one.code == "not-supported"] == [("information", AT)]


def test_the_rules_of_packed_extensions_can_be_evaluated() -> None:
    """Every packed rule for the place of an extension compiles for each place that the extension may have."""
    rows = [definitions.extension(url) for url in tables.lines("extensions")]
    asked = [(one, rule) for one in rows if one for rule in one.rules]
    assert len(asked) > 10
    for one, rule in asked:
        text = rule.replace("%extension", "extension")
        assert [fhirpath.compile(text, at) for at in one.contexts if at != "Questionnaire.item.item"]


@pytest.mark.parametrize(
    ("name", "value", "item", "right"),
    [
        ("sliderStepValue", {"valueInteger": 1}, {"type": "integer"}, True),
        ("sliderStepValue", {"valueInteger": 1}, {"type": "string"}, False),
        ("maxOccurs", {"valueInteger": 2}, {"type": "string", "repeats": True}, True),
        ("maxOccurs", {"valueInteger": 2}, {"type": "string"}, False),
        ("maxOccurs", {"valueInteger": 1}, {"type": "string"}, True),
        ("displayCategory", {"valueCodeableConcept": {"text": "x"}}, {"type": "display"}, True),
    ],
)
def test_an_extension_may_ask_for_what_it_stands_on(name: str, value: Value, item: Value, *, right: bool) -> None:
    """The rules of an extension for its place (contextInvariant) hold of the element that has it."""
    extension = {"url": f"{STRUCTURES}questionnaire-{name}", **value}
    asked = {"resourceType": "Questionnaire", "status": "draft", "item": [{"linkId": "1", **item, "extension": [extension]}]}
    found = validate(json.from_python(asked), ())
    assert ("extension" not in [one.code for one in found]) is right
