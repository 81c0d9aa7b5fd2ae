"""Encounters as other systems spell them: read where they are unambiguous, else given back untouched, with the reason."""

from __future__ import annotations

import tarfile

import pytest

from service.fhir import json
from service.mapping import convert
from tests.support.cases import ABSENT, cases
from tests.support.mappings import SERVER, mappings, read, shown, written
from tests.support.shared import shared

ACT, SNOMED = "http://terminology.hl7.org/CodeSystem/v3-ActCode", "http://snomed.info/sct"
PARTICIPATION = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
KEYS = ("session_id", "client_id", "_fhir")


def visit(**more):
    """An Encounter of another system."""
    return {
        "resourceType": "Encounter",
        "id": "1",
        "status": "finished",
        "class": {"system": ACT, "code": "AMB"},
        "type": [{"text": "Office Visit"}],
        "subject": {"reference": "Patient/1"},
        **more,
    }


def one_of(code, name="Practitioner/1"):
    """A participant of a type, or of none."""
    return {**({"type": [{"coding": [{"system": PARTICIPATION, "code": code}]}]} if code else {}), "individual": {"reference": name}}


def typed(*codings, **more):
    """The type of a visit."""
    return {"type": [{"coding": [{"system": system, "code": code} for system, code in codings], **more}]}


PLAIN = {"status": "finished", "place": "clinic", "session_type": "Office Visit"}
READ = [
    pytest.param({}, {}, id="no more than it must have"),
    pytest.param({"status": "onleave"}, {"status": "on_leave"}, id="a status that our sessions seldom have"),
    pytest.param({"status": "unknown"}, {"status": "unknown"}, id="a status that is not known"),
    pytest.param({"class": {"system": ACT, "code": "IMP"}}, {"place": "inpatient"}, id="in a hospital"),
    pytest.param({"class": {"system": ACT, "code": "VR"}}, {"place": "telehealth"}, id="by video"),
    pytest.param(typed((SNOMED, "185349003"), text="Check-up"), {"session_type": "check_up"}, id="a type by its code"),
    pytest.param(
        typed(("http://www.ama-assn.org/go/cpt", "99201"), (SNOMED, "390906007")),
        {"session_type": "follow_up"},
        id="behind a code of others",
    ),
    pytest.param({"period": {"start": "2024-05-14"}}, {"started_at": "2024-05-14"}, id="a day alone"),
    pytest.param(
        {"reasonCode": [{"coding": [{"system": SNOMED, "code": "47505003"}]}, {"text": "sleeps badly"}]},
        {"indications": ["ptsd", "sleeps badly"]},
        id="reasons",
    ),
    pytest.param(
        {"hospitalization": {"dischargeDisposition": {"coding": [{"system": "http://www.nubc.org/patient-discharge", "code": "01"}]}}},
        {"left_for": "home"},
        id="a discharge code of the NUBC",
    ),
]
LEFT = [
    pytest.param({"class": {"system": "urn:oid:1.2.3", "code": "1", "display": "Surgery"}}, "place", id="a class of their own"),
    pytest.param({"type": []}, "session_type", id="no type"),
    pytest.param({"type": [{"coding": [{"system": "urn:oid:1.2.3", "code": "1"}]}]}, "session_type", id="a type that is a bare code"),
    pytest.param({"subject": {"display": "A. Synthetic"}}, "client_id", id="nobody's"),
    pytest.param({"status": "completed"}, "status", id="a status that R4 does not have"),
]


@pytest.mark.parametrize(("more", "values"), READ)
def test_an_unambiguous_visit_is_read(more, values):
    """Status, class, type, period, reasons and where the patient went are those that the sender meant, and it goes back as it came."""
    theirs = visit(**more)
    (found,) = shown(read(mappings(), [theirs], server=SERVER, policy="keep"))
    assert {name: one for name, one in found.items() if name not in KEYS} == {**PLAIN, **values}
    assert written(mappings(), "session", found, server=SERVER) == [theirs]


@pytest.mark.parametrize(("more", "field"), LEFT)
def test_what_is_not_understood_is_given_back_with_the_reason(more, field):
    """Nothing is guessed: no class becomes ambulatory, no visit gets a type."""
    found = read(mappings(), [visit(**more)], server=SERVER)
    assert not found.records
    (orphan,) = found.orphans
    assert orphan.resource.value == visit(**more)
    assert any(field in one.message for one in orphan.issues)


@pytest.mark.parametrize(
    ("code", "field"), [("PPRF", "clinician_id"), ("ATND", "clinician_id"), ("SPRF", "therapist_id"), ("", "others"), ("CON", "others")]
)
def test_who_took_part(code, field):
    """The lead and the attending are the clinician; who took part in another role is one of the others."""
    theirs = visit(participant=[one_of(code)], period={"start": "2024-05-14T12:00:00Z"})
    (found,) = shown(read(mappings(), [theirs], server=SERVER))
    assert {"clinician_id", "therapist_id", "monitor_id", "others"} & found.keys() == {field}


def test_an_attender_is_read_and_never_written():
    """We write the lead alone: a line that is only read leaves no element behind."""
    (sent,) = written(mappings(), "session", {"session_id": "s", "client_id": "c", **PLAIN, "clinician_id": "d"})
    assert [one["type"][0]["coding"][0]["code"] for one in sent["participant"]] == ["PPRF"]
    (alone,) = written(mappings(), "session", {"session_id": "s", "client_id": "c", **PLAIN})
    assert "participant" not in alone


@ABSENT
@pytest.mark.parametrize("case", cases("patient-bundle"), ids=lambda case: case["id"])
def test_the_visits_of_whole_patients_are_read(case):
    """Every Encounter of Synthea and of a care bundle, with its patient, times and those who took part."""
    entries = case["resource"]["entry"]
    theirs = [one["resource"] for one in entries if one["resource"]["resourceType"] == "Encounter"]
    given = [(one["resource"], one.get("fullUrl", "")) for one in entries]
    found = [one.values for one in convert.from_fhir(mappings(), given).records if one.kind.name == "session"]
    assert sorted(one["started_at"] for one in found) == sorted(one["period"]["start"] for one in theirs)
    assert {one["status"] for one in found} == {"finished"}
    assert [len(one.get("others", ())) for one in found] == [len(one.get("participant", ())) for one in theirs]


def test_the_examples_of_us_core_are_read():
    """All three Encounters of US Core 6.1.0."""
    found = []
    with tarfile.open(shared("definitions/us_core_610.tgz")) as package:
        for member in package:
            if member.name.startswith("package/example/Encounter-"):
                file = package.extractfile(member)
                assert file is not None
                found += shown(read(mappings(), [json.read(file.read())], server=SERVER))
    assert sorted((one["place"], one["status"], one["session_type"]) for one in found) == [
        ("clinic", "finished", "Office Visit"),
        ("inpatient", "finished", "Normal delivery procedure (procedure)"),
        ("inpatient", "in_progress", "Unknown (qualifier value)"),
    ]
