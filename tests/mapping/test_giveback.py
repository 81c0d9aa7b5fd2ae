"""Giving back: what an edit does to resources that others hold, and the certificate of what goes back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from service.diagnostics.issue import Refused
from service.fhir import json
from service.fhir.json import Number
from service.mapping import convert
from service.mapping.wire import Gateway, Terms
from tests.mapping.test_children import READING, SESSION
from tests.support.foreign import NOON, observation, patient, pulse
from tests.support.mappings import SERVER, mappings, read, shown, written


def kept(*resources, **terms):
    """The one record of resources of another server, with its memory."""
    (record,) = shown(read(mappings(), resources, server=SERVER, policy="keep", **terms))
    return record


def back(kind, record, mapped=None):
    """What goes back to that server."""
    return convert.to_fhir(mapped or mappings(), kind, record, server=SERVER)


def test_without_an_edit_the_resource_itself_goes_back():
    """Digest unchanged → R itself, whatever the mapping."""
    theirs = patient(_gender={"id": "x"}, photo=[{"title": "p"}])
    other = replace(mappings(), hash="another")
    for mapped in (mappings(), other):
        assert [one.resource for one in back("patient", kept(theirs), mapped).sent] == [theirs]


def test_what_stays_in_the_clinic_is_no_edit():
    """A field that never leaves does not make the record another one."""
    theirs = patient(photo=[{"title": "p"}])
    assert [one.resource for one in back("patient", {**kept(theirs), "alert_note": "loud"}).sent] == [theirs]


def test_a_foreign_resource_gets_no_identifier_of_ours():
    """Where M = B, R stands: its identifiers too, and ours is not added."""
    theirs = patient(identifier=[{"system": "https://other.example.org/ids", "value": "7"}])
    (sent,) = back("patient", {**kept(theirs), "family": "Obi"}).sent
    assert sent.own is None
    assert sent.resource == {**theirs, "name": [{"family": "Obi"}]}


def test_decimals_and_form_stand_where_nothing_changed():
    """Where M = B, R stands: order of codings, spelling of decimals, the form of its references."""
    codings = [{"system": "https://other.example.org/codes", "code": "hr"}, {"system": "http://loinc.org", "code": "8867-4"}]
    theirs = {**pulse(note=[{"text": "n"}]), "code": {"coding": codings}}
    theirs["valueQuantity"]["value"] = Number("71.00")
    (sent,) = back("vitals", {**kept(theirs), "status": "entered_in_error"}).sent
    assert sent.resource == {**theirs, "status": "entered-in-error"}


def test_our_elements_follow_the_record_and_leftovers_keep_their_places():
    """Lists are united: elements of `each` in the record's order, leftover elements where they were."""
    names = [{"name": {"text": name}} for name in ("Ben", "Cleo")]
    strange = {"gender": "female"}
    theirs = patient(contact=[strange, *names])
    record = kept(theirs)
    turned = {**record, "contacts": [{"contact_name": "Dee"}, *reversed(record["contacts"])]}
    (sent,) = back("patient", turned).sent
    texts = [one.get("name", {}).get("text") for one in sent.resource["contact"]]
    assert texts[0] is None
    assert texts[1:] == ["Dee", "Cleo", "Ben"]


def test_an_item_that_goes_takes_its_leftovers_along():
    """A leftover inside an element that the record gave up is no longer anybody's, and is reported."""
    theirs = patient(contact=[{"name": {"text": "Ben"}, "gender": "male"}, {"name": {"text": "Cleo"}, "gender": "female"}])
    record = kept(theirs)
    returned = back("patient", {**record, "contacts": record["contacts"][1:]})
    assert returned.sent[0].resource["contact"] == theirs["contact"][1:]
    assert [one.where for one in returned.issues] == ["Patient.contact[0]"]


def test_the_certificate_drops_what_would_be_read_instead():
    """Certificate: a leftover that would now be read as the record's value goes, with its element's other leftovers, and is reported."""
    faxes = [{"system": "fax", "value": "1", "use": "home"}, {"system": "fax", "value": "2", "use": "work"}]
    record = kept({**patient(telecom=faxes, photo=[{"title": "p"}]), "resourceType": "Practitioner"})
    without = {name: value for name, value in record.items() if name != "fax"}
    returned = back("practitioner", without)
    assert "telecom" not in returned.sent[0].resource
    assert "photo" in returned.sent[0].resource
    assert "Practitioner.telecom" in [one.where for one in returned.issues]


def test_a_choice_has_one_form():
    """At most one form of a choice: the form that another system wrote goes when the record changes the value."""
    questions = {"linkId": "/44261-6", "answer": [{"valueInteger": Number("12")}]}
    first = {"linkId": "/44250-9", "answer": [{"valueCoding": {"system": "http://loinc.org", "code": "LA6569-3"}}]}
    theirs = {
        "resourceType": "QuestionnaireResponse",
        "id": "1",
        "questionnaire": f"{mappings().names.base}/Questionnaire/phq-9",
        "status": "completed",
        "subject": {"reference": "Patient/1"},
        "authored": NOON,
        "item": [first, questions],
    }
    record = kept(theirs)
    (sent, *_) = back("questionnaire_response", {**record, "total": Number("13")}).sent
    assert sent.resource["item"][1]["answer"] == [{"valueDecimal": Number("13")}]


def test_a_field_of_another_case_is_not_missed():
    """A foreign response whose questionnaire has no place for the total agrees with a total beside it: it could not say more."""
    theirs = {
        "resourceType": "QuestionnaireResponse",
        "id": "1",
        "questionnaire": f"{mappings().names.base}/Questionnaire/gad-7",
        "status": "completed",
        "subject": {"reference": "Patient/1"},
        "authored": NOON,
        "item": [{"linkId": "/69725-0", "answer": [{"valueCoding": {"system": "http://loinc.org", "code": "LA6569-3"}}]}],
    }
    response, total = back("questionnaire_response", {**kept(theirs), "total": Number("7")}).sent
    assert response.resource == theirs
    assert total.resource["valueQuantity"]["value"] == Number("7")


def test_no_reason_for_absence_beside_a_value():
    """No `dataAbsentReason` stands beside a value that the record now has."""
    codes = {"8480-6": {"valueQuantity": {"value": Number("120"), "unit": "mmHg", "system": "http://unitsofmeasure.org", "code": "mm[Hg]"}}}
    codes["8462-4"] = {"dataAbsentReason": {"coding": [{"code": "error"}], "text": "cuff"}}
    component = [{"code": {"coding": [{"system": "http://loinc.org", "code": code}]}, **value} for code, value in codes.items()]
    theirs = {**observation("b", "85354-9", "1", "1"), "component": component}
    del theirs["valueQuantity"]
    (sent,) = back("vitals", {**kept(theirs), "bp_diastolic": Number("80")}).sent
    assert "dataAbsentReason" not in sent.resource["component"][1]
    assert sent.resource["component"][1]["valueQuantity"]["value"] == Number("80")


def test_what_the_record_no_longer_writes_is_withdrawn():
    """A resource of R that M no longer writes is named for the caller to delete, and not sent."""
    record = {
        "reading_id": "v",
        "client_id": "c",
        "recorded_at": NOON,
        "status": "final",
        "heart_rate": Number("71"),
        "pain_0_10": Number("3"),
    }
    theirs = written(mappings(), "vitals", record, server=SERVER, takes_ids=True)
    held = kept(*theirs)
    del held["pain_0_10"]
    returned = back("vitals", held)
    assert ([one.resource["id"] for one in returned.sent], returned.withdrawn) == (["v.hr"], ["Observation/v.pain"])


def test_an_item_that_goes_is_withdrawn():
    """So is the resource of an item that the record gave up."""
    items = [{"other_id": name, "code": name, "value": Number("1"), "unit": "1"} for name in ("a", "b")]
    record = {"reading_id": "v", "client_id": "c", "recorded_at": NOON, "status": "final", "other": items}
    held = kept(*written(mappings(), "vitals", record, server=SERVER, takes_ids=True))
    returned = back("vitals", {**held, "other": items[1:]})
    assert ([one.resource["id"] for one in returned.sent], returned.withdrawn) == (["v.other.b"], ["Observation/v.other.a"])


def test_the_form_of_the_server_is_kept():
    """An `other form of` goes back in its own form: two Observations stay two."""
    systolic = observation("s", "8480-6", "120", "mm[Hg]")
    diastolic = observation("d", "8462-4", "80", "mm[Hg]")
    record = kept(systolic, diastolic)
    assert (record["bp_systolic"], record["bp_diastolic"]) == (Number("120"), Number("80"))
    returned = back("vitals", {**record, "bp_systolic": Number("125")})
    assert [one.resource["id"] for one in returned.sent] == ["s", "d"]
    assert returned.sent[0].resource["valueQuantity"]["value"] == Number("125")
    assert returned.sent[1].resource == diastolic


def test_a_form_without_room_for_the_change_refuses_it():
    """An edit that the server's form can not carry is refused with the field: a second resource beside a stale one would be worse."""
    record = kept(observation("s", "8480-6", "120", "mm[Hg]"))
    with pytest.raises(Refused) as refused:
        back("vitals", {**record, "bp_diastolic": Number("80")})
    assert [(one.code, one.where) for one in refused.value.issues] == [("KAP516", "bp_diastolic")]


def test_a_change_of_the_mapping_deletes_nothing():
    """Read by another mapping → what the record lacks and B has is taken from B: the new mapping reads what the old one left."""
    theirs = patient(maritalStatus={"text": "m"}, birthDate="1986-03-09")
    record = kept(theirs)
    older = {name: value for name, value in record.items() if name != "birth_date"}
    older["_fhir"] = [{**entry, "mapping": "older", "read": "of the older record"} for entry in record["_fhir"]]
    (sent,) = back("patient", {**older, "family": "Obi"}).sent
    assert sent.resource == {**theirs, "name": [{"family": "Obi"}]}
    (same,) = back("patient", {**older, "_fhir": [{**entry, "read": "of this mapping"} for entry in record["_fhir"]]}).sent
    assert "birthDate" not in same.resource


def test_a_link_that_is_there_already_is_not_written_twice():
    """A leftover that the record now writes itself is that element: no list names one resource twice."""
    record = {
        "administration_id": "a",
        "client_id": "c",
        "status": "given",
        "substance": "ketamine",
        "start_at": NOON,
        "weight_kg": Number("70"),
        "weight_at": NOON,
    }
    (dose, _) = written(mappings(), "administration", record, server=SERVER, takes_ids=True)
    held = kept(dose)
    assert "weight_kg" not in held
    returned = back("administration", {**held, "weight_kg": Number("71"), "weight_at": NOON})
    assert returned.sent[0].resource["supportingInformation"] == dose["supportingInformation"]


@pytest.mark.parametrize("theirs", ["med", "m1"])
def test_contained_ids_are_equal_up_to_renaming(theirs):
    """A contained resource keeps the id that it has there; another one with our id is left alone, and ours takes a free one."""
    record = {
        "administration_id": "a",
        "client_id": "c",
        "status": "given",
        "substance": "ketamine",
        "start_at": NOON,
        "lot_number": "KX1",
    }
    (ours,) = written(mappings(), "administration", record, server=SERVER, takes_ids=True)
    ward = {"resourceType": "Location", "id": "med" if theirs != "med" else "ward", "name": "Ward"}
    ours["contained"] = [ward, {**ours["contained"][0], "id": theirs}]
    ours["medicationReference"] = {"reference": f"#{theirs}"}
    ours["extension"] = [{"url": "https://other.example.org/where", "valueReference": {"reference": f"#{ward['id']}"}}]
    (sent,) = back("administration", {**kept(ours), "lot_number": "KX2"}).sent
    assert [one["id"] for one in sent.resource["contained"]] == [ward["id"], theirs]
    assert sent.resource["contained"][1]["batch"] == {"lotNumber": "KX2"}


def test_a_contained_resource_that_nothing_names_goes():
    """Without its lot the medicine needs no Medication of its own: the contained one goes with the reference to it."""
    record = {"administration_id": "a", "client_id": "c", "status": "given", "substance": "ketamine", "start_at": NOON, "lot_number": "KX1"}
    (ours,) = written(mappings(), "administration", record, server=SERVER, takes_ids=True)
    held = kept({**ours, "note": [{"text": "n"}], "recorded": NOON})
    del held["lot_number"]
    (sent,) = back("administration", held).sent
    assert "contained" not in sent.resource
    assert "medicationReference" not in sent.resource
    assert sent.resource["medicationCodeableConcept"]["coding"][0]["code"] == "6130"


def test_labels_are_united():
    """`meta.security` of R is kept when M stands, under every form of giving back."""
    label = {"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"}
    theirs = patient(meta={"security": [label], "versionId": "3"})
    (sent,) = back("patient", {**kept(theirs), "family": "Obi"}).sent
    assert sent.resource["meta"] == {"security": [label]}


def test_a_new_record_names_what_is_there_as_it_is_named_there():
    """In a Bundle for the server a session was read from, a new reading refers to the Encounter that it has, not to one of ours."""
    gate = Gateway.of(mappings())
    terms = Terms(server=SERVER, leftovers="keep")
    encounter, _ = written(mappings(), "session", SESSION, server=SERVER)
    answer = json.read(gate.from_fhir(json.write({**encounter, "id": "900"}), terms).data)
    session = answer["records"][0]["record"] | {"vitals": [{**READING, "reading_id": "v-2"}]}
    bundle = json.read(gate.to_fhir("session", json.write([session]), terms).data)
    there, pulse, provenance = (entry["resource"] for entry in bundle["entry"])
    assert there == {**encounter, "id": "900"}
    assert pulse["encounter"]["reference"] == "Encounter/900"
    assert [one["reference"] for one in provenance["target"]] == ["Encounter/900", bundle["entry"][1]["fullUrl"]]
    assert bundle["entry"][0]["request"] == {"method": "PUT", "url": "Encounter/900"}


@pytest.mark.parametrize("id_", ['a"b', 'x","y":"z', "a/b", "", None, Number("5"), {"a": "b"}])
@pytest.mark.parametrize("url", ["", 'urn:x"y', "urn:uuid:5b1d2b2f-8a3e-4a9c-9d9d-000000000001"])
def test_nobodys_quotation_mark_ends_a_string_of_ours(id_, url):
    """Whatever stands as id or full URL of a foreign resource, the Bundle that it goes back in is JSON, and holds it as it came."""
    gate = Gateway.of(mappings())
    terms = Terms(server=SERVER, leftovers="keep")
    theirs = patient(id_, photo=[{"title": "p"}])
    records = shown(convert.from_fhir(mappings(), [(theirs, url)], server=SERVER, policy="keep"))
    back_again = json.read(gate.to_fhir("patient", json.write(records), terms).data)
    assert [entry["resource"] for entry in back_again["entry"]] == [theirs]
    assert back_again["entry"][0]["request"] == {"method": "POST", "url": "Patient"}


def test_a_server_is_a_url():
    """A server whose name would end a string of ours is refused."""
    with pytest.raises(Refused) as refused:
        Gateway.of(mappings()).to_fhir("patient", b"{}", Terms(server='https://a.example/"x'))
    assert [one.code for one in refused.value.issues] == ["KAP608"]


def test_what_a_resource_could_not_say_gives_way_last():
    """Law 4: a broken response, which the score beside it made readable, goes back as the record has it when the score goes."""
    record = {
        "response_id": "r",
        "client_id": "c",
        "instrument": "gad-7",
        "submitted_at": NOON,
        "status": "completed",
        "total": Number("7"),
    }
    response, total = written(mappings(), "questionnaire_response", record, server=SERVER, takes_ids=True)
    held = kept({**response, "questionnaire": [[]]}, total)
    del held["total"]
    returned = back("questionnaire_response", held)
    assert returned.sent[0].resource["questionnaire"] == response["questionnaire"]
    assert returned.withdrawn == ["Observation/r.total"]
    assert "QuestionnaireResponse.questionnaire" in [one.where for one in returned.issues]
