"""Edits of what other systems wrote: nothing that described the old value is left, and nothing else is touched."""

from __future__ import annotations

from copy import deepcopy

import pytest

from service.fhir import json
from service.fhir.json import Number
from service.mapping import convert
from tests.support.mappings import SERVER, mappings, read, shown

OLD = "the old value"
_CODING = {"system": "https://other.example.org/codes", "code": "old", "display": OLD}
_EXTENSION = [{"url": "https://other.example.org/about", "valueString": OLD}]
_NARRATIVE = {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{OLD}</div>'}

PATIENT = {
    "client_id": "c",
    "family": "Okafor",
    "given": ["Ada"],
    "sex": "F",
    "birth_date": "1986-03-09",
    "phones": [{"phone": "1"}],
    "addresses": [{"city": "Boulder"}],
}
PHONE = {"phones": [{"phone": "2"}]}
DOSE = {
    "administration_id": "a",
    "client_id": "c",
    "status": "given",
    "substance": "ketamine",
    "start_at": "2024-05-14T10:00:00-06:00",
    "end_at": "2024-05-14T10:40:00-06:00",
    "route": "IV",
    "dose_amount": Number("35.0"),
    "dose_unit": "mg",
    "administered_by": "n-2",
}
LOT = {**DOSE, "lot_number": "KX2291"}
READING = {
    "reading_id": "v",
    "client_id": "c",
    "recorded_at": "2024-05-14T10:40:00-06:00",
    "status": "final",
    "bp_systolic": Number("138"),
    "bp_diastolic": Number("84"),
    "recorded_by": "n-2",
    "phase": "pre",
}
PULSE = {**{name: value for name, value in READING.items() if not name.startswith("bp_")}, "heart_rate": Number("92")}
ANSWERS = {
    "response_id": "q",
    "client_id": "c",
    "instrument": "phq-9",
    "submitted_at": "2024-05-13T18:02:00-06:00",
    "status": "completed",
    "phq9_1": Number("2"),
    "phq9_2": Number("1"),
}
TABLET = {
    "medication_id": "m",
    "client_id": "c",
    "name": "lamotrigine",
    "status": "active",
    "dose_amount": Number("100"),
    "dose_unit": "mg",
}
EVENT = {"event_id": "e", "client_id": "c", "event": "nausea", "severity": "mild"}

CASES = [
    pytest.param(
        "administration", DOSE, "medicationCodeableConcept.coding", [_CODING], {"substance": "ondansetron"}, id="a coding of the old drug"
    ),
    pytest.param(
        "administration", DOSE, "medicationCodeableConcept.text", OLD, {"substance": "ondansetron"}, id="the text of the old drug"
    ),
    pytest.param("administration", DOSE, "dosage.route.text", OLD, {"route": "IM"}, id="the text of the old route"),
    pytest.param("administration", DOSE, "dosage.route.coding", [_CODING], {"route": "IM"}, id="a coding of the old route"),
    pytest.param(
        "administration", DOSE, "dosage.dose.extension", _EXTENSION, {"dose_amount": Number("40")}, id="an extension of the old dose"
    ),
    pytest.param(
        "administration", DOSE, "performer.0.actor.display", OLD, {"administered_by": "n-3"}, id="the display of the old practitioner"
    ),
    pytest.param(
        "administration", DOSE, "effectivePeriod.extension", _EXTENSION, {"end_at": "2024-05-14T11:00:00-06:00"}, id="the old period"
    ),
    pytest.param(
        "administration", LOT, "contained.0.code.text", OLD, {"substance": "midazolam"}, id="the text of the old drug in its Medication"
    ),
    pytest.param(
        "administration", LOT, "contained.0.batch._lotNumber", {"extension": _EXTENSION}, {"lot_number": "KX1"}, id="the old lot's sibling"
    ),
    pytest.param(
        "administration", LOT, "medicationReference.display", OLD, {"lot_number": None}, id="the display of a Medication that goes"
    ),
    pytest.param("patient", PATIENT, "_birthDate", {"extension": _EXTENSION}, {"birth_date": "1986-09-03"}, id="_birthDate"),
    pytest.param("patient", PATIENT, "_birthDate", {"extension": _EXTENSION}, {"birth_date": None}, id="_birthDate of a date that goes"),
    pytest.param("patient", PATIENT, "_gender", {"extension": _EXTENSION}, {"sex": "X"}, id="_gender"),
    pytest.param("patient", PATIENT, "name.0.text", OLD, {"family": "Obi"}, id="the text of the old name"),
    pytest.param("patient", PATIENT, "name.0.period", {"extension": _EXTENSION}, {"family": "Obi"}, id="the period of the old name"),
    pytest.param("patient", PATIENT, "name.0._family", {"extension": _EXTENSION}, {"family": "Obi"}, id="the sibling of the old name"),
    pytest.param("patient", PATIENT, "name.0._given", [{"extension": _EXTENSION}], {"given": ["Bo"]}, id="the siblings of a list"),
    pytest.param("patient", PATIENT, "address.0.text", OLD, {"addresses": [{"city": "Denver"}]}, id="the text of the old address"),
    pytest.param("patient", PATIENT, "telecom.0.period", {"extension": _EXTENSION}, PHONE, id="the period of the old number"),
    pytest.param("patient", PATIENT, "text", _NARRATIVE, PHONE, id="the narrative"),
    pytest.param("patient", PATIENT, "meta.versionId", OLD, PHONE, id="the version"),
    pytest.param("patient", PATIENT, "meta.lastUpdated", OLD, PHONE, id="the time of the version"),
    pytest.param("patient", PATIENT, "meta.profile", [OLD], PHONE, id="a profile that may no longer hold"),
    pytest.param("vitals", PULSE, "interpretation", [{"text": OLD}], {"heart_rate": Number("120")}, id="an interpretation"),
    pytest.param("vitals", PULSE, "issued", OLD, {"heart_rate": Number("120")}, id="the time of issue"),
    pytest.param("vitals", PULSE, "valueQuantity.extension", _EXTENSION, {"heart_rate": Number("120")}, id="an extension of the value"),
    pytest.param("vitals", PULSE, "_effectiveDateTime", {"extension": _EXTENSION}, {"recorded_at": "2024-05-14"}, id="_effectiveDateTime"),
    pytest.param("vitals", PULSE, "performer.0.display", OLD, {"recorded_by": "n-3"}, id="the display of the old observer"),
    pytest.param("vitals", PULSE, "subject.display", OLD, {"client_id": "d"}, id="the display of the old patient"),
    pytest.param(
        "vitals", READING, "interpretation", [{"text": OLD}], {"bp_systolic": Number("120")}, id="an interpretation above a component"
    ),
    pytest.param(
        "vitals", READING, "component.0.interpretation", [{"text": OLD}], {"bp_systolic": Number("120")}, id="that of the component"
    ),
    pytest.param(
        "vitals", READING, "extension.0.extension.0.valueCodeableConcept.text", OLD, {"phase": "post"}, id="a text in an extension"
    ),
    pytest.param(
        "questionnaire_response", ANSWERS, "item.0.answer.0.valueCoding.version", OLD, {"phq9_1": Number("0")}, id="the answer's version"
    ),
    pytest.param("questionnaire_response", ANSWERS, "text", _NARRATIVE, {"phq9_1": Number("0")}, id="the narrative of answers"),
    pytest.param("medication", TABLET, "dosage.0.patientInstruction", OLD, {"dose_amount": Number("50")}, id="the old dose in words"),
    pytest.param("adverse_event", EVENT, "event.text", OLD, {"event": "vomiting"}, id="the text of the old event"),
    pytest.param("adverse_event", EVENT, "severity.coding", [_CODING], {"severity": "severe"}, id="a coding of the old severity"),
]


def put(resource, path, value):
    """The resource with a value at a path of names and numbers; a list is added to."""
    made = deepcopy(resource)
    spot = made
    *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    for step in way:
        spot = spot[step] if isinstance(step, int) else spot.setdefault(step, {})
    spot[last] = [*spot[last], *value] if isinstance(value, list) and isinstance(spot.get(last), list) else value
    return made


@pytest.mark.parametrize(("kind", "record", "path", "value", "change"), CASES)
def test_what_described_the_old_value_goes(kind, record, path, value, change):
    """What stood beside a value at the server goes with it, and the caller is told; while the value stands, so does what is beside it."""
    mapped = mappings()
    (ours,) = (one.resource for one in convert.to_fhir(mapped, kind, record, server=SERVER, takes_ids=True).sent)
    theirs = put(ours, path, value)
    (held,) = shown(read(mapped, [theirs], server=SERVER, policy="keep"))
    assert {**held, "_fhir": None} == {**record, "_fhir": None}
    edited = {name: one for name, one in {**held, **change}.items() if one is not None}
    back = convert.to_fhir(mapped, kind, edited, server=SERVER)
    assert OLD not in json.write([one.resource for one in back.sent]).decode()
    assert [one.code for one in back.issues][:1] == ["KAP518"]
    (again,) = shown(read(mapped, [one.resource for one in back.sent], server=SERVER))
    assert again == {name: one for name, one in edited.items() if name != "_fhir"}


@pytest.mark.parametrize(("kind", "record", "path", "value", "change"), CASES)
def test_what_describes_another_value_stays(kind, record, path, value, change):
    """An edit of another field leaves it: only narrative, version, interpretation and the like describe the whole."""
    del change
    mapped = mappings()
    (ours,) = (one.resource for one in convert.to_fhir(mapped, kind, record, server=SERVER, takes_ids=True).sent)
    (held,) = shown(read(mapped, [put(ours, path, value)], server=SERVER, policy="keep"))
    other = {
        "patient": {"emails": [{"email": "a@example.org"}]},
        "administration": {"notes": "n"},
        "vitals": {"source_device_id": "d"},
        "medication": {"note": "n"},
    }
    change = other.get(kind, {"session_id": "s"})
    sent = json.write([one.resource for one in convert.to_fhir(mapped, kind, {**held, **change}, server=SERVER).sent]).decode()
    whole = path.split(".")[0] in ("text", "meta", "interpretation", "issued")
    assert (OLD in sent) == (not whole)
