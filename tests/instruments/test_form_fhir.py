"""A filled form as FHIR: valid, fitting its Questionnaire, each answer with the resources that it is from."""

from __future__ import annotations

import pytest

from service.fhir import json
from service.instruments.form_fhir import EVIDENCE, questionnaire, response
from service.mapping import publish
from tests.instruments.test_filled import BLOOM, NEWER, REMS, beside, filled, session
from tests.support.mappings import written
from tests.support.valid import errors


def items(resource):
    """The questions of a resource by linkId."""
    return {one["linkId"]: one for group in resource["item"] for one in group["item"]}


@pytest.mark.parametrize("version", REMS.versions)
def test_both_are_valid(version):
    """The validator finds nothing in the Questionnaire and the response to it, complete or not."""
    for one in (questionnaire(REMS, version, BLOOM.vocabulary), response(BLOOM, filled(version=version))):
        assert errors(one) == []
    poor = session()
    del poor["checks"], poor["ended_at"], poor["ready_to_leave_at"]
    assert errors(response(BLOOM, filled(poor, {"patient": []}, version))) == []


@pytest.mark.parametrize("version", REMS.versions)
def test_the_response_answers_its_questionnaire(version):
    """The same version, linkIds and texts, and values of the type that is asked for."""
    asked, told = questionnaire(REMS, version, BLOOM.vocabulary), response(BLOOM, filled(version=version))
    assert told["questionnaire"] == f"{asked['url']}|{asked['version']}"
    assert list(items(asked)) == list(items(told))
    elements = {"boolean": "valueBoolean", "integer": "valueInteger", "quantity": "valueQuantity", "date": "valueDate"}
    for link, answer in items(told).items():
        assert answer["text"] == items(asked)[link]["text"]
        [given] = answer["answer"]
        assert given.keys() - {"extension"} == {elements.get(items(asked)[link]["type"], "valueString")}
        options = [one["valueString"] for one in items(asked)[link].get("answerOption", [])]
        assert not options or given["valueString"] in options


def test_it_says_whether_it_is_complete_and_who_completed_it():
    """`completed`, or `in-progress` where something is missing; the source is the practitioner who took the last reading."""
    told = response(BLOOM, filled())
    assert (told["status"], told["authored"]) == ("completed", "2025-04-01T11:15:00-06:00")
    assert told["source"]["reference"] == "Practitioner/n-104"
    assert told["encounter"]["reference"] == "Encounter/s-3006"
    poor = session()
    del poor["vitals"]
    told = response(BLOOM, filled(poor))
    assert told["status"] == "in-progress"
    assert "source" not in told


def test_the_evidence_are_resources_that_we_write():
    """Each answer names resources of the records, and they hold what it says; `setting` comes of the clinic's file."""
    plain = beside()
    sent = [*written(BLOOM, "session", session()), *(one for kind, [record] in plain.items() for one in written(BLOOM, kind, record))]
    ours = {f"{one['resourceType']}/{one['id']}" for one in sent}
    named = {
        link: [extension["valueReference"]["reference"] for extension in one["answer"][0].get("extension", [])]
        for link, one in items(response(BLOOM, filled())).items()
    }
    assert {reference for references in named.values() for reference in references} <= ours
    assert named["blood-pressure.at-40-systolic"] == ["Observation/v-3006-2.bp"]
    assert named["events.sedation"] == ["AdverseEvent/ae-3006", "Observation/v-3006-2.sedation"]
    assert named["vitals.acceptable-after"] == ["Observation/s-3006.check.c5"]
    assert [link for link, references in named.items() if not references] == [
        f"setting.{one}" for one in ("name", "address", "city", "state", "zip")
    ]


def test_the_extension_is_published():
    """Its definition says on which element it stands."""
    made = {one["id"]: one for one in publish.definitions(BLOOM, EVIDENCE)}
    assert [one["expression"] for one in made["kap-answered-from"]["context"]] == ["QuestionnaireResponse.item.item.answer"]
    assert [fault for one in made.values() for fault in errors(json.read(json.write(one)))] == []


def test_enrolment_is_enabled_by_the_first_treatment():
    """The only question that depends on another."""
    asked = items(questionnaire(REMS, NEWER, BLOOM.vocabulary))
    assert {link: one["enableWhen"] for link, one in asked.items() if "enableWhen" in one} == {
        "patient.enrolled": [{"question": "patient.first-treatment", "operator": "=", "answerBoolean": True}]
    }
