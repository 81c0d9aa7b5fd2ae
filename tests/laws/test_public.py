"""Law 3 over resources that others wrote: every public resource of a type that a mapping reads comes back to the letter."""

from __future__ import annotations

import pytest

from service.fhir.json import Number
from service.mapping import convert
from service.mapping.leftovers import equal
from tests.laws.test_given_back import distinct, returned, texts
from tests.support.cases import ABSENT, cases
from tests.support.mappings import SERVER, mappings, read

TYPES = {shape.type for kind in mappings().kinds.values() for shape in kind.shapes}
MAPPED = [one for one in cases("roundtrip", "inbound-vital", "inbound-score") if one["resource"]["resourceType"] in TYPES]


@ABSENT
def test_there_are_public_resources():
    """The cases below are many."""
    assert len(MAPPED) > 40


@pytest.mark.parametrize("case", MAPPED, ids=lambda case: case["id"])
@pytest.mark.parametrize("server", ["", SERVER], ids=["ours", "theirs"])
def test_a_public_resource_is_given_back(case, server):
    """Law 3: JSON-equal with order and decimal text, whatever was read of it."""
    resource = case["resource"]
    (again,) = returned(mappings(), read(mappings(), [resource], server=server, policy="keep"), server or mappings().names.base)
    assert equal(again, resource)


@ABSENT
def test_all_public_resources_together_are_given_back():
    """Law 3: so are all of them as one set."""
    resources = distinct([one["resource"] for one in MAPPED])
    assert texts(returned(mappings(), read(mappings(), resources, server=SERVER, policy="keep"), SERVER)) == texts(resources)


@pytest.mark.parametrize("case", [one for one in MAPPED if one["kind"] == "inbound-vital"], ids=lambda case: case["id"])
def test_a_vital_sign_of_others_is_read_right(case):
    """Value, unit, code, time and status are those that the case expects, whatever coding order and unit text the sender used."""
    (record,) = read(mappings(), [case["resource"]], server=SERVER).records
    expected = case["expected"]
    ours = [one.resource for one in convert.to_fhir(mappings(), "vitals", record.values).sent]
    said = [pair for one in ours for pair in measured(one)]
    for one in expected["values"]:
        if one["loinc"]:
            assert any(set(one["loinc"]) & codes and (value, unit) == (Number(one["value"]), one["unit"]) for codes, value, unit in said)
    assert len(said) == sum(bool(one["loinc"]) for one in expected["values"])
    assert {one["effectiveDateTime"] for one in ours} == {expected["effective"]}
    assert {one["status"] for one in ours} == {expected["status"]}


def measured(resource):
    """The quantities of an Observation of ours: LOINC codes, value, UCUM code."""
    for one in (resource, *resource.get("component", ())):
        if "valueQuantity" in one:
            quantity = one["valueQuantity"]
            yield {coding["code"] for coding in one["code"]["coding"]}, quantity["value"], quantity["code"]


@pytest.mark.parametrize("case", [one for one in MAPPED if one["kind"] == "inbound-score"], ids=lambda case: case["id"])
def test_a_score_of_others_is_read_right(case):
    """Every answer and the total are those that the case expects, though the questions stand in another order."""
    (record,) = read(mappings(), [case["resource"]], server=SERVER).records
    questions = {
        block["linkId"].removeprefix("/"): name
        for name, block in links(convert.to_fhir(mappings(), "questionnaire_response", record.values).sent[0].resource, record)
    }
    assert {code: record.values[questions[code]] for code in case["expected"]["items"]} == case["expected"]["items"]
    assert record.values["total"] == case["expected"]["total"]


def links(resource, record):
    """Which field each item of a response of ours holds: that without which it is not written."""
    for name in record.values:
        less = {other: value for other, value in record.values.items() if other != name}
        if record.kind.fields.by_name[name].required:
            continue
        without = convert.to_fhir(mappings(), "questionnaire_response", less).sent[0].resource
        gone = [item for item in resource["item"] if item not in without["item"]]
        yield from ((name, item) for item in gone)
