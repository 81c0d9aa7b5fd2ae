"""A vital sign has the form and the unit that R4 asks for, whatever it claims."""

from __future__ import annotations

import pytest

from service.fhir.json import Value
from service.fhir.validate import validate
from tests.fhir.validate.made import LOINC, PRESSURE, STRUCTURES, UCUM, US_CORE, changed

SNOMED = "http://snomed.info/sct"
UNCLAIMED = changed(PRESSURE, "meta", None)


def wrong(resource: Value) -> set[tuple[str, str]]:
    """The place of each error, with the last part of the profile that says so."""
    return {(one.expression, one.profile.rpartition("/")[2]) for one in validate(resource) if one.severity == "error"}


def measured(code: str, unit: str, system: str = LOINC) -> Value:
    """A vital sign of one value."""
    made = changed(changed(UNCLAIMED, "component", None), "code", {"coding": [{"system": system, "code": code}]})
    return changed(made, "valueQuantity", {"value": 60, "unit": unit, "system": UCUM, "code": unit})


def test_a_pressure_in_kilopascal_is_an_error() -> None:
    """The unit of a blood pressure is mm[Hg], under US Core as under R4."""
    at = "Observation.component[0].valueQuantity.code"
    assert (at, "us-core-blood-pressure") in wrong(changed(PRESSURE, "component.0.valueQuantity.code", "kPa"))
    assert (at, "bp") in wrong(changed(UNCLAIMED, "component.0.valueQuantity.code", "kPa"))
    assert wrong(PRESSURE) == wrong(UNCLAIMED) == set()


@pytest.mark.parametrize(
    ("code", "unit", "profile"),
    [
        ("8867-4", "/s", "heartrate"),
        ("9279-1", "/h", "resprate"),
        ("2708-6", "1", "oxygensat"),
        ("8310-5", "K", "bodytemp"),
        ("8302-2", "m", "bodyheight"),
        ("29463-7", "[oz_av]", "bodyweight"),
        ("39156-5", "kg", "bmi"),
    ],
)
def test_each_vital_sign_has_its_unit(code: str, unit: str, profile: str) -> None:
    """A unit of UCUM that R4 does not take for the sign is an error of the sign's profile."""
    assert {name for _, name in wrong(measured(code, unit))} == {profile}


@pytest.mark.parametrize(("code", "unit"), [("8867-4", "/min"), ("8310-5", "[degF]"), ("29463-7", "[lb_av]"), ("718-7", "/s")])
def test_its_own_unit_is_right(code: str, unit: str) -> None:
    """The units that R4 takes are right, and an Observation of something else has any."""
    assert wrong(measured(code, unit)) == set()


@pytest.mark.parametrize(("system", "code"), [(LOINC, "3141-9"), (SNOMED, "424927000")])
def test_a_narrower_code_stands_beside_the_one_that_r4_asks_for(system: str, code: str) -> None:
    """A measured weight is a body weight: it must have that code, too."""
    made = measured(code, "kg", system)
    assert wrong(made) == {("Observation.code", "bodyweight")}
    assert wrong(changed(made, "code.coding.+", {"system": LOINC, "code": "29463-7"})) == set()


def test_the_flow_of_oxygen_may_stand_beside_its_saturation() -> None:
    """US Core's profile has a component with a unit that R4's leaves out; it is right whatever is claimed."""
    quantity = {"value": 2, "unit": "L/min", "system": UCUM, "code": "L/min"}
    flow = {"code": {"coding": [{"system": LOINC, "code": "3151-8"}]}, "valueQuantity": quantity}
    coding = [{"system": LOINC, "code": "59408-5"}, {"system": LOINC, "code": "2708-6"}]
    made = changed(changed(measured("2708-6", "%"), "component", [flow]), "code.coding", coding)
    assert wrong(made) == wrong(changed(made, "meta", {"profile": [f"{US_CORE}us-core-pulse-oximetry"]})) == set()


@pytest.mark.parametrize(
    ("claimed", "profile"),
    [
        (f"{US_CORE}us-core-heart-rate", "us-core-heart-rate"),
        (f"{US_CORE}us-core-heart-rate|99", "heartrate"),
        (f"{US_CORE}us-core-vital-signs", "heartrate"),
        (f"{STRUCTURES}Observation", "heartrate"),
    ],
)
def test_a_claim_spares_r4s_profile_where_it_says_as_much(claimed: str, profile: str) -> None:
    """A wrong unit is told once: by the profile of the sign that is claimed and known, else by R4's."""
    made = changed(measured("8867-4", "/s"), "meta", {"profile": [claimed]})
    assert {name for _, name in wrong(made)} == {profile}


def test_what_such_a_profile_leaves_open_r4_has_said() -> None:
    """Under US Core a body height is still a Quantity, a body mass index has a value, and a blood pressure panel has none."""
    claim = {"8302-2": "us-core-body-height", "39156-5": "us-core-bmi", "85354-9": "us-core-blood-pressure"}
    height, index, pressure = (
        changed(one, "meta", {"profile": [f"{US_CORE}{claim[one['code']['coding'][0]['code']]}"]})
        for one in (measured("8302-2", "cm"), measured("39156-5", "kg/m2"), UNCLAIMED)
    )
    assert wrong(height) == wrong(index) == wrong(pressure) == set()
    dated = changed(changed(height, "valueQuantity", None), "valueDateTime", "2024")
    assert wrong(dated) == {("Observation.valueDateTime", "bodyheight")}
    absent = changed(changed(index, "valueQuantity", None), "dataAbsentReason", {"text": "x"})
    assert wrong(absent) == {("Observation", "bmi")}
    assert ("Observation.valueQuantity", "bp") in wrong(changed(pressure, "valueQuantity", index["valueQuantity"]))


@pytest.mark.parametrize("code", [None, "x", {"coding": "x"}, {"coding": [None, {"system": {}, "code": []}]}])
def test_what_is_no_code_names_no_vital_sign(code: Value) -> None:
    """A broken code is told as such, and nothing more is asked."""
    assert all(name == "" for _, name in wrong(changed(changed(UNCLAIMED, "component", None), "code", code)))
