"""Bytes in, bytes out: what callers get, whichever path answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from service.diagnostics.issue import Refused
from service.fhir import json as lexical
from service.mapping import library
from service.mapping.fast import read as fast_read
from service.mapping.fast import write as fast_write
from service.mapping.transaction import latest
from service.mapping.wire import Gateway, Terms
from tests.support.valid import errors

ROOT = Path(__file__).parents[2]
READING = {
    "reading_id": "v-1",
    "client_id": "c-17",
    "recorded_at": "2024-05-14T09:50:00-06:00",
    "status": "final",
    "bp_systolic": 122,
    "bp_diastolic": 78,
}
SESSION = {
    "session_id": "s-88",
    "client_id": "c-17",
    "status": "finished",
    "place": "clinic",
    "session_type": "dosing",
    "started_at": "2024-05-14T09:20:00-06:00",
    "clinician_id": "d-1",
    "vitals": [{name: value for name, value in READING.items() if name != "client_id"}],
    "adverse_events": [{"event_id": "e1", "event": "dissociation", "severity": "mild"}],
}
PATIENT = {"client_id": "c-17", "family": "Example", "given": ["Synthetic"], "sex": "F"}


@pytest.fixture(scope="module")
def gate():
    return Gateway.of(library.load(ROOT / "mappings"))


@pytest.fixture(scope="module")
def bloom():
    return Gateway.of(library.load(ROOT / "mappings", "bloom"))


def sent(gate, kind, value, **terms):
    return json.loads(gate.to_fhir(kind, json.dumps(value).encode(), Terms(**terms)).data)


def entries(bundle):
    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "transaction")
    return {entry["fullUrl"]: entry for entry in bundle["entry"]}


def references(value):
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield value["reference"]
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def test_a_record_that_is_one_resource_is_answered_with_it(gate):
    """A blood pressure alone is an Observation with plain references; in a list it is a transaction Bundle."""
    alone = sent(gate, "vitals", READING)
    assert alone["resourceType"] == "Observation"
    assert alone["subject"]["reference"] == "Patient/c-17"
    assert [entry["resource"]["resourceType"] for entry in sent(gate, "vitals", [READING])["entry"]] == ["Observation", "Provenance"]


def test_a_session_is_one_transaction_that_can_be_sent_twice(gate):
    """Every entry is a PUT, by own identifier or to its own id where R4 has no search; references inside go by full URL."""
    bundle = sent(gate, "session", SESSION)
    found = entries(bundle)
    types = [entry["resource"]["resourceType"] for entry in bundle["entry"]]
    assert types == ["Encounter", "Procedure", "Observation", "AdverseEvent", "Provenance"]
    for entry in found.values():
        type_ = entry["resource"]["resourceType"]
        assert entry["request"]["method"] == "PUT"
        assert entry["request"]["url"].startswith(f"{type_}/" if type_ in ("AdverseEvent", "Provenance") else f"{type_}?identifier=")
        inside = [one for one in references(entry["resource"]) if one.startswith("urn:")]
        assert set(inside) <= found.keys()
        assert all("?identifier=" in one for one in references(entry["resource"]) if one not in inside)
    assert len(found) == len(bundle["entry"])
    assert set(references(bundle["entry"][-1]["resource"])) == set(list(found)[:-1])


def test_what_is_sent_is_valid(gate):
    """The Bundle of the session passes the validator, with all that is in it."""
    bundle = lexical.read(gate.to_fhir("session", json.dumps(SESSION).encode()).data)
    assert errors(bundle) == []


def test_a_session_comes_back_from_any_order_of_entries(gate):
    """Reversed entries, which only `walk` reads, and ours in order give the same records."""
    bundle = sent(gate, "session", SESSION)
    forward = json.loads(gate.from_fhir(json.dumps(bundle).encode()).data)
    backward = json.loads(gate.from_fhir(json.dumps({**bundle, "entry": bundle["entry"][::-1]}).encode()).data)
    assert [one["record"] for one in forward["records"]] == [SESSION]
    assert [one["record"] for one in backward["records"]] == [SESSION]
    assert forward["orphans"] == backward["orphans"] == []


def test_white_space_does_not_leave_the_fast_path(gate, monkeypatch):
    """A pretty-printed record and Bundle are answered by emitted code."""
    bundle = sent(gate, "session", SESSION)

    def never(*_, **__):
        raise AssertionError

    monkeypatch.setattr("service.mapping.convert.to_set", never)
    monkeypatch.setattr("service.mapping.convert.from_fhir", never)
    assert json.loads(gate.to_fhir("session", json.dumps(SESSION, indent=2).encode()).data) == bundle
    assert json.loads(gate.from_fhir(json.dumps(bundle, indent=2).encode()).data)["records"][0]["record"] == SESSION


def test_both_paths_give_the_same_bytes(gate, monkeypatch):
    """`walk` answers a session, a list, and both ways just as emitted code does."""
    for value in (SESSION, [SESSION, {**SESSION, "session_id": "s-89", "vitals": [], "adverse_events": []}], [SESSION]):
        data = json.dumps(value, separators=(",", ":")).encode()
        try:
            fast = gate.to_fhir("session", data).data
        except Refused as refused:
            fast = refused.issues
        monkeypatch.setattr(fast_write, "to_fhir", lambda *_: None)
        monkeypatch.setattr(fast_read, "from_fhir", lambda *_: None)
        try:
            slow = gate.to_fhir("session", data).data
        except Refused as refused:
            slow = refused.issues
        assert fast == slow
        monkeypatch.undo()


def test_a_patient_handed_over_stands_in_the_bundle(gate):
    """With `with`, the session refers to the patient's entry, and both come back as two records."""
    bundle = sent(gate, "session", {"record": SESSION, "with": {"patient": [PATIENT]}})
    patient = next(entry for entry in bundle["entry"] if entry["resource"]["resourceType"] == "Patient")
    encounter = next(entry for entry in bundle["entry"] if entry["resource"]["resourceType"] == "Encounter")
    assert encounter["resource"]["subject"]["reference"] == patient["fullUrl"]
    back = json.loads(gate.from_fhir(json.dumps(bundle).encode()).data)
    assert {one["kind"]: one["record"] for one in back["records"]} == {"session": SESSION, "patient": PATIENT}


def test_another_server_gives_its_own_ids(gate):
    """A receiver that does not take our ids gets none of them, but of the types that it finds by id alone."""
    for entry in sent(gate, "session", SESSION, server="https://ehr.example/fhir")["entry"]:
        assert ("id" in entry["resource"]) == (entry["resource"]["resourceType"] in ("AdverseEvent", "Provenance"))
    assert all(
        "id" in entry["resource"] for entry in sent(gate, "session", SESSION, server="https://ehr.example/fhir", takes_ids=True)["entry"]
    )


def test_recorded_is_the_callers_or_the_latest_time(gate):
    """Provenance.recorded: what the caller says, else the latest instant of the records; without one there is no Provenance."""
    said = sent(gate, "session", SESSION, recorded="2025-01-01T00:00:00Z")["entry"][-1]["resource"]
    assert said["recorded"] == "2025-01-01T00:00:00Z"
    assert sent(gate, "session", SESSION)["entry"][-1]["resource"]["recorded"] == "2024-05-14T09:50:00-06:00"
    assert sent(gate, "patient", [PATIENT])["entry"][-1]["resource"]["resourceType"] == "Patient"


def test_the_latest_time_is_the_latest_instant():
    """Offsets count, dates do not, a leap second is no error, and the order does not matter."""
    times = ["2024-05-14T09:50:00-06:00", "2024-05-14T15:55:00Z", "2024-05-14", None, "2016-12-31T23:59:60Z"]
    assert latest(times) == latest(times[::-1]) == "2024-05-14T15:55:00Z"
    assert latest(["2024", None]) == ""


def test_a_bad_line_fails_alone_and_by_its_number(gate):
    """NDJSON: the second of three lines becomes an OperationOutcome that names line 2."""
    lines = [json.dumps(READING).encode(), b'{"reading_id": 1', json.dumps({**READING, "reading_id": "v-3"}).encode()]
    answers = list(gate.to_fhir_lines("vitals", lines))
    assert [one.failed for one in answers] == [False, True, False]
    outcome = json.loads(answers[1].data)
    assert outcome["issue"][0]["details"]["text"].startswith("line 2: ")
    back = list(gate.from_fhir_lines([answers[0].data, b"[", b"", answers[2].data]))
    assert [one.failed for one in back] == [False, True, False]


@pytest.mark.parametrize(
    "data",
    [b"", b"null", b"3", b'"x"', b"[1]", b'{"resourceType":"Bundle","entry":{}}', b'{"a":1,"a":2}', b"\xff", b"{}", b'{"resourceType":1}'],
)
def test_what_is_no_resource_is_refused(gate, data):
    """Never a crash: a Refused that says what to send."""
    with pytest.raises(Refused) as refused:
        gate.from_fhir(data)
    assert all(issue.code.startswith("KAP6") for issue in refused.value.issues)


def test_every_issue_says_where_in_the_bundle(gate):
    """The expression of a leftover begins with the entry that holds it."""
    bundle = sent(gate, "session", SESSION)
    bundle["entry"][2]["resource"]["interpretation"] = [{"text": "said by another system"}]
    answer = gate.from_fhir(json.dumps(bundle).encode())
    assert [issue.where for issue in answer.issues] == ["Bundle.entry[2].resource.interpretation"]


def test_a_clinics_own_form_goes_both_ways(bloom):
    """A clinic with a layout sends and gets its own fields, and errors name them."""
    theirs = {
        "reading_id": "v-1",
        "client_id": "c-17",
        "taken_at": "2024-05-14T09:50:00-06:00",
        "status": "final",
        "stage": "Baseline",
        "sbp_dbp": "122/78",
        "hr": 70,
    }
    back = json.loads(bloom.from_fhir(json.dumps(sent(bloom, "vitals", theirs)).encode()).data)
    assert back["records"][0]["record"] == theirs
    with pytest.raises(Refused) as refused:
        sent(bloom, "vitals", {"record": [theirs, {**theirs, "reading_id": "v-2", "hr": 900}], "with": {}})
    assert [issue.where for issue in refused.value.issues] == ["[1].hr"]


def test_a_record_without_a_form_at_the_clinic_is_given_back(bloom):
    """Half a pressure has no form in the clinic's joined field: its resource is an orphan, and the outcome names the field."""
    half = {"reading_id": "v-1", "client_id": "c-17", "taken_at": "2024-05-14T09:50:00-06:00", "status": "final", "sbp_dbp": "122/78"}
    resource = sent(bloom, "vitals", half)
    del resource["component"][1]["valueQuantity"]
    resource["component"][1]["dataAbsentReason"] = {
        "coding": [{"system": "http://terminology.hl7.org/CodeSystem/data-absent-reason", "code": "unknown", "display": "Unknown"}]
    }
    answer = json.loads(bloom.from_fhir(json.dumps(resource).encode()).data)
    assert answer["records"] == []
    assert answer["orphans"] == [resource]
    assert "bp_diastolic" in answer["outcome"]["issue"][0]["details"]["text"]


def test_records_of_one_case_are_written_by_code_of_their_own(gate):
    """A kind whose fields go with one value of another is emitted once for each value: without the others' fields, with the same answer."""
    ready = gate.code.kinds["questionnaire_response"]
    text = b'{"instrument":"phq-9","phq9_1":2}'
    code = ready.cases.of(text)
    record = code.decode(text)
    assert code.case == "phq-9"
    assert not hasattr(record, "f_gad7_1")
    assert {*ready.code.record.__struct_fields__} > {*record.__struct_fields__}


@pytest.mark.parametrize(
    "more", [{"gad7_1": 1}, {"instrument": "none"}, {"instrument": None}, {"phq9_1": 9}, {"timepoint": '"instrument":"gad-7"'}]
)
def test_a_case_takes_the_fields_of_no_other(gate, more):
    """Whatever says or hides which case it is, the fast path answers as `walk` does, or not at all."""
    record = {"response_id": "q-1", "client_id": "c-17", "submitted_at": "2024-05-14T09:50:00-06:00", "status": "completed"}
    record = {**record, "instrument": "phq-9", "phq9_1": 2, **more}
    fast = fast_write.to_fhir(gate.code, "questionnaire_response", json.dumps(record, separators=(",", ":")).encode(), gate.mapping, "")
    if fast is None and "timepoint" not in more:
        with pytest.raises(Refused):
            gate.to_fhir("questionnaire_response", json.dumps(record).encode())
    else:
        assert fast == gate.to_fhir("questionnaire_response", json.dumps(record, indent=1).encode()).data
