"""Patients, practitioners and their roles as other systems send them: lists beside single fields, and what stays where it is."""

from __future__ import annotations

import pytest

from service.diagnostics.issue import Refused
from tests.support.foreign import patient
from tests.support.mappings import SERVER, mappings, read, shown, written

RACE = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race"
CDC = "urn:oid:2.16.840.1.113883.6.238"


def said(resource):
    """The record read from a resource of another server, and what was noted, with where."""
    records = read(mappings(), [resource], server=SERVER)
    (record,) = shown(records)
    return record, [(one.where, one.message) for one in records.issues if one.severity == "warning"]


def omb(code):
    """A race category as US Core has it."""
    return {"url": "ombCategory", "valueCoding": {"system": CDC, "code": code}}


def test_the_name_in_use_is_told_from_former_ones():
    """The first name by its use is the client's, in whatever order they come; the others are listed."""
    old, official = {"use": "old", "family": "Shaw"}, {"use": "official", "family": "Baxter", "given": ["Amy"]}
    for names in ([old, official], [official, old]):
        record, notes = said(patient(name=names))
        assert (record["family"], record["name_use"], record["other_names"]) == (
            "Baxter",
            "official",
            [{"use": "old", "other_family": "Shaw"}],
        )
        assert notes == []


def test_a_second_official_name_is_left_where_it_is():
    """A name that is neither the first nor of a use that others have is no field's, and a note says so."""
    record, notes = said(patient(name=[{"use": "official", "family": "Baxter"}, {"use": "official", "family": "Shaw"}]))
    assert record["family"] == "Baxter"
    assert "other_names" not in record
    assert notes == [("Patient.name[1]", "not read into the record: it lacks what is needed for use")]


def test_every_race_is_read():
    """Categories that repeat are a list; the finer codes stand beside them."""
    parts = [omb("2106-3"), omb("2028-9"), {"url": "detailed", "valueCoding": {"system": CDC, "code": "2036-2"}}]
    record, notes = said(patient(extension=[{"url": RACE, "extension": [*parts, {"url": "text", "valueString": "Mixed"}]}]))
    assert (record["race"], record["race_codes"], record["race_text"]) == (["white", "asian"], ["2036-2"], "Mixed")
    assert notes == []


def test_numbers_and_addresses_keep_their_order():
    """Items of a list stand as they were sent, not by their use; what no line takes stays."""
    numbers = [("phone", "1", "work"), ("email", "a@example.org", "home"), ("phone", "2", "home"), ("url", "http://a.example", "home")]
    record, _ = said(patient(telecom=[{"system": system, "value": value, "use": use} for system, value, use in numbers]))
    assert record["phones"] == [{"phone": "1", "use": "work"}, {"phone": "2", "use": "home"}]
    assert record["emails"] == [{"email": "a@example.org", "use": "home"}]


def test_an_item_that_breaks_its_rule_is_left_where_it_is():
    """A contact without a name or number does not refuse its patient: it stays in the resource, and a note says why."""
    record, notes = said(patient(contact=[{"gender": "male"}, {"name": {"text": "Ben"}}]))
    assert record["contacts"] == [{"contact_name": "Ben"}]
    (note,) = notes
    assert note[0] == "Patient.contact[0]"
    assert note[1].startswith("not read into the record: it breaks the rule: at least one of contact_name")


def test_a_number_of_others_is_not_ours():
    """Identifiers of others are listed with their systems; a medical record number of a hospital is not the clinic's."""
    theirs = {
        "system": "https://hospital.example.org/mrn",
        "value": "7",
        "type": {"coding": [{"system": "http://hl7.org/fhir/v2/0203", "code": "MR"}]},
    }
    record, notes = said(patient(identifier=[theirs]))
    assert record["identifiers"] == [{"system": "https://hospital.example.org/mrn", "value": "7", "type": "mrn"}]
    assert "mrn" not in record
    assert notes == []


@pytest.mark.parametrize("system", ["id/patient", "id/practitioner", "sid/mrn"])
def test_a_record_cannot_claim_an_identifier_of_ours(system):
    """A listed identifier whose system is ours, or has a field of its own, is refused: the resource would say that it is another."""
    listed = {"system": f"{mappings().names.base}/{system}", "value": "c-2"}
    with pytest.raises(Refused) as refused:
        written(mappings(), "patient", {"client_id": "c-1", "family": "Okafor", "sex": "F", "identifiers": [listed]})
    assert [one.code for one in refused.value.issues] == ["KAP403"]


def test_a_wrong_npi_is_no_identifier():
    """A number that is no NPI, though its system says so, stays in the resource."""
    theirs = {"system": "http://hl7.org/fhir/sid/us-npi", "value": "520"}
    record, notes = said({"resourceType": "Practitioner", "id": "1", "name": [{"family": "Bone"}], "identifier": [theirs]})
    assert "npi" not in record
    assert "identifiers" not in record
    assert [where for where, _ in notes] == ["Practitioner.identifier[0].value"]


def test_a_role_of_others_is_read():
    """A role that other systems name in codes of theirs is read in their words, and its specialty by its code."""
    theirs = {
        "resourceType": "PractitionerRole",
        "id": "1",
        "practitioner": {"reference": "Practitioner/7"},
        "code": [{"coding": [{"system": "https://codes.example.org", "code": "x", "display": "Ketamine nurse"}]}],
        "specialty": [{"coding": [{"system": "http://nucc.org/provider-taxonomy", "code": "208D00000X"}]}],
        "telecom": [{"system": "phone", "value": "1"}],
    }
    record, _ = said(theirs)
    assert (record["roles"], record["specialties"]) == (["Ketamine nurse"], [{"taxonomy": "208D00000X"}])
