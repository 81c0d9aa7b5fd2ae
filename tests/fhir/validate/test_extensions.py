"""Known extensions stand where they may and hold what they should."""

from __future__ import annotations

import pytest

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
        ("extension", "https://a.example/x", []),
        ("extension", f"{STRUCTURES}no-such-extension", ["warning"]),
        ("modifierExtension", "https://a.example/x", ["warning"]),
    ],
)
def test_what_is_not_known_is_said_where_it_matters(name: str, url: str, severities: list[str]) -> None:
    """An unknown extension is said to be unchecked where it changes the meaning, or bears HL7's name."""
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
