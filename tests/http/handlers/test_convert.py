"""The two conversions over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from service.fhir import json
from tests.support.http import FHIR, FHIR_LINES, JSON, KINDS, LINES, body, record, send
from tests.support.mappings import SERVER, mappings
from tests.support.mappings import plain as comparable
from tests.support.server import Server
from tests.support.valid import errors

PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "id": "1",
    "name": [{"family": "Synthetic", "given": ["Ada"]}],
    "gender": "female",
    "birthDate": "1986-03-09",
    "multipleBirthBoolean": True,
}


def post(client: FlaskClient, path: str, data: Any, headers: dict[str, str] = JSON) -> Any:
    """The JSON that a conversion answers with 200."""
    answer = client.post(path, data=data if isinstance(data, bytes) else json.write(data), headers=headers)
    assert answer.status_code == 200, answer.data
    return json.read(answer.data)


def resources(answer: Any) -> list[Any]:
    """The resources of a Bundle, or the one resource."""
    return [one["resource"] for one in answer["entry"]] if answer["resourceType"] == "Bundle" else [answer]


@pytest.mark.parametrize("kind", KINDS)
def test_a_record_becomes_valid_fhir_and_comes_back(server: Server, kind: str) -> None:
    """The example of every kind goes to FHIR and back over HTTP: valid R4 on the way, the same record at the end, nothing left over."""
    there = send(server, "POST", f"/kap/convert/{kind}", body(kind), JSON)
    assert (there.status, there.type) == (200, "application/fhir+json")
    assert errors(there.json) == []
    back = send(server, "POST", "/kap/convert", there.body, FHIR)
    assert (back.status, back.type) == (200, "application/json")
    library = mappings()
    (read,) = back.json["records"]
    assert read["kind"] == kind
    assert comparable(library, library.kinds[kind], read["record"]) == comparable(library, library.kinds[kind], record(kind))
    assert back.json["orphans"] == []
    assert [one["severity"] for one in back.json["outcome"]["issue"]] == ["information"]


def test_a_list_becomes_one_bundle(client: FlaskClient) -> None:
    """A list of records becomes a transaction Bundle with the resources of all of them."""
    one, other = record("vitals"), {**record("vitals"), "reading_id": "v-2"}
    made = post(client, "/kap/convert/vitals", [one, other])
    ids = {resource["id"].split(".")[0] for resource in resources(made) if resource["resourceType"] == "Observation"}
    assert (made["type"], ids) == ("transaction", {"v-1041", "v-2"})


def test_nothing_becomes_a_bundle_of_nothing(client: FlaskClient) -> None:
    """An empty list is answered with a Bundle that is valid all the same, and that comes back as no record."""
    made = post(client, "/kap/convert/vitals", [])
    assert made == {"resourceType": "Bundle", "type": "transaction"}
    assert errors(made) == []
    assert post(client, "/kap/convert", made, FHIR)["records"] == []


def test_patients_and_practitioners_can_be_sent_along(client: FlaskClient) -> None:
    """Beside a record, `with` holds others that it refers to: they are in the same Bundle."""
    made = post(client, "/kap/convert/session", {"record": record("session"), "with": {"patient": [record("patient")]}})
    assert "Patient" in {one["resourceType"] for one in resources(made)}


@pytest.mark.parametrize("kind", ["vitals", "patient"])
def test_for_another_server_the_answer_is_a_parameters(client: FlaskClient, kind: str) -> None:
    """Named a server, the answer has its place for notes and for what is to be withdrawn there, whether there is any or not."""
    made = post(client, f"/kap/convert/{kind}?server={SERVER}", body(kind))
    assert [one["name"] for one in made["parameter"]] == ["return", "outcome"]
    assert errors(made) == []


def test_what_was_read_is_given_back_with_notes_and_withdrawals(client: FlaskClient) -> None:
    """A record kept with its leftovers goes back to its server: what it no longer writes is withdrawn, what went is told."""
    reading = {
        "resourceType": "Observation",
        "status": "final",
        "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "vital-signs"}]}],
        "subject": {"reference": "Patient/1"},
        "effectiveDateTime": "2024-05-14T10:40:00-06:00",
    }
    rate = {
        **reading,
        "id": "1",
        "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
        "interpretation": [{"text": "high"}],
    }
    rate["valueQuantity"] = {"value": json.Number("92"), "unit": "/min", "system": "http://unitsofmeasure.org", "code": "/min"}
    oxygen = {**reading, "id": "2", "code": {"coding": [{"system": "http://loinc.org", "code": "2708-6"}]}}
    oxygen["valueQuantity"] = {"value": json.Number("97"), "unit": "%", "system": "http://unitsofmeasure.org", "code": "%"}
    (read,) = post(client, f"/kap/convert?server={SERVER}&leftovers=keep", [rate, oxygen], FHIR)["records"]
    edited = {name: value for name, value in read["record"].items() if name != "oxygen_saturation"} | {"heart_rate": json.Number("88")}
    told: dict[str, list[Any]] = {}
    for one in post(client, f"/kap/convert/vitals?server={SERVER}", edited)["parameter"]:
        told.setdefault(one["name"], []).append(one)
    assert told["withdrawn"] == [{"name": "withdrawn", "valueReference": {"reference": "Observation/2"}}]
    assert [one["expression"] for one in told["outcome"][0]["resource"]["issue"]] == [["Observation.interpretation"]]
    (back,) = [one for one in resources(told["return"][0]["resource"]) if one["resourceType"] == "Observation"]
    assert (back["id"], back["valueQuantity"]["value"]) == ("1", json.Number("88"))


def test_what_is_not_r4_comes_back_untouched(client: FlaskClient) -> None:
    """A resource that breaks R4 is an orphan with every fault; the other resources of the set are read."""
    broken = {"resourceType": "Patient", "id": "2", "name": [{"familie": "Synthetic"}], "birthDate": "1980-02-30"}
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": broken}, {"resource": PATIENT}]}
    told = post(client, f"/kap/convert?server={SERVER}", bundle, FHIR)
    assert told["orphans"] == [broken]
    assert [one["record"]["family"] for one in told["records"]] == [PATIENT["name"][0]["family"]]
    assert [one["expression"][0] for one in told["outcome"]["issue"] if one["severity"] == "error"] == [
        "Bundle.entry[0].resource.name[0]",
        "Bundle.entry[0].resource.birthDate",
    ]


def test_a_profile_that_does_not_hold_stops_nothing(client: FlaskClient) -> None:
    """What breaks only a profile that it claims is read, with a warning."""
    claims = PATIENT | {"meta": {"profile": ["http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient"]}}
    told = post(client, f"/kap/convert?server={SERVER}", claims, FHIR)
    assert len(told["records"]) == 1
    assert ("warning", "KAP520") in [(one["severity"], one["diagnostics"].split()[0]) for one in told["outcome"]["issue"]]


def test_leftovers_orphans_and_the_unknown_are_told(client: FlaskClient) -> None:
    """What a resource holds beside the record is an issue with its FHIRPath; what makes no record comes back as it came."""
    stray = {"resourceType": "Basic", "id": "b", "code": {"text": "a note"}}
    told = post(
        client,
        f"/kap/convert?server={SERVER}",
        {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": PATIENT}, {"resource": stray}]},
        FHIR,
    )
    assert told["orphans"] == [stray]
    said = {one["expression"][0]: one["details"]["text"] for one in told["outcome"]["issue"]}
    assert said == {
        "Bundle.entry[0].resource.multipleBirthBoolean": "is not in the record",
        "Bundle.entry[1].resource": "no mapping reads this Basic",
    }
    assert told["records"][0]["seen"] == ["patient"]
    assert told["links"] == {SERVER: {"Patient/1": told["records"][0]["record"]["client_id"]}}


def test_a_link_table_says_who_is_who(client: FlaskClient) -> None:
    """With the links of an earlier answer, another server's resource is the record that it was, and `key` does the same for one."""
    linked = {"resources": PATIENT, "links": {SERVER: {"Patient/1": "c-17"}}}
    assert post(client, f"/kap/convert?server={SERVER}", linked)["records"][0]["record"]["client_id"] == "c-17"
    assert post(client, f"/kap/convert?server={SERVER}", {"resources": [PATIENT]})["records"][0]["record"]["client_id"] != "c-17"
    assert post(client, f"/kap/convert?server={SERVER}&key=c-18", PATIENT)["records"][0]["record"]["client_id"] == "c-18"


def test_a_text_that_speaks_of_resources_is_no_link_table(client: FlaskClient) -> None:
    """A resource in which the word stands is read as the resource it is."""
    named = {**PATIENT, "name": [{"family": '"resources"'}]}
    assert post(client, "/kap/convert", named, FHIR)["records"][0]["record"]["family"] == '"resources"'


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"links": []}, "links"),
        ({"links": {SERVER: []}}, "links"),
        ({"links": {SERVER: {"Patient/1": 17}}}, "links"),
        ({"links": {SERVER: {"Patient/1": "no key/"}}}, "links"),
        ({"link": {}}, "link"),
    ],
)
def test_what_is_no_link_table_is_refused(client: FlaskClient, given: dict[str, Any], where: str) -> None:
    """A link table in another form is a 422 that names it, not a table without links."""
    answer = client.post("/kap/convert", json={"resources": PATIENT, **given}, headers=JSON)
    assert answer.status_code == 422
    assert json.read(answer.data)["issue"][0]["expression"] == [where]


def test_leftovers_can_be_refused_or_kept(client: FlaskClient) -> None:
    """`leftovers` stands above the mapping's policy."""
    refused = post(client, "/kap/convert?leftovers=refuse", PATIENT, FHIR)
    assert (refused["records"], refused["orphans"]) == ([], [PATIENT])
    (kept,) = post(client, "/kap/convert?leftovers=keep", PATIENT, FHIR)["records"]
    assert kept["record"]["_fhir"][0]["resource"] == PATIENT


def test_recorded_is_the_caller_s(client: FlaskClient) -> None:
    """`recorded` is the time of the Provenance."""
    made = post(client, "/kap/convert/vitals?recorded=2025-01-01T00:00:00%2B01:00", body("vitals"))
    assert [one["recorded"] for one in resources(made) if one["resourceType"] == "Provenance"] == ["2025-01-01T00:00:00+01:00"]


@pytest.mark.parametrize(("takes_ids", "members"), [("true", {"reference", "identifier"}), ("false", {"identifier"})])
def test_a_server_that_takes_our_ids_gets_references_by_id(client: FlaskClient, takes_ids: str, members: set[str]) -> None:
    """Without `takes_ids`, `Patient/1` at another server may be somebody else, so the reference is the identifier alone."""
    made = post(client, f"/kap/convert/adverse_event?server={SERVER}&takes_ids={takes_ids}", body("adverse_event"))
    assert made["parameter"][0]["resource"]["subject"].keys() == members


def test_one_bad_line_fails_alone_by_its_number(server: Server) -> None:
    """Of NDJSON, a line that is no JSON and one that is no valid record become OperationOutcomes in their place."""
    good = body("adverse_event")
    wrong = json.write({**record("adverse_event"), "severity": "mildly"})
    answer = send(server, "POST", "/kap/convert/adverse_event", b"\n".join([good, b'{"event_id":', b"", wrong, good]), LINES)
    assert (answer.status, answer.type) == (200, "application/fhir+ndjson")
    assert [one["resourceType"] for one in answer.lines] == ["AdverseEvent", "OperationOutcome", "OperationOutcome", "AdverseEvent"]
    assert [one["issue"][0]["details"]["text"].split(":")[0] for one in answer.lines[1:3]] == ["line 2", "line 4"]
    back = send(server, "POST", "/kap/convert", answer.body, FHIR_LINES)
    assert back.type == "application/x-ndjson"
    assert [len(one["records"]) for one in back.lines] == [1, 0, 0, 1]


def test_lines_for_another_server_keep_their_notes(client: FlaskClient) -> None:
    """Every line has a Parameters of its own, but for one that failed."""
    answer = client.post(f"/kap/convert/vitals?server={SERVER}", data=body("vitals") + b"\nnull", headers=LINES)
    assert [json.read(line)["resourceType"] for line in answer.data.splitlines()] == ["Parameters", "OperationOutcome"]


@pytest.mark.parametrize("ends", [b"\n", b"\r\n"])
def test_lines_may_end_either_way(client: FlaskClient, ends: bytes) -> None:
    """A line is the same with the line end of another system."""
    plain = client.post("/kap/convert/patient", data=body("patient"), headers=JSON)
    lines = client.post("/kap/convert/patient", data=ends.join([body("patient")] * 3) + ends, headers=LINES)
    assert lines.data == (plain.data + b"\n") * 3


def test_a_long_answer_of_lines_is_whole(client: FlaskClient) -> None:
    """Lines are sent in blocks; none is lost, doubled or torn between two."""
    numbered = [{**record("patient"), "client_id": f"c-{number}"} for number in range(500)]
    answer = client.post("/kap/convert/patient", data=b"\n".join(map(json.write, numbered)), headers=LINES)
    assert [json.read(line)["id"] for line in answer.data.splitlines()] == [one["client_id"] for one in numbered]


def test_a_refused_record_is_told_by_field_and_mapping_line(client: FlaskClient) -> None:
    """Every problem of a record is an issue with the path of its field and the file and line that ask for something else."""
    bad = {
        **record("session"),
        "status": "done",
        "vitals": [{"reading_id": "v-1", "status": "final", "recorded_at": "2024-05-14T10:40:00", "heart_rate": json.Number("900")}],
    }
    answer = client.post("/kap/convert/session", data=json.write(bad), headers=JSON)
    assert answer.status_code == 422
    issues = {one["expression"][0]: one["diagnostics"] for one in json.read(answer.data)["issue"]}
    assert issues.keys() == {"status", "vitals[0].recorded_at", "vitals[0].heart_rate"}
    assert "KAP403 mappings/session.yaml:" in issues["status"]
    assert "KAP403 mappings/vitals.yaml:" in issues["vitals[0].heart_rate"]


@pytest.mark.parametrize(
    "record",
    [
        [{}] * 2000,
        {f"f{number}": 1 for number in range(2000)},
        {"log": [{}] * 2000},
        {"vitals": [{}] * 2000},
    ],
    ids=["records", "fields", "items", "children"],
)
def test_of_many_problems_the_first_are_told(client: FlaskClient, record: Any) -> None:
    """A set with thousands of problems is refused with a hundred of them: nobody's time is spent on the rest."""
    answer = client.post("/kap/convert/session", json=record)
    issues = json.read(answer.data)["issue"]
    assert (answer.status_code, len(issues)) == (422, 101)
    assert issues[-1]["details"]["text"] == "these are the first 100 problems; there may be more"


def test_an_unknown_kind_is_told_with_what_is_meant(client: FlaskClient) -> None:
    """A record kind that no mapping has is a 404 with the nearest one."""
    answer = client.post("/kap/convert/vital", data=body("vitals"), headers=JSON)
    assert (answer.status_code, json.read(answer.data)["issue"][0]["diagnostics"]) == (404, "help: did you mean `vitals`?")
