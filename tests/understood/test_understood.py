"""What other systems send is read rightly, or given back untouched with the reason; `make understood` prints how much of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from service.fhir.json import Number
from service.mapping.assemble import Gathering
from tests.laws.test_given_back import returned, texts
from tests.support.cases import ABSENT
from tests.support.mappings import apart, mappings
from tests.understood.measure import FOLDER, TYPES, account, read, sets, table

SETS = sets() if FOLDER.exists() else []
FLOORS = {
    "MedicationDispense": (1.0, 0.45),
    "MedicationRequest": (1.0, 0.40),
    "MedicationStatement": (1.0, 0.35),
    "Observation": (0.96, 0.42),
    "Patient": (0.96, 0.73),
    "Practitioner": (1.0, 0.79),
    "PractitionerRole": (1.0, 0.45),
}
"""By type, the share of the resources that are read at least, and of their leaf elements that are understood."""

NAMED = ("creatinine", "alt", "ast", "bilirubin", "pregnancy_status")


def members(one):
    """The records of a set, each with the resources that it was read from."""
    return [(record, member.resource) for top in read(one).records for record in apart(top) for member in record.members]


@pytest.mark.parametrize("one", SETS, ids=lambda one: one.name)
def test_each_resource_is_read_or_an_orphan_with_its_reason(one):
    """None fails, none vanishes, and none that is not read lacks the reason."""
    told = account(one)
    assert len(told) == len(one.resources)
    assert all(each.read or each.reasons for each in told)


@pytest.mark.parametrize("one", SETS, ids=lambda one: one.name)
def test_each_resource_is_given_back(one):
    """Law 3: the whole set comes back JSON-equal, with order and decimal text."""
    tops: dict[str, list[Gathering]] = {orphan.resource.server: [] for orphan in read(one).orphans}
    for top in read(one).records:
        tops.setdefault(top.members[0].resource.server, []).append(top)
    back = [resource for server, own in tops.items() for resource in returned(mappings(), replace(read(one), records=own), server)]
    assert texts(back) == texts([resource for resource, _ in one.resources])


@ABSENT
def test_the_share_that_is_understood_does_not_fall(capsys):
    """Of each type at least as many resources are read, and as many of their leaf elements understood, as before."""
    told = [each for one in SETS for each in account(one) if each.type in TYPES]
    with capsys.disabled():
        print(f"\n{table(told)}")
    for type_, (resources, parts) in FLOORS.items():
        ones = [each for each in told if each.type == type_]
        assert sum(each.read for each in ones) >= resources * len(ones), type_
        assert sum(each.understood for each in ones) >= parts * sum(each.leaves for each in ones), type_


def codes(concept, system):
    """The codes of a system in a CodeableConcept."""
    return [one["code"] for one in concept.get("coding", ()) if one.get("system") == system and "code" in one]


@ABSENT
def test_results_are_read_right():
    """Of every Observation read as a result: status, time, what was measured, the value with its unit, and the answer are the sender's."""
    results = [(record.values, resource.value) for one in SETS for record, resource in members(one) if record.kind.name == "result"]
    assert len(results) > 100
    elsewhere = mappings().kinds["result"].fields.by_name["code"].excluded  # a vital sign of which the value is none of ours
    for record, theirs in results:
        assert record["status"].replace("_", "-") == theirs["status"]
        assert record.get("taken_at") == (theirs.get("effectiveDateTime") or theirs.get("effectivePeriod", {}).get("start"))
        measured = codes(theirs["code"], "http://loinc.org")
        assert not measured or record.get("code") in measured or record.get("test") in NAMED or set(measured) <= elsewhere
        quantity = theirs.get("valueQuantity", {})
        assert record.get("value") == quantity.get("value")
        assert record.get("unit_text") == quantity.get("unit")
        assert record.get("unit") == quantity.get("code")
        assert record.get("said") == theirs.get("valueString")
        assert record.get("holds") == theirs.get("valueBoolean")
        answer = theirs.get("valueCodeableConcept", {})
        if "answer_code" in record:
            assert record["answer_code"] in codes(answer, "http://loinc.org")
        if "answer_snomed" in record:
            assert record["answer_snomed"] in codes(answer, "http://snomed.info/sct")
        said = answer.get("text") or next((one["display"] for one in answer.get("coding", ()) if "display" in one), None)
        foreign = "text" not in answer and not codes(answer, "http://loinc.org") and not codes(answer, "http://snomed.info/sct")
        assert not said or foreign or said == record.get("answer") or "finding" in record


@ABSENT
def test_medicines_are_read_right():
    """Of every statement and order: status, name or code, dose, how often, who says so, when it was noted."""
    found = [(record.values, resource.value) for one in SETS for record, resource in members(one) if record.kind.name == "medication"]
    assert len(found) >= 9
    for record, theirs in found:
        assert record["status"].replace("_", "-") == theirs["status"]
        concept = theirs.get("medicationCodeableConcept", {})
        rxnorm = codes(concept, "http://www.nlm.nih.gov/research/umls/rxnorm")
        assert record.get("rxnorm") in rxnorm or not rxnorm
        assert concept.get("text", record.get("name")) == record.get("name")
        assert record.get("noted_at") == theirs.get("authoredOn", theirs.get("dateAsserted"))
        (dose,) = theirs.get("dosageInstruction", theirs.get("dosage", [{}]))
        assert record.get("dose_text") == dose.get("text")
        repeat = dose.get("timing", {}).get("repeat", {})
        assert record.get("frequency") == repeat.get("frequency")


@ABSENT
def test_what_the_client_takes_is_read_wherever_its_name_stands():
    """In the order, in a contained Medication, in one of its own, in a dispense; said by the client or ordered."""
    (examples,) = (one for one in SETS if one.name == "us-core-examples")
    found = {theirs.id: record.values for record, theirs in members(examples) if record.kind.name in ("medication", "dispense")}
    axid = {"name": "Nizatidine 15 MG/ML Oral Solution [Axid]", "rxnorm": "582620", "dose_amount": Number("10"), "dose_unit": "mL"}
    assert axid.items() <= found["medicationrequest-contained-oral-axid"].items()
    assert axid.items() <= found["medicationrequest-referenced-oral-axid"].items()
    assert {"rxnorm": "476872", "frequency": Number("2"), "period_unit": "d"}.items() <= found["medicationrequest-coded-oral-axid"].items()
    assert {"name": "Tylenol PM Pill", "intent": "plan", "informant": "client"}.items() <= found["self-tylenol"].items()
    assert {"quantity": Number("480"), "quantity_unit": "mL"}.items() <= found["medicationdispense-example"].items()
