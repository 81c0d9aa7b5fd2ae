"""`$validate` over HTTP, as R4's operation says."""

from __future__ import annotations

import json as stdlib
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.fhir.json import MAX_DEPTH, MAX_DIGITS
from service.fhir.validate import validate

PATIENT = {
    "resourceType": "Patient",
    "id": "p1",
    "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">Synthetic</div>'},
    "name": [{"family": "Synthetic"}],
    "gender": "female",
}
BAD = PATIENT | {"birthDate": "1980-02-30"}
US_CORE_PATIENT = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient"
ALL_OK = {"severity": "information", "code": "informational", "details": {"text": "all ok"}}


def asked(resource: Any = None, **values: Any) -> dict[str, Any]:
    """The Parameters of the operation."""
    members = {"mode": "valueCode", "profile": "valueUri"}
    given = [{"name": name, members.get(name, "resource"): value} for name, value in values.items()]
    return {"resourceType": "Parameters", "parameter": [*given, *([{"name": "resource", "resource": resource}] if resource else [])]}


def post(client: FlaskClient, path: str, body: Any, **headers: str) -> tuple[int, list[dict[str, Any]]]:
    """Status and issues of an answer, which is an OperationOutcome of R4."""
    data = body if isinstance(body, bytes) else stdlib.dumps(body)
    answer = client.post(path, data=data, headers={"Content-Type": "application/fhir+json", **headers})
    assert answer.content_type in ("application/fhir+json", headers.get("Accept"))
    outcome = answer.get_json(force=True)
    assert [one for one in validate(outcome) if one.severity == "error"] == []
    return answer.status_code, outcome["issue"]


def errors(issues: list[dict[str, Any]]) -> list[str]:
    """The element of each error."""
    return [one["expression"][0] for one in issues if one["severity"] == "error"]


@pytest.mark.parametrize("path", ["/fhir/$validate", "/fhir/Patient/$validate", "/fhir/Patient/p1/$validate"])
@pytest.mark.parametrize("wrap", [lambda one: one, asked], ids=["raw", "Parameters"])
def test_a_validation_that_ran_is_200(client: FlaskClient, path: str, wrap: Any) -> None:
    """A resource, raw or in Parameters, is answered with 200: all ok, or with every finding, its link and its place in the body."""
    assert post(client, path, wrap(PATIENT)) == (200, [ALL_OK])
    status, (issue,) = post(client, path, wrap(BAD))
    column = stdlib.dumps(wrap(BAD)).index('"birthDate"') + 1
    assert status == 200
    assert issue == {
        "severity": "error",
        "code": "value",
        "details": {"text": "`Patient.birthDate` is not a day of the calendar"},
        "diagnostics": "http://hl7.org/fhir/R4/datatypes.html#date",
        "location": [f"Line[1] Col[{column}]"],
        "expression": ["Patient.birthDate"],
    }


def test_the_answer_can_be_had_as_plain_json(client: FlaskClient) -> None:
    """Who asks for application/json gets it."""
    assert post(client, "/fhir/$validate", PATIENT, Accept="application/json") == (200, [ALL_OK])


@pytest.mark.parametrize("where", ["query", "Parameters"])
def test_a_profile_is_validated_against(client: FlaskClient, where: str) -> None:
    """A profile in the query or in the Parameters is checked instead of those that are claimed."""
    query, body = (f"?profile={US_CORE_PATIENT}", PATIENT) if where == "query" else ("", asked(PATIENT, profile=US_CORE_PATIENT))
    status, issues = post(client, f"/fhir/Patient/$validate{query}", body)
    assert status == 200
    assert "Patient" in errors(issues)
    assert {one["diagnostics"] for one in issues if one["severity"] == "error"} == {US_CORE_PATIENT}


def test_the_type_of_the_address_is_the_resource_s(client: FlaskClient) -> None:
    """A resource at the address of another type has an error, beside its own."""
    status, issues = post(client, "/fhir/Observation/$validate", BAD)
    assert (status, errors(issues)) == (200, ["Patient", "Patient.birthDate"])


def test_an_update_has_the_id_of_its_address(client: FlaskClient) -> None:
    """In the mode update the id of another resource, or none, is an error; a create, which ignores ids, has none."""
    path = "/fhir/Patient/{}/$validate?mode={}"
    assert post(client, path.format("p1", "update"), PATIENT) == (200, [ALL_OK])
    for body in (PATIENT | {"id": "p2"}, {"resourceType": "Patient"}):
        status, issues = post(client, path.format("p1", "update"), body)
        assert (status, errors(issues)) == (200, ["Patient.id"])
    assert post(client, path.format("p9", "create"), PATIENT) == (200, [ALL_OK])


def test_a_profile_can_be_the_mode(client: FlaskClient) -> None:
    """The mode profile validates what is sent against the nominated profile."""
    status, issues = post(client, "/fhir/Patient/$validate", asked(PATIENT, mode="profile", profile=US_CORE_PATIENT))
    assert (status, "Patient" in errors(issues)) == (200, True)


QUESTIONNAIRE = {
    "resourceType": "Questionnaire",
    "url": "https://a.example/q",
    "status": "active",
    "item": [{"linkId": "1", "text": "How often?", "type": "integer"}],
}
ANSWERS = {
    "resourceType": "QuestionnaireResponse",
    "questionnaire": "https://a.example/q",
    "status": "completed",
    "item": [{"linkId": "1", "answer": [{"valueString": "often"}]}],
}


def test_answers_are_validated_by_a_questionnaire_that_comes_with_them(client: FlaskClient) -> None:
    """The Questionnaire of a response is handed in as `with`; it is known for this request alone."""
    status, issues = post(client, "/fhir/QuestionnaireResponse/$validate", asked(ANSWERS, **{"with": QUESTIONNAIRE}))
    assert (status, errors(issues)) == (200, ["QuestionnaireResponse.item[0].answer[0].valueString"])
    assert errors(post(client, "/fhir/QuestionnaireResponse/$validate", ANSWERS)[1]) == []


def test_our_own_questionnaires_are_known(client: FlaskClient) -> None:
    """A response to an instrument of the mappings is validated by its Questionnaire."""
    answers = ANSWERS | {"questionnaire": "https://kap.example.org/fhir/Questionnaire/phq-9"}
    assert errors(post(client, "/fhir/$validate", answers)[1]) == ["QuestionnaireResponse.item[0].linkId"]


def test_parameters_are_a_resource_too(client: FlaskClient) -> None:
    """A Parameters without a parameter of the operation is what is validated."""
    body = {"resourceType": "Parameters", "parameter": [{"name": "exact", "valueBoolean": "yes"}]}
    for path in ("/fhir/$validate", "/fhir/Parameters/$validate"):
        status, issues = post(client, path, body)
        assert (status, errors(issues)) == (200, ["Parameters.parameter[0].valueBoolean"])
    inside = {"name": "mode", "valueCode": "x"}
    assert post(client, "/fhir/Parameters/$validate", {"resourceType": "Parameters", "parameter": [inside]}) == (200, [ALL_OK])


@pytest.mark.parametrize("body", [[], "Patient", None, 1, {}, {"resourceType": "Patinet"}, {"resourceType": ["Patient"]}])
def test_what_is_no_resource_has_an_error(client: FlaskClient, body: Any) -> None:
    """Any JSON can be validated: what is no resource has an error."""
    status, issues = post(client, "/fhir/Patient/$validate", body)
    assert (status, issues[0]["severity"]) == (200, "error")


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("Patinet/$validate", PATIENT, 404, "not-found"),
        ("Patient/p_1/$validate", PATIENT, 400, "value"),
        ("$validate?mode=ceate", PATIENT, 400, "value"),
        ("$validate?profle=x", PATIENT, 400, "not-supported"),
        ("$validate?profile=a%20b", PATIENT, 400, "value"),
        ("$validate?profile=https://a.example/none", PATIENT, 422, "not-found"),
        ("$validate?mode=update", PATIENT, 400, "not-supported"),
        ("Patient/$validate?mode=delete", PATIENT, 400, "not-supported"),
        ("Patient/p1/$validate?mode=delete", PATIENT, 422, "not-supported"),
        ("Patient/p1/$validate", asked(mode="delete"), 422, "not-supported"),
        ("Patient/p1/$validate", asked(mode="profile", profile=US_CORE_PATIENT), 422, "not-supported"),
        ("$validate?mode=profile", PATIENT, 400, "required"),
        ("$validate", asked(mode="create"), 400, "required"),
        ("$validate", asked(PATIENT, mode="create", moed="x"), 400, "not-supported"),
        ("$validate", asked(PATIENT, mode=1), 400, "value"),
        ("$validate", asked(PATIENT, **{"with": "x"}), 400, "value"),
        ("$validate", asked(PATIENT, **{"with": PATIENT}), 400, "invalid"),
        ("$validate", asked(PATIENT, **{"with": {"resourceType": "StructureDefinition", "url": "https://a.example/p"}}), 400, "invalid"),
        ("$validate?mode=create", asked(PATIENT, mode="create"), 400, "invalid"),
        ("$validate", {"resourceType": "Parameters", "parameter": [{"name": "resource"}]}, 400, "value"),
        ("$validate", {"resourceType": "Parameters", "parameter": 2 * asked(PATIENT)["parameter"]}, 400, "invalid"),
        ("$validate", {"resourceType": "Parameters", "parameter": [*asked(PATIENT)["parameter"], 1]}, 400, "not-supported"),
    ],
)
def test_a_request_that_is_not_understood(client: FlaskClient, path: str, body: Any, status: int, code: str) -> None:
    """Only what is no request to validate something, or asks what cannot be told here, is no 200."""
    got, issues = post(client, f"/fhir/{path}", body)
    assert (got, issues[0]["code"]) == (status, code)


@pytest.mark.parametrize(
    ("body", "severity", "code"),
    [
        (b"", "error", "required"),
        (b"<Patient/>", "fatal", "structure"),
        (b'\xef\xbb\xbf{"resourceType":"Patient"}', "fatal", "structure"),
        (b'{"resourceType":"Patient","id":"\x00"}', "fatal", "structure"),
        (b'{"resourceType":"Patient","id":"\\ud800"}', "fatal", "structure"),
        (b'{"resourceType":"Patient","id":"a","id":"a"}', "fatal", "structure"),
        (b'{"resourceType":"Parameters","parameter":[{"name":"resource","name":"x"}]}', "fatal", "structure"),
        (b'{"extension":[' * (MAX_DEPTH * 100), "fatal", "too-costly"),
        (b'{"resourceType":"Observation","valueInteger":' + b"9" * (MAX_DIGITS * 10_000) + b"}", "fatal", "too-costly"),
    ],
)
def test_what_cannot_be_read_is_400(client: FlaskClient, body: bytes, severity: str, code: str) -> None:
    """What is no JSON, or beyond the limits, was not validated: a 400 with a finding."""
    status, issues = post(client, "/fhir/$validate", body)
    assert (status, issues[0]["severity"], issues[0]["code"]) == (400, severity, code)
