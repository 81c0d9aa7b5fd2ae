"""A contained resource of a mapping is read from a resource of the set, too, where a reference names it."""

from __future__ import annotations

import pytest

from service.fhir.json import Number
from service.mapping import convert
from tests.support.mappings import SERVER, mappings, read, shown, written

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ORDER = {
    "resourceType": "MedicationRequest",
    "id": "1",
    "status": "active",
    "intent": "order",
    "medicationReference": {"reference": "Medication/2", "display": "as ordered"},
    "subject": {"reference": "Patient/1"},
    "note": [{"text": "with food"}],
}
DRUG = {
    "resourceType": "Medication",
    "id": "2",
    "status": "active",
    "code": {"coding": [{"system": RXNORM, "code": "6470", "display": "lorazepam"}]},
}


def only(found):
    """The one record that was read."""
    (record,) = shown(found)
    return record


@pytest.mark.parametrize(
    ("url", "reference"),
    [("", "Medication/2"), ("", f"{SERVER}/Medication/2"), ("urn:uuid:5b1d2b2f-8a3e-4a9c-9d9d-000000000002",) * 2],
    ids=["relative", "absolute", "by full URL"],
)
@pytest.mark.parametrize("first", [True, False], ids=["the order first", "the drug first"])
def test_a_medicine_of_the_set_is_read(url, reference, first):
    """The order has the code and name of the Medication that it names, which itself is returned as it came."""
    order = {**ORDER, "medicationReference": {"reference": reference}}
    given = [(order, ""), (DRUG, url)]
    found = convert.from_fhir(mappings(), given if first else given[::-1], server=SERVER)
    assert {"rxnorm": "6470", "name": "lorazepam", "status": "active"}.items() <= only(found).items()
    assert [one.resource.value for one in found.orphans] == [DRUG]


@pytest.mark.parametrize(
    "drug",
    [
        {**DRUG, "id": "3"},
        {**DRUG, "resourceType": "Substance"},
        {**DRUG, "status": "entered-in-error"},
        {**DRUG, "modifierExtension": [{"url": "https://other.example.org/no", "valueBoolean": True}]},
    ],
    ids=["another", "of another type", "entered in error", "with a modifier extension"],
)
def test_a_medicine_that_cannot_be_trusted_is_not_read(drug):
    """No name is made up: the order is given back untouched, with the reason."""
    found = read(mappings(), [ORDER, drug], server=SERVER)
    assert not found.records
    assert ORDER in [one.resource.value for one in found.orphans]
    assert all(one.issues for one in found.orphans)


def test_an_order_is_given_back_without_the_medicine_that_it_names():
    """Unchanged to the letter, though the Medication is not sent along; an edit elsewhere leaves the reference."""
    record = only(read(mappings(), [ORDER, DRUG], server=SERVER, policy="keep"))
    assert written(mappings(), "medication", record, server=SERVER) == [ORDER]
    edited = {**record, "note": "before meals"}
    assert written(mappings(), "medication", edited, server=SERVER) == [{**ORDER, "note": [{"text": "before meals"}]}]


def test_another_medicine_takes_the_place_of_the_reference():
    """A record with another code no longer names the Medication of its server."""
    record = only(read(mappings(), [ORDER, DRUG], server=SERVER, policy="keep"))
    (sent,) = written(mappings(), "medication", {**record, "name": "diazepam", "rxnorm": "3322"}, server=SERVER)
    assert "medicationReference" not in sent
    assert sent["medicationCodeableConcept"] == {"coding": [{"system": RXNORM, "code": "3322"}], "text": "diazepam"}


def test_what_an_also_line_reads_is_no_leftover_for_it():
    """A coding whose code one line reads and whose display another is one coding: only the display is left over."""
    coded = {key: value for key, value in ORDER.items() if key != "medicationReference"} | {"medicationCodeableConcept": DRUG["code"]}
    found = read(mappings(), [coded], server=SERVER)
    assert [one.where for one in found.issues] == [
        "MedicationRequest.medicationCodeableConcept.coding[0].display",
    ]
    assert only(found)["name"] == "lorazepam"
    assert Number("1") not in only(found).values()
