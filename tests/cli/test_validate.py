"""`kap-fhir validate`: what is wrong with resources, for people and for programs."""

from __future__ import annotations

import os

import pytest

from service.fhir import json
from service.fhir.json import MAX_BYTES, Number
from tests.cli.run import kap, lines
from tests.cli.test_terminal import on_terminal
from tests.support.valid import errors

NARRATIVE = {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">Synthetic</div>'}
GOOD = {"resourceType": "Patient", "text": NARRATIVE, "name": [{"family": "Synthetic"}], "gender": "female"}
BAD = f"""{{
  "resourceType": "Patient",
  "birthDate": "1980-02-30",
  "name": [{{"familie": "Synthetic"}}],
  "text": {json.write(NARRATIVE).decode()}
}}
"""
DATE = (
    "error[value] at Patient.birthDate: `Patient.birthDate` is not a day of the calendar\n"
    " --> {file}:3:3\n"
    "  = help: http://hl7.org/fhir/R4/datatypes.html#date\n"
)


@pytest.fixture
def bad(tmp_path):
    (tmp_path / "bad.json").write_text(BAD)
    return tmp_path / "bad.json"


def test_a_good_resource_is_valid(tmp_path):
    """A file without findings is said to be valid, exit 0."""
    (tmp_path / "good.json").write_bytes(json.write(GOOD))
    told = kap("validate", tmp_path / "good.json")
    assert (told.exit_code, told.output) == (0, f"{tmp_path}/good.json: valid\n")


def test_every_finding_has_its_place_and_its_rule(bad):
    """Severity, code, element, message, file, line, column and a link for each finding, no value, exit 1."""
    told = kap("validate", bad)
    assert told.exit_code == 1
    assert DATE.format(file=bad) in told.stdout
    assert f"--> {bad}:4:12\n" in told.stdout
    assert told.stdout.endswith(f"\n{bad}: 2 errors\n")
    assert "1980" not in told.stdout


def test_the_line_is_shown_on_a_terminal_only(tmp_path, bad):
    """On a terminal the line stands there with the element marked; of a long line, what is around it."""
    (tmp_path / "one.json").write_bytes(json.write({"resourceType": "Patient", "id": "a" * 500, "birthDate": "x", "language": "b" * 500}))
    shown = on_terminal(["validate", bad, tmp_path / "one.json"], out=True).replace("\r", "")
    assert '3 |   "birthDate": "1980-02-30",\n  | \x1b[31m\x1b[1m  ^^^^^^^^^^^\x1b[0m\n' in shown
    assert '","birthDate":"x","language":"bb' in shown
    assert all(len(line) < 200 for line in shown.splitlines())


def test_json_is_an_operation_outcome(bad):
    """With --json a resource gives an OperationOutcome, which is valid itself."""
    told = kap("validate", "--json", bad)
    assert told.exit_code == 1
    outcome = json.read(told.stdout_bytes)
    assert errors(outcome) == []
    assert outcome["issue"][0] == {
        "severity": "error",
        "code": "value",
        "details": {"text": "`Patient.birthDate` is not a day of the calendar"},
        "diagnostics": "http://hl7.org/fhir/R4/datatypes.html#date",
        "location": ["Line[3] Col[3]"],
        "expression": ["Patient.birthDate"],
    }


def test_several_give_a_line_each(tmp_path, bad):
    """A folder is read in the order of its names, NDJSON line by line; with --json each resource gives a line."""
    (tmp_path / "more.ndjson").write_bytes(lines(GOOD) + b"\n" + b"{no json\n")
    (tmp_path / "notes.txt").write_text("not read")
    told = kap("validate", tmp_path)
    assert told.exit_code == 1
    assert [line for line in told.stdout.splitlines() if line.startswith(str(tmp_path))] == [
        f"{bad}: 2 errors",
        f"{tmp_path}/more.ndjson:1: valid",
        f"{tmp_path}/more.ndjson:3: 1 error",
    ]
    assert f"--> {tmp_path}/more.ndjson:3:2\n" in told.stdout
    assert told.stdout.endswith("\n1 of 3 resources are valid\n")
    found = [json.read(line) for line in kap("validate", "--json", tmp_path).stdout_bytes.splitlines()]
    assert [(one["file"], one.get("line")) for one in found] == [
        (str(bad), None),
        (f"{tmp_path}/more.ndjson", json.Number("1")),
        (f"{tmp_path}/more.ndjson", json.Number("3")),
    ]
    assert [one["outcome"]["issue"][0]["severity"] for one in found] == ["error", "information", "fatal"]


def test_standard_input_is_read():
    """`-` is standard input."""
    told = kap("validate", "-", given=BAD.encode())
    assert told.exit_code == 1
    assert DATE.format(file="-") in told.stdout


def test_a_profile_is_checked_instead_of_the_claims(tmp_path):
    """What is claimed and not known is a warning, and the resource valid; a profile that is asked for is checked."""
    (tmp_path / "claims.json").write_bytes(json.write(GOOD | {"meta": {"profile": ["https://a.example/profile"]}}))
    told = kap("validate", tmp_path / "claims.json")
    assert (told.exit_code, told.stdout.splitlines()[-1]) == (0, f"{tmp_path}/claims.json: valid, 1 warning")
    told = kap("validate", tmp_path / "claims.json", "--profile", "us-core-patient")
    assert told.exit_code == 1
    assert "`Patient.identifier` is missing" in told.stdout
    assert "https://a.example" not in told.stdout


def test_a_profile_may_be_in_a_file(tmp_path):
    """A profile is known by the file that defines it, and can then be claimed or asked for."""
    profile = {
        "resourceType": "StructureDefinition",
        "url": "https://a.example/profile",
        "type": "Patient",
        "derivation": "constraint",
        "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Patient",
        "differential": {"element": [{"path": "Patient.photo", "min": Number("1")}]},
    }
    (tmp_path / "profile.json").write_bytes(json.write(profile))
    (tmp_path / "claims.json").write_bytes(json.write(GOOD | {"meta": {"profile": [profile["url"]]}}))
    for asked in ([], ["--profile", profile["url"]]):
        told = kap("validate", tmp_path / "claims.json", "--with", tmp_path / "profile.json", *asked)
        assert told.exit_code == 1
        assert "`Patient.photo` is missing" in told.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-", "--with", "{empty}/none.json"], "none.json: "),
        (["nowhere.json"], "nowhere.json: No such file"),
        ([], "Missing argument"),
        (["-", "--profile", "us-core-patiens"], "the profile `us-core-patiens` is not known"),
        (["{empty}"], "there is no JSON in the folder"),
    ],
)
def test_what_is_not_understood(tmp_path, arguments, message):
    """A file, a profile or a folder that is not there: exit 2 and why."""
    told = kap("validate", *(one.replace("{empty}", str(tmp_path)) for one in arguments), given=b"{}")
    assert told.exit_code == 2
    assert message in told.stderr


def test_it_needs_no_mappings(tmp_path, bad, monkeypatch):
    """Where there are no mappings, R4 and the profiles are still known; mappings that were asked for must be there."""
    monkeypatch.chdir(tmp_path)
    assert kap("validate", bad, KAP_MAPPINGS="").exit_code == 1
    assert kap("validate", bad, "--mappings", "elsewhere").exit_code == 2


def test_what_is_too_long_is_a_finding(tmp_path):
    """200 MB are a finding at once, in a file and in a line of NDJSON, of which the next line is read."""
    path = tmp_path / "long.json"
    with path.open("wb") as file:
        os.truncate(file.fileno(), 200 * 1024 * 1024)
    told = kap("validate", path)
    assert told.exit_code == 1
    assert told.stdout.startswith(f"fatal[too-costly]: longer than {MAX_BYTES} bytes")
    with path.open("ab") as file:
        file.write(b"\n" + lines(GOOD))
    told = kap("validate", path.rename(tmp_path / "long.ndjson"))
    assert [line.rpartition(": ")[2] for line in told.stdout.splitlines() if line.startswith(str(tmp_path))] == ["1 error", "valid"]
