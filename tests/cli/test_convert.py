from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from service.fhir import json
from service.fhir.json import Number
from service.mapping.wire import Gateway, Terms
from tests.cli.run import PATIENT, READING, READING_OF_BLOOM, kap, lines
from tests.support.mappings import mappings

SERVER = "https://ehr.example.org/r4"
FOREIGN = {"resourceType": "Patient", "id": "7", "name": [{"family": "Synthetic"}], "gender": "female", "multipleBirthBoolean": True}

WORDS = some.sampled_from(["resourceType", "Patient", "Bundle", "entry", "record", "with", "reading_id", "vitals", "x", ""])
VALUES = some.recursive(
    some.none() | some.booleans() | some.integers().map(lambda number: Number(str(number))) | WORDS,
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)


@pytest.fixture
def file(tmp_path):
    def write(name, value):
        path = tmp_path / name
        path.write_bytes(value if isinstance(value, bytes) else json.write(value))
        return path

    return write


def test_a_record_becomes_what_the_gateway_makes_of_it(file):
    """KIND and FILE: the answer stands on standard output, and nothing else does."""
    told = kap("convert", "vitals", file("reading.json", READING))
    assert (told.exit_code, told.stderr) == (0, "")
    assert told.stdout_bytes == Gateway.of(mappings()).to_fhir("vitals", json.write(READING)).data + b"\n"


def test_fhir_becomes_records_without_being_told_so(file):
    """A Bundle on the way back gives the record, numbers by their text; standard input does as well as a file."""
    bundle = kap("convert", "vitals", given=json.write(READING)).stdout_bytes
    for told in (kap("convert", file("bundle.json", bundle)), kap("convert", given=bundle), kap("convert", "-", given=bundle)):
        answer = json.read(told.stdout_bytes)
        assert told.exit_code == 0
        assert [one["record"] for one in answer["records"]] == [READING]
        assert answer["orphans"] == []


def test_the_kind_is_found_where_only_one_takes_the_record(file):
    """Without KIND the record decides, in a list and beside other records, too."""
    for value in (READING, [READING], {"record": READING, "with": {"patient": [PATIENT]}}):
        told = kap("convert", file("x.json", value))
        assert told.exit_code == 0, told.stderr
        assert told.stdout_bytes == kap("convert", "vitals", file("x.json", value)).stdout_bytes


@pytest.mark.parametrize("value", [{}, [], None, {"reading_id": "v-1"}, {"name": "x"}])
def test_a_kind_that_cannot_be_known_is_asked_for(value):
    """Where no kind takes the record, the command says so plainly, exit 2."""
    told = kap("convert", given=json.write(value))
    assert told.exit_code == 2
    assert "the kind of this record cannot be known: no kind takes it as it stands" in told.stderr
    assert "vitals" in told.stderr


def test_a_record_that_is_refused_is_told_by_field():
    """Each problem stands on standard error with the field and the mapping's line, exit 1, nothing on standard output."""
    told = kap("convert", "vitals", given=json.write(READING | {"recorded_at": "2025-03-04T09:50:00", "bp": Number("1")}))
    assert told.exit_code == 1
    assert told.stdout == ""
    assert "error[KAP403] at recorded_at: must be a date" in told.stderr
    assert "mappings/vitals.yaml:" in told.stderr
    assert "error[KAP401] at bp: there is no field `bp`" in told.stderr


def test_no_message_holds_patient_data():
    """What a refused record holds is not repeated."""
    told = kap("convert", "patient", given=json.write({**PATIENT, "family": "Secretname ", "birth_date": "1986-13-40"}))
    assert told.exit_code == 1
    assert "Secretname" not in told.output
    assert "1986" not in told.output


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b'{"a": 1, "a": 2}', "stands twice"),
        (b"\xff", "UTF-8"),
        (b"[" * 100, "deeper"),
    ],
)
def test_what_is_not_json_is_told_without_a_stack_trace(given, words):
    """Bad JSON is refused in a sentence, exit 1."""
    for arguments in (("convert",), ("convert", "vitals")):
        told = kap(*arguments, given=given)
        assert told.exit_code == 1
        assert words in told.stderr
        assert "Traceback" not in told.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("vital",), "there is neither a record kind nor a file `vital`: did you mean `vitals`?"),
        (("vital", "x.json"), "there is no record kind `vital`: did you mean `vitals`?"),
        (("vitals", "x.json"), "x.json: No such file or directory"),
        (("vitals", "."), ".: Is a directory"),
        (("--leftovers", "lose"), "'lose' is not one of 'report', 'refuse', 'keep'"),
        (("--server", "ehr"), "must be the base URL of a FHIR server"),
        (("--key", "a b"), "must be a key of ours"),
        (("--with", "patient"), "must be KIND=FILE"),
        (("--with", "patient=x.json"), "x.json: No such file or directory"),
        (("--links", "x.json"), "x.json: No such file or directory"),
    ],
)
def test_a_wrong_call_is_told(arguments, words):
    """What was not understood is told in a sentence, exit 2."""
    told = kap("convert", *arguments, given=b"{}")
    assert told.exit_code == 2
    assert words in told.stderr


def test_options_of_the_other_direction_are_refused():
    """An option that says nothing in this direction is not ignored."""
    told = kap("convert", "--key", "a", given=json.write(READING))
    assert (told.exit_code, "--key says nothing about a conversion to FHIR" in told.stderr) == (2, True)
    told = kap("convert", "--recorded", "2025-03-04T12:00:00Z", given=json.write(FOREIGN))
    assert (told.exit_code, "--recorded says nothing about a conversion from FHIR" in told.stderr) == (2, True)
    told = kap("convert", "patient", given=json.write(FOREIGN))
    assert (told.exit_code, "leave out `patient`" in told.stderr) == (2, True)


def test_leftovers_are_told_on_standard_error():
    """What a record has no field for is told, and the record made all the same."""
    told = kap("convert", "--server", SERVER, given=json.write(FOREIGN))
    assert told.exit_code == 0
    assert "Patient.multipleBirth" in told.stderr
    assert json.read(told.stdout_bytes)["records"][0]["record"]["family"] == "Synthetic"


def test_what_is_refused_on_the_way_back_is_an_error():
    """`--leftovers refuse`: the resource comes back as an orphan, exit 1."""
    told = kap("convert", "--server", SERVER, "--leftovers", "refuse", given=json.write(FOREIGN))
    assert told.exit_code == 1
    answer = json.read(told.stdout_bytes)
    assert (answer["records"], answer["orphans"]) == ([], [FOREIGN])
    assert "error[" in told.stderr


def test_leftovers_kept_are_given_back():
    """`--leftovers keep`: the record carries the resource, and to its server it goes back as it came."""
    kept = json.read(kap("convert", "--server", SERVER, "--leftovers", "keep", given=json.write(FOREIGN)).stdout_bytes)["records"][0][
        "record"
    ]
    told = kap("convert", "patient", "--server", SERVER, given=json.write(kept))
    assert json.read(told.stdout_bytes) == FOREIGN


def test_links_and_keys_are_used(file):
    """The links of one answer, given back with `--links`, lead to the same key; `--key` says it outright."""
    first = json.read(kap("convert", "--server", SERVER, "--key", "c-99", given=json.write(FOREIGN)).stdout_bytes)
    assert first["records"][0]["record"]["client_id"] == "c-99"
    again = kap("convert", "--server", SERVER, "--links", file("links.json", first["links"]), given=json.write(FOREIGN))
    assert json.read(again.stdout_bytes)["records"][0]["record"]["client_id"] == "c-99"


@pytest.mark.parametrize("table", [[], {"https://a.example": []}, {"https://a.example": {"Patient/1": Number("1")}}])
def test_a_table_of_links_has_its_form(file, table):
    """What is no link table is refused, exit 2."""
    told = kap("convert", "--links", file("links.json", table), given=json.write(FOREIGN))
    assert told.exit_code == 2
    assert "Type/id" in told.stderr


def test_records_are_sent_along(file):
    """`--with KIND=FILE`, more than once, puts patients and others in the Bundle; a file holds one record or a list."""
    practitioners = [{"practitioner_id": f"d-{number}", "family": "Synthetic"} for number in (1, 2)]
    arguments = ("--with", f"patient={file('p.json', PATIENT)}", "--with", f"practitioner={file('d.json', practitioners)}")
    told = kap("convert", "vitals", *arguments, given=json.write(READING))
    types = [one["resource"]["resourceType"] for one in json.read(told.stdout_bytes)["entry"]]
    assert types[:4] == ["Patient", "Practitioner", "Practitioner", "Observation"]
    told = kap("convert", "vitals", *arguments, given=lines(READING, READING))
    assert all(len(json.read(line)["entry"]) > 3 for line in told.stdout_bytes.splitlines())


def test_terms_reach_the_gateway():
    """`--server`, `--takes-ids` and `--recorded` change the answer as they do in the gateway."""
    gateway = Gateway.of(mappings())
    record = json.write(READING | {"session_id": "s-1"})
    recorded = "2025-03-05T00:00:00Z"
    for arguments, terms in (
        (("--server", SERVER), Terms(server=SERVER)),
        (("--server", SERVER, "--takes-ids"), Terms(server=SERVER, takes_ids=True)),
        (("--recorded", recorded), Terms(recorded=recorded)),
    ):
        told = kap("convert", "vitals", *arguments, given=record)
        assert told.stdout_bytes == gateway.to_fhir("vitals", record, terms).data + b"\n"
    assert gateway.to_fhir("vitals", record).data != gateway.to_fhir("vitals", record, Terms(server=SERVER)).data


def test_an_answer_is_indented_when_asked_for():
    """`--pretty` indents, on a pipe the default is not to; numbers keep their text."""
    told = kap("convert", "vitals", "--pretty", given=json.write(READING))
    assert '\n  "entry": [' in told.stdout
    assert '"value": 78.0' in told.stdout
    assert json.read(told.stdout_bytes) == json.read(kap("convert", "vitals", given=json.write(READING)).stdout_bytes)
    assert kap("convert", "vitals", "--compact", given=json.write(READING)).stdout.count("\n") == 1


@settings(max_examples=60, deadline=None)
@given(VALUES.map(json.write) | some.binary(max_size=40) | some.lists(VALUES, max_size=3).map(lambda values: lines(*values)))
def test_nothing_that_is_piped_in_gives_a_stack_trace(data):
    """Whatever is piped in, the command ends with 0, 1 or 2, and never by an exception."""
    for arguments in (("convert",), ("convert", "vitals")):
        told = kap(*arguments, given=data)
        assert told.exit_code in (0, 1, 2)
        assert isinstance(told.exception, SystemExit | None), told.exception
        assert told.exit_code == 0 or told.stderr


def test_a_clinic_is_served_in_its_own_form():
    """With `--clinic` its records are taken as it has them, their kind is found, and they come back so; without it they are refused."""
    record = json.write(READING_OF_BLOOM)
    told = kap("convert", "--clinic", "bloom", given=record)
    assert told.exit_code == 0, told.stderr
    back = json.read(kap("convert", "--clinic", "bloom", given=told.stdout_bytes).stdout_bytes)
    assert back["records"][0]["record"] == READING_OF_BLOOM
    assert kap("convert", "vitals", given=record).exit_code == 1
