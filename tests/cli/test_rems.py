"""`kap-fhir rems`: the form is printed with where each answer is from; what is missing is told, and is the exit status."""

from __future__ import annotations

import pytest

from service.fhir import json
from service.mapping import laid_out
from tests.cli.run import kap
from tests.support.mappings import FOLDER, mappings
from tests.support.staying import SECRET


@pytest.fixture
def records(tmp_path):
    """The records of a complete session in the form of the clinic `bloom`, by kind."""
    paths = {}
    for kind, name in (("session", "nasal-spray"), ("patient", "ordinary"), ("practitioner", "nurse")):
        record = json.read((FOLDER / "examples" / kind / f"{name}.record.json").read_bytes())
        paths[kind] = tmp_path / f"{kind}.json"
        paths[kind].write_bytes(json.write(laid_out.form(mappings("bloom").layouts, kind, record)))
    return paths


def rems(records, *options):
    beside = (f"--with={kind}={records[kind]}" for kind in ("patient", "practitioner"))
    return kap("rems", records["session"], *beside, "--clinic", "bloom", *options)


def changed(path, change):
    record = json.read(path.read_bytes())
    change(record)
    path.write_bytes(json.write(record))


def test_a_complete_form_is_printed(records):
    """Each answer with its record and the clinic's name of the field; nothing is missing, exit 0."""
    told = rems(records)
    assert (told.exit_code, told.stderr) == (0, "")
    assert "session s-3006, 2025-04-01, to be submitted by 2025-04-08\n" in told.stdout
    assert "Date of birth *         1986-03-09  (patient c-2041: dob)\n" in told.stdout
    assert "132 mm[Hg]  (vitals v-3006-2: sbp_dbp)\n" in told.stdout
    assert "Serious adverse event   no  (session s-3006, checks c6: answer)\n" in told.stdout


def test_it_is_given_as_fhir(records):
    """--fhir prints the response, --questionnaire the Questionnaire that it answers, in the version asked for."""
    response = json.read(rems(records, "--fhir", "--form-version", "2021-11").stdout_bytes)
    blank = json.read(kap("rems", "--questionnaire", "--form-version", "2021-11", "--clinic", "bloom").stdout_bytes)
    assert (response["resourceType"], response["status"]) == ("QuestionnaireResponse", "completed")
    assert response["questionnaire"] == f"{blank['url']}|{blank['version']}"


def test_what_is_missing_is_told(records):
    """On standard error, with the record and the field; exit 1. What is not required is a warning, and leaves the form complete."""
    changed(records["session"], lambda record: record["administrations"][0].pop("lot_number"))
    told = rems(records)
    assert told.exit_code == 0
    assert (
        told.stderr
        == "warning: answers may be added\n  treatment.lot: Lot: the field has no value\n    = administration a-3016: lot_number\n"
    )
    changed(records["session"], lambda record: record.pop("ended_at"))
    changed(records["session"], lambda record: record.pop("ready_to_leave_at"))
    told = rems(records)
    assert told.exit_code == 1
    assert told.stderr.startswith("error: required answers are missing\n  treatment.minutes: Minutes from ")
    assert "\n    = administration a-3016: start_at" not in told.stderr
    assert "\n    = session s-3006: ended_at\n" in told.stderr


def test_a_session_that_it_is_not_for():
    """Ketamine by vein: standard error says so, nothing is printed, exit 1."""
    told = kap("rems", FOLDER / "examples" / "session" / "ordinary.record.json")
    assert (told.exit_code, told.stdout) == (1, "")
    assert "is not for this session: it has no administration where substance = esketamine and route = IN" in told.stderr


def test_process_notes_are_not_on_it(records):
    """Neither in print nor as FHIR, nor among what is missing."""
    changed(records["session"], lambda record: record.update(notes=SECRET))
    changed(records["session"], lambda record: record.pop("checks"))
    for options in ((), ("--fhir",)):
        told = rems(records, *options)
        assert told.exit_code == 1
        assert SECRET not in told.stdout + told.stderr


def test_what_is_not_understood_is_helped(records):
    """An unknown version, and FHIR instead of a session."""
    told = rems(records, "--form-version", "2021")
    assert (told.exit_code, "did you mean `2021-11`" in told.stderr) == (2, True)
    assert kap("rems", FOLDER / "examples" / "session" / "ordinary.fhir.json").exit_code == 2
